"""Alignment and resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inference.alignment import ARCFACE_TEMPLATE, FaceAligner, inverse, similarity_transform
from app.inference.resampling import halved, resized, warp


def similarity(angle: float, scale: float, x: float, y: float) -> np.ndarray:
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, x], [s, c, y]])


def applied(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


@given(st.floats(-3.1, 3.1), st.floats(0.05, 20), st.floats(-500, 500), st.floats(-500, 500))
def test_a_similarity_is_found_again(angle: float, scale: float, x: float, y: float) -> None:
    expected = similarity(angle, scale, x, y)
    found = similarity_transform(ARCFACE_TEMPLATE, applied(expected, ARCFACE_TEMPLATE))
    np.testing.assert_allclose(found, expected, atol=1e-6 * max(1, scale, abs(x), abs(y)))


@given(
    st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=5, max_size=5),
    st.floats(-0.05, 0.05),
    st.floats(0.97, 1.03),
)
def test_no_other_similarity_is_nearer(noise: list[tuple[float, float]], turn: float, stretch: float) -> None:
    target = ARCFACE_TEMPLATE + np.array(noise)
    best = similarity_transform(ARCFACE_TEMPLATE, target)
    other = best.copy()
    other[:, :2] = similarity(turn, stretch, 0, 0)[:, :2] @ best[:, :2]
    error = ((applied(best, ARCFACE_TEMPLATE) - target) ** 2).sum()
    assert error <= ((applied(other, ARCFACE_TEMPLATE) - target) ** 2).sum() + 1e-9


def test_an_inverse_undoes() -> None:
    matrix = similarity(0.4, 2.5, 30, -12)
    np.testing.assert_allclose(applied(inverse(matrix), applied(matrix, ARCFACE_TEMPLATE)), ARCFACE_TEMPLATE)


def test_points_in_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="coincide"):
        similarity_transform(np.ones((5, 2)), ARCFACE_TEMPLATE)
    crop = FaceAligner().crop(np.full((20, 20, 3), 9, np.uint8), np.ones((5, 2)))
    assert crop.shape == (112, 112, 3) and not crop.any()


def dots(matrix: np.ndarray, size: int, spread: float) -> np.ndarray:
    """A picture with a soft bright dot at each template point moved by the matrix."""
    y, x = np.mgrid[0:size, 0:size]
    light = np.zeros((size, size))
    for px, py in applied(matrix, ARCFACE_TEMPLATE):
        light += 255 * np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * spread**2))
    return np.repeat(np.clip(light, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("angle", "scale", "shift"),
    [(0.0, 1.0, 60), (0.5, 1.5, 150), (-1.2, 3.0, 260), (3.0, 5.3, 600), (0.2, 0.4, 90)],
)
def test_landmarks_land_on_the_template(angle: float, scale: float, shift: float) -> None:
    matrix = similarity(angle, scale, shift, shift)
    size = int(np.abs(applied(matrix, ARCFACE_TEMPLATE)).max() + 60 * scale)
    pixels = dots(matrix, size, max(2.0 * scale, 1.0))
    crop = FaceAligner().crop(pixels, applied(matrix, ARCFACE_TEMPLATE))[..., 0].astype(float)
    y, x = np.mgrid[0:112, 0:112]
    for px, py in ARCFACE_TEMPLATE:
        near = np.hypot(x - px, y - py) < 7
        light = crop * near
        # The centre of light of each dot, a tenth of a pixel or less from where it belongs.
        assert abs((light * x).sum() / light.sum() - px) < 0.15
        assert abs((light * y).sum() / light.sum() - py) < 0.15


def test_shrinking_averages_instead_of_skipping() -> None:
    stripes = np.zeros((1120, 1120, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = warp(stripes, similarity(0, 10, 0, 0), 112)
    assert abs(int(crop[20:90, 20:90].mean()) - 127) <= 2 and crop[20:90, 20:90].std() < 3
    assert abs(int(resized(stripes, 300, 300).mean()) - 127) <= 2
    assert resized(stripes, 300, 300).std() < 60


def test_outside_the_picture_is_black() -> None:
    white = np.full((50, 50, 3), 255, np.uint8)
    crop = warp(white, similarity(0, 1, -40, -40), 112)
    assert not crop[:38, :38].any() and crop[45:85, 45:85].min() == 255
    assert not warp(white, similarity(0, 1, 5000, 5000), 112).any()


def test_resizing_keeps_flat_colour_and_size() -> None:
    flat = np.full((37, 53, 3), 77, np.uint8)
    for width, height in ((10, 7), (53, 37), (200, 150), (26, 60)):
        out = resized(flat, width, height)
        assert out.shape == (height, width, 3) and (out == 77).all()
    assert halved(flat).shape == (19, 27, 3)
