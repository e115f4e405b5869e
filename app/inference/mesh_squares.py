"""The squares of a photo that the mesh network looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.inference.alignment import ARCFACE_TEMPLATE, similarity_transform

# Sides of the squares, in sides of what they are laid around: the detector's box, the box of the points.
BOX_REACH: Final = 1.5
POINTS_REACH: Final = 1.4
# Outer corners of the eyes, the viewer's left one first.
OUTER_CORNERS: Final = (33, 263)
# The skin's points without the irises, which closed eyes and dark glasses leave anywhere.
SKIN: Final = 468

# The template about its middle, in units of so many of its pixels.
UNIT: Final = 50.0
_TEMPLATE: Final = (ARCFACE_TEMPLATE - ARCFACE_TEMPLATE.mean(axis=0)) / UNIT
# From what `traits_of` tells of five landmarks to the square around the points: `python -m
# tests.benchmarks.calibrate_mesh` fits it. How far below the landmarks' middle it lies, and the logarithm of
# its side; how far to the right, and how far it is turned clockwise against the template.
LEVEL: Final[NDArray[np.float64]] = np.array(
    [[-0.652, 0.648, 0.505, -0.328, 0.623], [-0.803, 0.557, -0.059, 0.106, 0.545]]
)
LEVEL_OFFSET: Final[NDArray[np.float64]] = np.array([0.266, 1.208])
ASIDE: Final[NDArray[np.float64]] = np.array([[3.117, -1.317, -0.706], [-0.041, 0.117, 3.017]])
# Seen in a square so much wider than that one, the points came nearest to the truth (docs/adr/0076).
ROOM: Final = 1.025


@dataclass(frozen=True, slots=True)
class Square:
    """A square in the picture: centre and side in pixels, turned clockwise by `angle` (radians)."""

    x: float
    y: float
    side: float
    angle: float

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3): from pixels of the square seen with `size` pixels to those of the picture."""
        step = self.side / size
        cosine, sine = np.cos(self.angle) * step, np.sin(self.angle) * step
        middle = (size - 1) / 2
        return np.array(
            [
                [cosine, -sine, self.x - (cosine - sine) * middle],
                [sine, cosine, self.y - (sine + cosine) * middle],
            ]
        )


def box_square(face: DetectedFace, width: int, height: int) -> Square:
    """Around the detector's box, turned by the angle of the five landmarks."""
    left, top, box_width, box_height = face.box.to_pixels(width, height)
    try:
        turn = similarity_transform(ARCFACE_TEMPLATE, face.landmarks.to_pixels(width, height))
        angle = float(np.arctan2(turn[1, 0], turn[0, 0]))
    except ValueError:
        angle = 0.0
    side = max(box_width, box_height, 1.0) * BOX_REACH
    return Square(left + box_width / 2, top + box_height / 2, side, angle)


def points_square(points: NDArray[np.float32]) -> Square:
    """Around the points of a mesh as they lie when the eyes are level."""
    across = points[OUTER_CORNERS[1], :2] - points[OUTER_CORNERS[0], :2]
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    level = points[:SKIN, :2] @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = (low + high) / 2 @ turn
    return Square(float(x), float(y), max(1.0, float((high - low).max())) * POINTS_REACH, angle)


def likely_square(five: NDArray[np.floating]) -> Square | None:
    """A little wider than what `points_square` will be, judged from the detector's landmarks, (5, 2) in
    pixels; None where they coincide. A mirror image of the landmarks has the mirror image of the square."""
    try:
        frame = Frame.of(five)
    except ValueError:
        return None
    level, aside = traits_of(frame.inwards(five))
    down, logarithm = LEVEL @ level + LEVEL_OFFSET
    right, turn = ASIDE @ aside
    x, y = frame.outwards(np.array([right, down]))
    # Landmarks of no face may ask for anything.
    side = max(1.0, float(np.exp(np.clip(logarithm, 0.0, 2.5))) * frame.unit * ROOM)
    return Square(float(x), float(y), side, frame.angle + float(np.clip(turn, -0.8, 0.8)))


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """Where the template lies on five landmarks: its middle, its unit in pixels and its angle (radians)."""

    middle: NDArray[np.float64]
    unit: float
    angle: float

    @classmethod
    def of(cls, five: NDArray[np.floating]) -> Frame:
        """Raises ValueError where they coincide."""
        matrix = similarity_transform(_TEMPLATE, five)
        cosine, sine = matrix[0, 0], matrix[1, 0]
        unit = float(np.hypot(cosine, sine))
        if not (np.isfinite(unit) and unit > 1e-6):
            raise ValueError("the landmarks coincide")
        return cls(matrix[:, 2], unit, float(np.arctan2(sine, cosine)))

    def inwards(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n, 2) in pixels to units right of the middle and below it."""
        return np.asarray((points - self.middle) @ self._axes() / self.unit, np.float64)

    def outwards(self, place: NDArray[np.floating]) -> NDArray[np.float64]:
        """The other way, of (2,) or (n, 2)."""
        return np.asarray(place @ self._axes().T * self.unit + self.middle, np.float64)

    def _axes(self) -> NDArray[np.float64]:
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cosine, -sine], [sine, cosine]])


def traits_of(five: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of landmarks in a Frame: (5,) that a mirror image has as well (how far the eyes are apart, and the
    corners of the mouth; how low eyes and nose are; how far the nose is aside, squared), and (3,) that
    it has with the other sign (how far eyes and nose are to the right, how far the right eye is below)."""
    left, right, nose, mouth_left, mouth_right = five
    level = (
        right[0] - left[0],
        mouth_right[0] - mouth_left[0],
        (left[1] + right[1]) / 2,
        nose[1],
        nose[0] ** 2,
    )
    return np.array(level), np.array([(left[0] + right[0]) / 2, nose[0], right[1] - left[1]])
