"""Brightness, sharpness, contrast and colours of pictures and their layers."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from app.domain.attributes import Instance
from app.inference.labels.properties import instance_colors, picture_properties, quality_within

Pixels = NDArray[np.uint8]


def grey(value: int, size: tuple[int, int] = (120, 160)) -> Pixels:
    return np.full((*size, 3), value, np.uint8)


def textured() -> Pixels:
    noise = np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)
    return np.asarray(Image.fromarray(noise).resize((160, 120), Image.Resampling.BICUBIC))


def blurred(pixels: Pixels, radius: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(radius)))


@pytest.mark.parametrize(("value", "brightness"), [(0, 0.0), (51, 20.0), (255, 100.0)])
def test_brightness_is_the_mean(value: int, brightness: float) -> None:
    found = quality_within(grey(value))
    assert found.brightness == pytest.approx(brightness, abs=0.01)
    assert (found.contrast, found.sharpness) == (pytest.approx(0, abs=0.01), 0.0)


def test_contrast_is_largest_between_black_and_white() -> None:
    halves = grey(0)
    halves[:, 80:] = 255
    assert quality_within(halves).contrast == pytest.approx(100, abs=0.01)
    softer = grey(64)
    softer[:, 80:] = 191
    assert quality_within(softer).contrast == pytest.approx(50, abs=1)


def test_blur_takes_sharpness() -> None:
    sharp = [quality_within(blurred(textured(), radius)).sharpness for radius in (0, 1, 2, 4)]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 60 > 30 > sharp[-1]


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (4, 4), (500, 1)])
def test_tiny_pictures_have_a_quality(size: tuple[int, int]) -> None:
    found = quality_within(grey(100, size))
    assert np.isfinite([found.brightness, found.contrast, found.sharpness]).all()


def boxed(*box: float) -> Instance:
    left, top, width, height = box
    return Instance((left, top, width, height), 90.0)


def test_what_has_a_box_is_in_front() -> None:
    pixels = grey(50)
    pixels[30:90, 40:120] = (200, 0, 0)
    found = picture_properties(pixels, [boxed(0.25, 0.25, 0.5, 0.5)])
    assert found.foreground is not None and found.background is not None
    (red,), (dark,) = found.foreground.colors, found.background.colors
    assert (red.red, red.share) == (200, pytest.approx(100))
    assert (dark.red, dark.share) == (50, pytest.approx(100))
    assert found.background.quality.brightness == pytest.approx(50 / 2.55, abs=0.01)
    # The edge of the box belongs to neither.
    assert (found.foreground.quality.sharpness, found.background.quality.sharpness) == (0, 0)
    assert found.whole.quality.sharpness > 0


def test_layers_have_their_own_sharpness() -> None:
    pixels = blurred(textured(), 3)
    pixels = pixels.copy()
    pixels[30:90, 40:120] = textured()[30:90, 40:120]
    found = picture_properties(pixels, [boxed(0.25, 0.25, 0.5, 0.5)])
    assert found.foreground is not None and found.background is not None
    assert found.foreground.quality.sharpness > found.background.quality.sharpness + 30


@pytest.mark.parametrize(
    "things",
    [[], [boxed(-0.5, -0.5, 2, 2)], [boxed(0.5, 0.5, 0, 0)], [boxed(1.5, 0, 1, 1)]],
)
def test_without_boxes_or_with_nothing_beside_them_there_are_no_layers(things: list[Instance]) -> None:
    found = picture_properties(grey(50), things)
    assert (found.foreground, found.background) == (None, None)


def test_colours_are_as_many_as_asked() -> None:
    pixels = np.repeat(np.arange(0, 240, 20, np.uint8), 10)[None, :, None] * np.ones((60, 1, 3), np.uint8)
    assert len(picture_properties(pixels, [], 3).whole.colors) <= 3
    assert picture_properties(pixels, [], 0).whole.colors == ()


def test_colours_of_a_thing_are_those_in_its_box() -> None:
    pixels = grey(50)
    pixels[:60] = (0, 0, 200)
    (blue,) = instance_colors(pixels, Instance((0.0, 0.0, 1.0, 0.5), 90.0))
    assert blue.blue == 200
    assert instance_colors(pixels, Instance((0.2, 0.2, 0.0, 0.0), 90.0)) == ()
    assert instance_colors(pixels, Instance((-0.5, -0.5, 0.4, 0.4), 90.0)) == ()
