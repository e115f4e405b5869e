"""Resampling of uint8 RGB arrays with Pillow: shrinking without aliasing, affine warps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def resized(pixels: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Resize uint8 (H, W, 3) to (height, width, 3): means of areas when smaller, linear when larger."""
    if pixels.shape[:2] == (height, width):
        return pixels
    image = Image.fromarray(pixels)
    if width > image.width or height > image.height:
        return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    # A whole factor first: an eighth of the time, and no pixel is left out.
    return np.asarray(image.resize((width, height), Image.Resampling.BOX, reducing_gap=1.0))


def halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (ceil(H / 2), ceil(W / 2), 3), means of four."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


def warp(pixels: NDArray[np.uint8], matrix: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """Sample a square of `size` pixels through an affine map; black outside the picture.

    Args:
        pixels: uint8 (H, W, 3).
        matrix: (2, 3), from the square's coordinates to the picture's, pixel centres at integers.
    Returns:
        uint8 (size, size, 3). Where the square is a reduction the source is averaged first.
    """
    height, width = pixels.shape[:2]
    factor, (left, top, right, bottom) = reached(matrix, size, width, height)
    if right <= left or bottom <= top:
        return np.zeros((size, size, 3), np.uint8)
    image = Image.fromarray(np.ascontiguousarray(pixels[top:bottom, left:right]))
    if factor > 1:
        image = image.reduce(factor)
    return sampled(image, matrix, size, factor, left, top)


def reached(
    matrix: NDArray[np.float64], size: int, width: int, height: int
) -> tuple[int, tuple[int, int, int, int]]:
    """For `warp`: by what the picture is to be reduced first, and left, top, right and bottom of the part of
    it that the square shows, nothing where right is not beyond left or bottom not beyond top."""
    corners = np.array([[0, 0, 1], [size - 1, 0, 1], [0, size - 1, 1], [size - 1, size - 1, 1]], np.float64)
    places = corners @ matrix.T
    step = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    factor = max(1, int(step))
    # Two source pixels more on each side than the interpolation touches, whole cells of the average.
    margin = 2 * factor
    left = max(0, int(np.floor(places[:, 0].min())) - margin)
    top = max(0, int(np.floor(places[:, 1].min())) - margin)
    right = min(width, int(np.ceil(places[:, 0].max())) + margin + 1)
    bottom = min(height, int(np.ceil(places[:, 1].max())) + margin + 1)
    return factor, (left, top, right, bottom)


def sampled(
    image: Image.Image, matrix: NDArray[np.float64], size: int, factor: int, left: int, top: int
) -> NDArray[np.uint8]:
    """The square out of that part, reduced by the factor; its corner was at (left, top)."""
    # Pillow counts coordinates from a pixel's edge: shift by half a pixel on both sides.
    linear = matrix[:, :2]
    offset = matrix[:, 2] - linear @ np.array([0.5, 0.5]) + 0.5 - np.array([left, top])
    linear, offset = linear / factor, offset / factor
    data = (linear[0, 0], linear[0, 1], offset[0], linear[1, 0], linear[1, 1], offset[1])
    warped = image.transform((size, size), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
    return np.asarray(warped)
