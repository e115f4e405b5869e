"""Brightness and sharpness of a face, 0-100."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Quality

LUMA: Final[NDArray[np.float32]] = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
# The part of an aligned crop of 112 pixels that is face whatever the hair: rows, columns.
FACE: Final = (slice(20, 108), slice(16, 96))
# Share of the gradients that one more blur takes away where they are, and the sharpness it stands for.
# Medians over 80 portraits: 0.398 as they are, 0.318, 0.103, 0.031, 0.007 after a Gaussian blur of 0.5, 1,
# 1.5, 2 pixels of the crop; 0.221, 0.150, 0.104, 0.057, 0.027 when the face has 60, 40, 30, 20, 12 pixels.
LOST: Final = (0.0, 0.007, 0.03, 0.057, 0.104, 0.15, 0.22, 0.32, 0.42)
SHARPNESS: Final = (0.0, 8.0, 22.0, 35.0, 50.0, 60.0, 75.0, 90.0, 100.0)
# Steps of one level are rounding, not detail: a very blurred face has little else.
ROUNDING: Final = 1.0


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
    inner = grey[1:-1, 1:-1]
    total = lost = 0.0
    for axis in (0, 1):
        before = np.maximum(np.abs(np.diff(inner, axis=axis)) - np.float32(ROUNDING), 0)
        total += float(before.sum())
        lost += float(np.maximum(before - np.abs(np.diff(blurred, axis=axis)), 0).sum())
    share = lost / total if total > 0 else 0.0
    return Quality(float(grey.mean()) / 255 * 100, float(np.interp(share, LOST, SHARPNESS)))
