"""The part of a photo about one face, from which many small squares are taken.

Pillow's linear interpolation takes 25 nanoseconds a pixel; its nearest neighbour takes one. So a large square
that is no enlargement is taken at twice its size from the nearest pixels of a halving of the photo that is at
most twice too fine, and halved: each of its pixels is the mean of four. Others are interpolated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.inference.resampling import reached, sampled, warp

# Pixels each way for one of a large square; what is large.
FINE = 2
LARGE = 128


class Patch:
    """A rectangle of a photo and its halvings, made as they are needed. Not for several threads at once."""

    def __init__(self, pixels: NDArray[np.uint8], x: float, y: float, reach: float) -> None:
        """Of uint8 (H, W, 3): what is at most `reach` pixels from (x, y) in both directions."""
        height, width = pixels.shape[:2]
        self.pixels = pixels
        self._left, self._right = _within(x - reach, width), _within(x + reach + 1, width)
        self._top, self._bottom = _within(y - reach, height), _within(y + reach + 1, height)
        self._halvings: list[Image.Image] = []

    def square(self, matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
        """What `warp` gives, or nearly so: uint8 (size, size, 3), black outside the photo."""
        step = float(np.sqrt(np.abs(np.linalg.det(matrix[:, :2]))))
        if not step >= 1.0 or not self._holds(matrix, size):
            return warp(self.pixels, matrix, size)
        level = int(np.log2(step))
        factor = 2**level
        fine = FINE if size >= LARGE else 1
        # Pillow counts coordinates from a pixel's edge: half a pixel on both sides.
        data = []
        for (across, down, start), edge in zip(matrix.tolist(), (self._left, self._top), strict=True):
            place = start - (across + down) / 2 + 0.5 - edge
            data += [across / (factor * fine), down / (factor * fine), place / factor]
        way = Image.Resampling.BILINEAR if fine == 1 else Image.Resampling.NEAREST
        taken = self._halved(level).transform(
            (size * fine, size * fine), Image.Transform.AFFINE, tuple(data), way
        )
        return np.asarray(taken if fine == 1 else taken.reduce(fine))

    def warped(self, matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
        """What `warp` gives, sooner: uint8 (size, size, 3), black outside the photo."""
        height, width = self.pixels.shape[:2]
        factor, (left, top, right, bottom) = reached(matrix, size, width, height)
        inside = self._left <= left < right <= self._right and self._top <= top < bottom <= self._bottom
        if not inside:
            return warp(self.pixels, matrix, size)
        part = (left - self._left, top - self._top, right - self._left, bottom - self._top)
        whole = self._halved(0)
        image = whole.reduce(factor, part) if factor > 1 else whole.crop(part)
        return sampled(image, matrix, size, factor, left, top)

    def _halved(self, times: int) -> Image.Image:
        if not self._halvings:
            part = self.pixels[self._top : self._bottom, self._left : self._right]
            self._halvings.append(Image.fromarray(np.ascontiguousarray(part)))
        while len(self._halvings) <= times:
            self._halvings.append(self._halvings[-1].reduce(2))
        return self._halvings[times]

    def _holds(self, matrix: NDArray[np.float64], size: int) -> bool:
        """Whether all that the square shows of the photo is here."""
        height, width = self.pixels.shape[:2]
        low, high = [], []
        for row in matrix.tolist():
            ends = (min(row[0], 0.0) + min(row[1], 0.0), max(row[0], 0.0) + max(row[1], 0.0))
            low.append(row[2] + ends[0] * size - 0.5 * (row[0] + row[1]))
            high.append(row[2] + ends[1] * size - 0.5 * (row[0] + row[1]))
        return (
            self._left < self._right
            and self._top < self._bottom
            and (self._left == 0 or low[0] >= self._left)
            and (self._top == 0 or low[1] >= self._top)
            and (self._right == width or high[0] <= self._right - 1)
            and (self._bottom == height or high[1] <= self._bottom - 1)
        )


def _within(place: float, most: int) -> int:
    return int(min(max(np.floor(place), 0), most)) if np.isfinite(place) else 0
