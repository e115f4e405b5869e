"""Brightness and sharpness of a face, 0-100."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Quality


def quality_of(crop: NDArray[np.uint8]) -> Quality:
    """Quality of an aligned crop uint8 (112, 112, 3) RGB."""
    grey = crop.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    face = grey[24:108, 20:92]
    laplacian = face[:-2, 1:-1] + face[2:, 1:-1] + face[1:-1, :-2] + face[1:-1, 2:] - 4 * face[1:-1, 1:-1]
    spread = float(laplacian.var()) / max(float(face.var()), 1.0)
    sharpness = 100 * (1 - np.exp(-spread / 0.05))
    return Quality(float(face.mean()) / 255 * 100, float(sharpness))
