"""Thumbnails and face crops."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import InvalidParameter
from app.domain.geometry import BoundingBox
from app.imaging.thumbnails import encode_jpeg, face_crop, thumbnail_jpeg
from tests.unit.imaging.image_files import photo, quadrants


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.format == "JPEG"
    return image


@given(width=st.integers(1, 700), height=st.integers(1, 700), side=st.integers(1, 640))
def test_thumbnails_fit_and_keep_their_aspect(width: int, height: int, side: int) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    image = opened(thumbnail_jpeg(pixels, side))
    assert max(image.size) == min(side, max(width, height))
    scale = max(image.size) / max(width, height)
    assert abs(image.width - max(width * scale, 1)) <= 0.5
    assert abs(image.height - max(height * scale, 1)) <= 0.5


def test_a_thumbnail_looks_like_the_picture() -> None:
    small = np.asarray(opened(thumbnail_jpeg(quadrants(640, 400), 64)))
    assert np.median(np.abs(small.astype(int) - quadrants(64, 40).astype(int))) <= 4
    big = thumbnail_jpeg(np.asarray(photo(1600, 1200)), 640)
    assert len(big) < 150_000


def test_jpeg_bytes() -> None:
    pixels = np.asarray(photo(60, 40))
    back = np.asarray(opened(encode_jpeg(pixels, quality=95)))
    assert np.abs(back.astype(int) - pixels.astype(int)).mean() < 5
    assert len(encode_jpeg(pixels, quality=30)) < len(encode_jpeg(pixels))


def test_a_crop_is_the_square_around_the_box() -> None:
    pixels = np.zeros((100, 200, 3), np.uint8)
    pixels[40:60, 90:110] = 255
    crop = face_crop(pixels, BoundingBox(0.45, 0.4, 0.1, 0.2), 40, margin=0.5)
    # The box is 20 x 20 pixels, the square 40 x 40: nothing to resample.
    assert np.array_equal(crop, pixels[30:70, 80:120])
    tight = face_crop(pixels, BoundingBox(0.45, 0.4, 0.1, 0.2), 20, margin=0)
    assert (tight == 255).all()


def test_a_crop_keeps_proportions() -> None:
    pixels = np.zeros((300, 300, 3), np.uint8)
    y, x = np.mgrid[:300, :300]
    pixels[(x - 150) ** 2 + (y - 150) ** 2 < 50**2] = 255
    crop = face_crop(pixels, BoundingBox(120 / 300, 100 / 300, 60 / 300, 100 / 300), 85, margin=0.35)
    inside = crop[..., 0] > 127
    assert abs(inside.any(axis=0).sum() - 50) <= 1
    assert abs(inside.any(axis=1).sum() - 50) <= 1


def test_outside_the_picture_the_edge_is_repeated() -> None:
    pixels = quadrants(80, 80)
    crop = face_crop(pixels, BoundingBox(-0.25, -0.25, 0.5, 0.5), 80, margin=0)
    assert (np.abs(crop.astype(int) - pixels[0, 0]).max()) <= 1
    corner = face_crop(pixels, BoundingBox(0.75, 0.75, 0.5, 0.5), 40, margin=0)
    assert (np.abs(corner.astype(int) - pixels[-1, -1]).max()) <= 1
    # Left of the picture, rows are those of its left edge.
    left = face_crop(pixels, BoundingBox(-0.5, 0, 1, 1), 80, margin=0)
    assert np.array_equal(left[:, 0], pixels[:, 0])
    assert np.array_equal(left[:, 50], pixels[:, 10])


@pytest.mark.parametrize(
    "box", [(3, 3, 0.1, 0.1), (-9, 0.2, 0.1, 0.1), (0.5, 0.5, 1e-9, 1e-9), (0, 0, 1e9, 1)]
)
def test_boxes_far_out_tiny_or_huge(box: tuple[float, float, float, float]) -> None:
    pixels = quadrants(80, 60)
    crop = face_crop(pixels, BoundingBox(*box), 32)
    assert crop.shape == (32, 32, 3)
    if box[0] == 3:
        assert (crop == pixels[-1, -1]).all()


@given(
    left=st.floats(-2, 2),
    top=st.floats(-2, 2),
    width=st.floats(1e-4, 3),
    height=st.floats(1e-4, 3),
    side=st.integers(1, 64),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
)
def test_any_box_gives_a_square_of_the_pictures_colours(
    left: float, top: float, width: float, height: float, side: int, size: tuple[int, int]
) -> None:
    pixels = np.full((size[1], size[0], 3), (10, 120, 250), np.uint8)
    crop = face_crop(pixels, BoundingBox(left, top, width, height), side)
    assert crop.shape == (side, side, 3)
    assert crop.dtype == np.uint8
    assert crop.flags.c_contiguous
    assert (crop == (10, 120, 250)).all()


@pytest.mark.parametrize(
    "box", [(0.1, 0.1, 0, 0.2), (0.1, 0.1, 0.2, -1), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)]
)
def test_a_box_without_area_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidParameter, match="no area"):
        face_crop(quadrants(), BoundingBox(*box), 32)


def test_sides_below_one_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="side"):
        thumbnail_jpeg(quadrants(), 0)
    with pytest.raises(ValueError, match="side"):
        face_crop(quadrants(), BoundingBox(0, 0, 1, 1), 0)
