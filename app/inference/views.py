"""One face of a photo as the models of its appearance see it: the pixels and its dense landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.inference.alignment import inverse, similarity_transform
from app.inference.patch import Patch

MESH_POINTS = 478
IRIS_POINTS: Final = 10
"""The last points of the mesh; the face is what comes before."""

# Of the patch, in sides of the mesh: a square of 1.3 times the mesh, turned any way, lies within.
_REACH: Final = 0.92

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False, slots=True)
class FaceView:
    """pixels: uint8 (H, W, 3) RGB, upright, the whole photo. mesh: float32 (478, 3), x and y in pixels of
    it, z in the same unit, smaller nearer to the viewer; the numbering is MediaPipe's. patch: the part of
    the photo about the face, where it is at hand already."""

    pixels: NDArray[np.uint8]
    mesh: NDArray[np.float32]
    patch: Patch | None = None
    _upright: list[Upright] = field(default_factory=list, init=False, repr=False)

    def upright(self) -> Upright:
        """The square about the face with the eyes level."""
        if not self._upright:
            self._upright.append(Upright.of(self))
        return self._upright[0]

    def chip(self, points: Sequence[int], places: NDArray[np.floating], size: int) -> NDArray[np.uint8]:
        """uint8 (size, size, 3) in which those mesh points come nearest to the places, (n, 2) in pixels of
        the chip, by a rotation, a scale and a shift. Black outside the photo, and where they coincide."""
        try:
            matrix = inverse(similarity_transform(self.mesh[list(points), :2], places))
        except (ValueError, np.linalg.LinAlgError):
            return np.zeros((size, size, 3), np.uint8)
        return self.square(matrix, size)

    def square(self, matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
        """uint8 (size, size, 3) about the face through a (2, 3) map from its pixels to the photo's."""
        return self.upright().patch.warped(matrix, size)

    @property
    def eye_distance(self) -> float:
        """Pixels between the outer corners of the eyes."""
        return float(np.linalg.norm(self.mesh[33, :2] - self.mesh[263, :2]))


@dataclass(frozen=True, eq=False, slots=True)
class Upright:
    """turn: (2, 2), from directions in the photo to those of a face with level eyes. middle: of the mesh, so
    turned; side: its larger side, in pixels of the photo, 0 where the mesh is a point or no number; crops:
    squares that were taken already, by their size in pixels and in sides of the mesh."""

    turn: NDArray[np.float64]
    middle: NDArray[np.float64]
    side: float
    patch: Patch
    crops: dict[tuple[int, float], NDArray[np.uint8]] = field(default_factory=dict)

    @classmethod
    def of(cls, view: FaceView) -> Upright:
        points = view.mesh[: MESH_POINTS - IRIS_POINTS, :2].astype(np.float64)
        across = points[263] - points[33]
        angle = np.arctan2(across[1], across[0])
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned = points @ turn.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        side = float((high - low).max())
        if not np.isfinite(side) or side < 1e-6:
            side = 0.0
        middle = (low + high) / 2
        x, y = turn.T @ middle
        patch = view.patch or Patch(view.pixels, float(x), float(y), side * _REACH)
        return cls(turn, middle, side, patch)


class Reader(Protocol[Answer]):
    """A model of appearance: an answer for each view, in their order; batched where it serves. Thread-safe,
    deterministic; raises ModelError where its file is missing or altered."""

    def read(self, views: Sequence[FaceView]) -> list[Answer]: ...
