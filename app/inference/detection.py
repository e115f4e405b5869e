"""Face detection over several scales of a picture."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.inference.candidates import Candidates, suppressed
from app.inference.resampling import shrink


class Network(Protocol):
    """A detector network: one pass over one picture whose sides are multiples of `multiple`."""

    @property
    def multiple(self) -> int: ...

    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates: ...


class FaceDetector:
    """Chooses the scales, runs the network on each, merges."""

    def __init__(self, network: Network, threshold: float = 0.6, side: int = 640) -> None:
        self._network = network
        self._threshold = threshold
        self._side: Final = side

    def detect(self, pixels: NDArray[np.uint8]) -> Candidates:
        """Faces of uint8 (H, W, 3) RGB, in its pixels, best first."""
        height, width = pixels.shape[:2]
        return suppressed(self._pass(pixels, min(1.0, self._side / max(height, width))), 0.4)

    def _pass(self, pixels: NDArray[np.uint8], ratio: float) -> Candidates:
        height, width = pixels.shape[:2]
        small = shrink(pixels, max(1, round(width * ratio)), max(1, round(height * ratio)))
        step = self._network.multiple
        padded_size = (-(-small.shape[0] // step) * step, -(-small.shape[1] // step) * step)
        padded = np.zeros((*padded_size, 3), np.uint8)
        padded[: small.shape[0], : small.shape[1]] = small
        found = self._network.candidates(padded, self._threshold)
        return found.scaled(width / small.shape[1], height / small.shape[0])
