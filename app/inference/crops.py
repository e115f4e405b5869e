"""The squares that the models of a face's appearance look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.inference.views import FaceView, Upright


def upright_square(view: FaceView, size: int, scale: float, mirrored: bool = False) -> NDArray[np.uint8]:
    """uint8 (size, size, 3): the square about the mesh with the eyes level, its side `scale` times the
    larger side of the mesh; left and right exchanged where `mirrored`. Black outside the photo, and where the
    mesh is a point."""
    face = view.upright()
    if not face.side:
        return np.zeros((size, size, 3), np.uint8)
    crop = face.crops.get((size, scale))
    if crop is None:
        crop = face.crops[size, scale] = _crop(face, size, scale)
    return crop[:, ::-1] if mirrored else crop


def _crop(face: Upright, size: int, scale: float) -> NDArray[np.uint8]:
    step = face.side * scale / size
    corner = face.middle - step * size / 2
    matrix = np.empty((2, 3))
    matrix[:, :2] = face.turn.T * step
    matrix[:, 2] = face.turn.T @ corner
    return face.patch.square(matrix, size)
