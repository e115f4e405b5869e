"""How bright, sharp and rich in contrast a picture is, and its colours: Rekognition's ImageProperties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import DominantColor, Instance
from app.inference.labels.colors import dominant_colors
from app.inference.quality import LUMA, ROUNDING

# Of luma from 0 to 255: half of the pixels black, half white.
_LARGEST_DEVIATION: Final = 127.5
# Share of the gradients that one more blur takes away, and the sharpness it stands for. Medians over 56
# photographs at the size that the label models see: 0.41 as they are (0.09 to 0.70), 0.33, 0.10 and 0.006
# after a Gaussian blur of 0.5, 1 and 2 pixels.
_LOST: Final = (0.0, 0.006, 0.03, 0.1, 0.2, 0.33, 0.41, 0.6, 0.7)
_SHARPNESS: Final = (0.0, 10.0, 25.0, 45.0, 60.0, 75.0, 82.0, 95.0, 100.0)


@dataclass(frozen=True, slots=True)
class PictureQuality:
    """0-100 each. brightness: mean luma. contrast: standard deviation of luma, of the largest there can be
    (RMS contrast, Peli 1990). sharpness: how much blurring it again takes away (Crété et al. 2007, as in
    app/inference/quality.py), of the picture at the size in which it is looked at."""

    brightness: float
    sharpness: float
    contrast: float


@dataclass(frozen=True, slots=True)
class Layer:
    """A picture, or a part of it. Shares of the colours are of that part."""

    quality: PictureQuality
    colors: tuple[DominantColor, ...]


@dataclass(frozen=True, slots=True)
class PictureProperties:
    """foreground: what lies in the box of a thing; background: the rest. Both are None where no thing has a
    box or nothing is left beside them: nobody can say then what is in front."""

    whole: Layer
    foreground: Layer | None = None
    background: Layer | None = None


def picture_properties(
    pixels: NDArray[np.uint8], things: Sequence[Instance], count: int = 10
) -> PictureProperties:
    """Of uint8 (H, W, 3) RGB, with at most `count` colours a layer; boxes of the things are ratios of it."""
    whole = _layer(pixels, None, count)
    inside = np.zeros(pixels.shape[:2], bool)
    for thing in things:
        inside[_part(pixels, thing)] = True
    if not inside.any() or inside.all():
        return PictureProperties(whole)
    return PictureProperties(whole, _layer(pixels, inside, count), _layer(pixels, ~inside, count))


def instance_colors(
    pixels: NDArray[np.uint8], instance: Instance, count: int = 10
) -> tuple[DominantColor, ...]:
    """The colours in the box of one thing."""
    part = pixels[_part(pixels, instance)]
    return dominant_colors(np.ascontiguousarray(part), count) if part.size else ()


def _part(pixels: NDArray[np.uint8], instance: Instance) -> tuple[slice, slice]:
    height, width = pixels.shape[:2]
    left, top, wide, high = instance.box
    rows, columns = (
        (round(top * height), round((top + high) * height)),
        (
            round(left * width),
            round((left + wide) * width),
        ),
    )
    return slice(max(rows[0], 0), max(rows[1], 0)), slice(max(columns[0], 0), max(columns[1], 0))


def _layer(pixels: NDArray[np.uint8], mask: NDArray[np.bool_] | None, count: int) -> Layer:
    return Layer(quality_within(pixels, mask), dominant_colors(pixels, count, mask))


def quality_within(pixels: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None) -> PictureQuality:
    """Of the pixels uint8 (H, W, 3) RGB where the mask (bool (H, W)) is true; it must be so somewhere."""
    grey: NDArray[np.float32] = pixels.astype(np.float32) @ LUMA
    inside = grey if mask is None else grey[mask]
    return PictureQuality(
        brightness=float(inside.mean()) / 255 * 100,
        sharpness=_sharpness(grey, mask),
        contrast=min(float(inside.std()) / _LARGEST_DEVIATION * 100, 100.0),
    )


def _sharpness(grey: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> float:
    if min(grey.shape) < 5:
        return 0.0
    rows = (grey[:-2] + grey[1:-1] + grey[2:]) / np.float32(3)
    blurred = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(3)
    inner = grey[1:-1, 1:-1]
    total = lost = 0.0
    for axis in (0, 1):
        before = np.maximum(np.abs(np.diff(inner, axis=axis)) - np.float32(ROUNDING), 0)
        gone = np.maximum(before - np.abs(np.diff(blurred, axis=axis)), 0)
        if mask is not None:
            within = mask[1:-1, 1:-1]
            # Both pixels of a step must be inside: the edge of a box is no edge of the picture.
            both = within[1:] & within[:-1] if axis == 0 else within[:, 1:] & within[:, :-1]
            before, gone = before[both], gone[both]
        total += float(before.sum())
        lost += float(gone.sum())
    return float(np.interp(lost / total, _LOST, _SHARPNESS)) if total > 0 else 0.0
