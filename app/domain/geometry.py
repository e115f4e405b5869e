"""Boxes and landmarks in ratios of the upright image, as Rekognition states them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class LandmarkType(StrEnum):
    """The five landmarks every detector gives. Left and right are the viewer's."""

    EYE_LEFT = "eyeLeft"
    EYE_RIGHT = "eyeRight"
    NOSE = "nose"
    MOUTH_LEFT = "mouthLeft"
    MOUTH_RIGHT = "mouthRight"


def turned_points(points: NDArray[np.floating], degrees: int) -> NDArray[np.floating]:
    """(n, 2) ratios of an image, as ratios of that image turned clockwise by 0, 90, 180 or 270 degrees."""
    x, y = points[:, 0], points[:, 1]
    turned = {0: (x, y), 90: (1 - y, x), 180: (1 - x, 1 - y), 270: (y, 1 - x)}[degrees]
    return np.stack(turned, axis=1)


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """An upright rectangle: ratios of the image's width and height, may lie outside 0-1."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def from_pixels(
        cls, left: float, top: float, width: float, height: float, image_width: int, image_height: int
    ) -> BoundingBox:
        return cls(left / image_width, top / image_height, width / image_width, height / image_height)

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def area(self) -> float:
        """Share of the image, 0 for an empty box."""
        return max(self.width, 0.0) * max(self.height, 0.0)

    def to_pixels(self, image_width: int, image_height: int) -> tuple[float, float, float, float]:
        """(left, top, width, height) in pixels of an image of that size."""
        return (
            self.left * image_width,
            self.top * image_height,
            self.width * image_width,
            self.height * image_height,
        )

    def intersection(self, other: BoundingBox) -> BoundingBox | None:
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        if right <= left or bottom <= top:
            return None
        return BoundingBox(left, top, right - left, bottom - top)

    def iou(self, other: BoundingBox) -> float:
        """Intersection over union, 0-1."""
        common = self.intersection(other)
        if common is None:
            return 0.0
        union = self.area + other.area - common.area
        return common.area / union if union > 0 else 0.0

    def moved(self, dx: float, dy: float) -> BoundingBox:
        return BoundingBox(self.left + dx, self.top + dy, self.width, self.height)

    def turned(self, degrees: int) -> BoundingBox:
        """The same part of the image when that is turned clockwise by 0, 90, 180 or 270 degrees."""
        corners = np.array([[self.left, self.top], [self.right, self.bottom]])
        (left, top), (right, bottom) = np.sort(turned_points(corners, degrees), axis=0).tolist()
        return BoundingBox(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five points, rows in the order of LandmarkType: float32 (5, 2), ratios of the upright image."""

    points: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.points.shape != (5, 2):
            raise ValueError(f"five landmarks of (x, y) expected, got shape {self.points.shape}")

    def to_pixels(self, image_width: int, image_height: int) -> NDArray[np.float32]:
        """float32 (5, 2) in pixels of an image of that size."""
        return self.points * np.array([image_width, image_height], np.float32)

    def moved(self, dx: float, dy: float) -> Landmarks:
        return Landmarks(self.points + np.array([dx, dy], np.float32))

    def turned(self, degrees: int) -> Landmarks:
        """The same places when the image is turned clockwise by 0, 90, 180 or 270 degrees. The left eye
        stays the left eye, wherever it comes to lie."""
        return Landmarks(turned_points(self.points, degrees).astype(np.float32))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Landmarks) and np.array_equal(self.points, other.points)

    def __hash__(self) -> int:
        return hash(self.points.tobytes())


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees, -180 to 180. Signs as Rekognition: yaw > 0 looks to the viewer's right,
    pitch > 0 looks up, roll > 0 is turned clockwise as the viewer sees it."""

    roll: float
    yaw: float
    pitch: float


@dataclass(frozen=True, slots=True)
class Quality:
    """0 (dark, blurred) to 100 (bright, sharp)."""

    brightness: float
    sharpness: float
