"""One face of a photo as the models of its appearance see it: the pixels and its dense landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.inference.alignment import inverse, similarity_transform
from app.inference.resampling import warp

MESH_POINTS = 478

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False, slots=True)
class FaceView:
    """pixels: uint8 (H, W, 3) RGB, upright, the whole photo. mesh: float32 (478, 3), x and y in pixels of
    it, z in the same unit, smaller nearer to the viewer; the numbering is MediaPipe's."""

    pixels: NDArray[np.uint8]
    mesh: NDArray[np.float32]

    def chip(self, points: Sequence[int], places: NDArray[np.floating], size: int) -> NDArray[np.uint8]:
        """uint8 (size, size, 3) in which those mesh points come nearest to the places, (n, 2) in pixels of
        the chip, by a rotation, a scale and a shift. Black outside the photo, and where they coincide."""
        try:
            matrix = inverse(similarity_transform(self.mesh[list(points), :2], places))
        except (ValueError, np.linalg.LinAlgError):
            return np.zeros((size, size, 3), np.uint8)
        return warp(self.pixels, matrix, size)

    @property
    def eye_distance(self) -> float:
        """Pixels between the outer corners of the eyes."""
        return float(np.linalg.norm(self.mesh[33, :2] - self.mesh[263, :2]))


class Reader(Protocol[Answer]):
    """A model of appearance: an answer for each view, in their order; batched where it serves. Thread-safe,
    deterministic; raises ModelError where its file is missing or altered."""

    def read(self, views: Sequence[FaceView]) -> list[Answer]: ...
