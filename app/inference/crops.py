"""The squares that the models of a face's appearance look at."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.alignment import inverse
from app.inference.resampling import warp
from app.inference.views import MESH_POINTS, FaceView

IRIS_POINTS: Final = 10
"""The last points of the mesh; the face is what comes before."""


def upright_square(view: FaceView, size: int, scale: float, mirrored: bool = False) -> NDArray[np.uint8]:
    """uint8 (size, size, 3): the square about the mesh with the eyes level, its side `scale` times the
    larger side of the mesh; left and right exchanged where `mirrored`. Black outside the photo, and where the
    mesh is a point."""
    points = view.mesh[: MESH_POINTS - IRIS_POINTS, :2].astype(np.float64)
    across = points[263] - points[33]
    angle = np.arctan2(across[1], across[0])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = points @ turn.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    side = float((high - low).max()) * scale
    if not np.isfinite(side) or side < 1e-6:
        return np.zeros((size, size, 3), np.uint8)
    factor = size / side
    shift = size / 2 - factor * (low + high) / 2
    crop = warp(view.pixels, inverse(np.column_stack([turn * factor, shift])), size)
    return crop[:, ::-1] if mirrored else crop
