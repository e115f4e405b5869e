"""Squares out of the part of a photo about a face."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.mesh_squares import Square
from app.inference.patch import LARGE, Patch
from app.inference.resampling import warp


def smooth(width: int = 600, height: int = 500) -> NDArray[np.uint8]:
    """Slow waves, of another length in each colour."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    waves = [128 + 100 * np.sin(x / (40 + 9 * each)) * np.cos(y / (55 - 9 * each)) for each in range(3)]
    return np.stack(waves, axis=-1).astype(np.uint8)


@pytest.mark.parametrize("size", [40, 112, LARGE, 160, 256])
@pytest.mark.parametrize(("side", "angle"), [(60, 0.2), (260, 0.0), (300, 0.7), (320, -2.5)])
def test_a_square_is_nearly_what_a_warp_gives(size: int, side: float, angle: float) -> None:
    pixels = smooth()
    matrix = Square(290.3, 260.8, side, angle).matrix(size)
    taken = Patch(pixels, 300, 250, 350).square(matrix, size)
    assert taken.shape == (size, size, 3) and taken.dtype == np.uint8
    off = taken.astype(float) - warp(pixels, matrix, size)
    # A shift of half a pixel of the square would be more than this where a pixel is large.
    assert np.abs(off).mean() < 1.5
    assert np.abs(off[2:-2, 2:-2]).max() < 12


def test_nothing_is_shifted() -> None:
    """The middle of a spot stays where it is, by each of the ways that a square is taken."""
    x, y = np.meshgrid(np.arange(400), np.arange(400))
    spot = (255 * np.exp(-((x - 203.4) ** 2 + (y - 188.7) ** 2) / 800)).astype(np.uint8)
    pixels = np.repeat(spot[..., None], 3, axis=2)
    patch = Patch(pixels, 200, 200, 150)
    for size in (48, 100, 130, 200, 256):
        for side in (170.0, 260.0):
            matrix = Square(200, 200, side, 0.3).matrix(size)
            weight = patch.square(matrix, size)[..., 0].astype(float)
            across, down = np.meshgrid(np.arange(size), np.arange(size))
            middle = np.array([(weight * across).sum(), (weight * down).sum()]) / weight.sum()
            place = matrix[:, :2] @ middle + matrix[:, 2]
            assert place == pytest.approx([203.4, 188.7], abs=0.25), (size, side)


def test_it_is_black_outside_the_photo() -> None:
    pixels = np.full((200, 200, 3), 200, np.uint8)
    taken = Patch(pixels, 20, 20, 300).square(Square(20, 20, 320, 0.0).matrix(160), 160)
    assert not taken[:60, :60].any()
    assert (taken[90:150, 90:150] == 200).all()


def test_what_lies_beyond_the_patch_is_taken_from_the_photo() -> None:
    pixels = smooth()
    matrix = Square(300, 250, 400, 0.4).matrix(160)
    near, far = (Patch(pixels, 300, 250, reach).square(matrix, 160) for reach in (60, 400))
    assert np.abs(near.astype(float) - far).mean() < 1.5
    assert near.any(axis=2).mean() > 0.95


def test_a_patch_outside_the_photo_or_nowhere_is_black() -> None:
    pixels = np.full((50, 60, 3), 9, np.uint8)
    for x in (-900.0, float("nan")):
        taken = Patch(pixels, x, 20, 30).square(Square(-900, 20, 300, 0.0).matrix(128), 128)
        assert not taken.any()


@pytest.mark.parametrize("side", [3.0, 20.0, 75.0, 140.0, 400.0])
@pytest.mark.parametrize("x", [10.0, 100.0, 148.5])
def test_what_is_warped_out_of_a_patch_is_what_is_warped_out_of_the_photo(side: float, x: float) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (170, 190, 3), dtype=np.uint8)
    matrix = Square(x, 80.0, side, 0.3).matrix(32)
    np.testing.assert_array_equal(Patch(pixels, 105, 85, 70).warped(matrix, 32), warp(pixels, matrix, 32))
