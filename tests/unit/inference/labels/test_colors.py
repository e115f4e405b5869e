"""Dominant colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.domain.attributes import Instance, Label
from app.inference.labels.colors import color_names, dominant_colors, lab_of, layer_colors
from app.inference.labels.css_colors import CSS_COLORS


def test_two_halves_are_two_colours() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, :45] = (255, 0, 0)
    pixels[:, 45:] = (0, 0, 255)
    red, blue = dominant_colors(pixels)
    assert (red.red, red.green, red.blue, red.name, red.simplified) == (255, 0, 0, "red", "red")
    assert blue.name == blue.simplified == "blue"
    assert (red.share, blue.share) == (pytest.approx(75), pytest.approx(25))


def test_only_what_the_mask_shows_counts() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, 30:] = (0, 128, 0)
    mask = np.zeros((40, 60), bool)
    assert dominant_colors(pixels, mask=mask) == ()
    mask[:, 30:] = True
    (green,) = dominant_colors(pixels, mask=mask)
    assert green.name == "green" and green.share == pytest.approx(100)


def test_things_are_the_foreground() -> None:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10:20, 15:45] = (255, 0, 0)
    labels = [Label("Apple", 90, (Instance((0.25, 0.25, 0.5, 0.25), 90),)), Label("Fruit", 90)]
    (red,), (black,) = layer_colors(pixels, labels)
    assert (red.name, black.name) == ("red", "black")
    assert red.share == black.share == pytest.approx(100)
    assert layer_colors(pixels, []) == ((), dominant_colors(pixels))


def test_tones_that_look_alike_are_one_and_specks_none() -> None:
    pixels = np.full((100, 100, 3), 200, np.uint8)
    pixels[:50] = 204
    pixels[0, :40] = (255, 0, 0)
    (grey,) = dominant_colors(pixels)
    assert grey.simplified == "grey" and grey.share > 98


def test_at_most_as_many_as_asked() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert len(dominant_colors(pixels, 12)) <= 12
    assert len(dominant_colors(pixels, 3)) <= 3
    assert dominant_colors(pixels, 0) == ()


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30), st.just(3))))
def test_whatever_the_picture_the_shares_are_of_all_of_it(pixels: np.ndarray) -> None:
    colors = dominant_colors(pixels)
    shares = [color.share for color in colors]
    assert colors == dominant_colors(pixels.copy())
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 100.0001
    assert all(color.name in CSS_COLORS for color in colors)


def test_known_values_of_lab() -> None:
    """White, black, and red's L*a*b* of the sRGB standard's primaries."""
    np.testing.assert_allclose(
        lab_of(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]])),
        [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]],
        atol=0.02,
    )


def test_twelve_simplified_names() -> None:
    assert len({simplified for _, simplified in CSS_COLORS.values()}) == 12
    assert color_names(0, 0, 0) == ("black", "black")
    assert color_names(250, 128, 116)[0] == "salmon"
