"""Brightness and sharpness of a face, 0-100."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Quality

LUMA: Final[NDArray[np.float32]] = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
# The part of an aligned crop of 112 pixels that is face whatever the hair: rows, columns.
FACE: Final = (slice(20, 108), slice(16, 96))
# Share of the gradients that one more blur takes away, and the sharpness it stands for. Medians over 80
# portraits: 0.313 as they are, 0.258, 0.125, 0.048, 0.018 after a Gaussian blur of 0.5, 1, 2, 4 pixels of
# the crop; 0.197, 0.138, 0.109, 0.075, 0.051 when the face has 60, 40, 30, 20, 12 pixels.
LOST: Final = (0.01, 0.05, 0.075, 0.11, 0.14, 0.20, 0.27, 0.34)
SHARPNESS: Final = (0.0, 20.0, 35.0, 50.0, 60.0, 75.0, 90.0, 100.0)


def quality_of(crop: NDArray[np.uint8]) -> Quality:
    """Quality of an aligned crop uint8 (112, 112, 3) RGB.

    Brightness is the mean luma in percent. Sharpness asks how much a picture loses by being blurred again:
    little if it was blurred or tiny before (Crété et al., "The blur effect: perception and estimation
    with a new no-reference perceptual blur metric", SPIE 2007). It is that of the face as the embedding
    sees it: a blur that is small beside a very large face does not count, and noise counts as detail.
    """
    grey: NDArray[np.float32] = crop[FACE].astype(np.float32) @ LUMA
    rows: NDArray[np.float32] = (grey[:-2] + grey[1:-1] + grey[2:]) / np.float32(3)
    blurred: NDArray[np.float32] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(3)
    before = _gradients(grey[1:-1, 1:-1])
    lost = 1 - _gradients(blurred) / before if before > 0 else 0.0
    return Quality(float(grey.mean()) / 255 * 100, float(np.interp(lost, LOST, SHARPNESS)))


def _gradients(grey: NDArray[np.float32]) -> float:
    return float(np.abs(np.diff(grey, axis=0)).sum() + np.abs(np.diff(grey, axis=1)).sum())
