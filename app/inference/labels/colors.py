"""The colours that dominate a picture: clusters of its pixels, named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import DominantColor, Label
from app.inference.labels.css_colors import CSS_COLORS
from app.inference.resampling import resized

SIDE = 64
"""Pixels of the longer side that are looked at: enough for shares of one percent."""

ROUNDS = 12
"""After which the clusters of a real photo hardly move."""

JOINED = 12.0
"""CIE76 distance below which two colours are one: just more than people see side by side."""

LEAST = 1.0
"""Percent of the pixels below which a colour is not named."""


def dominant_colors(
    pixels: NDArray[np.uint8], count: int = 12, mask: NDArray[np.bool_] | None = None
) -> tuple[DominantColor, ...]:
    """At most `count` colours of uint8 (H, W, 3) RGB, the most frequent first.

    Clusters of k-means in CIE Lab (D65), started from the farthest point each time: no chance is involved.
    `share` is the percentage of all pixels looked at; what is in no named colour is left out.

    Args:
        mask: bool (H, W), only where it is true; a tuple of nothing where it is true nowhere.
    """
    height, width = pixels.shape[:2]
    factor = min(1.0, SIDE / max(height, width))
    small = resized(pixels, max(1, round(width * factor)), max(1, round(height * factor)))
    rgb = small.reshape(-1, 3)
    if mask is not None:
        rows = (np.arange(small.shape[0]) * height // small.shape[0])[:, None]
        columns = np.arange(small.shape[1]) * width // small.shape[1]
        rgb = rgb[mask[rows, columns].reshape(-1)]
    if not len(rgb) or count < 1:
        return ()
    # Pixels of one coarse cell of colour go together; their means are what is clustered.
    cells, place = np.unique((rgb >> 4).astype(np.int32) @ (256, 16, 1), return_inverse=True)
    weights = np.bincount(place, minlength=len(cells)).astype(np.float64)
    sums = np.stack([np.bincount(place, rgb[:, channel], len(cells)) for channel in range(3)], axis=1)
    means = sums / weights[:, None]
    clusters = _joined(means, weights, _clusters(lab_of(means), weights, min(count, len(cells))))
    order = sorted(range(len(clusters)), key=lambda each: (-clusters[each][1], clusters[each][0].tolist()))
    found = []
    for each in order[:count]:
        mean, weight = clusters[each]
        share = 100 * weight / len(rgb)
        if share >= LEAST:
            red, green, blue = (int(value) for value in np.rint(mean))
            name, simplified = color_names(red, green, blue)
            found.append(DominantColor(red, green, blue, name, simplified, float(share)))
    return tuple(found)


def layer_colors(
    pixels: NDArray[np.uint8], labels: Sequence[Label], count: int = 12
) -> tuple[tuple[DominantColor, ...], tuple[DominantColor, ...]]:
    """The dominant colours of the foreground, what lies in the box of a thing, and of the background, the
    rest; shares are of each alone. Nothing stands in the foreground of a picture without things."""
    height, width = pixels.shape[:2]
    inside = np.zeros((height, width), bool)
    for label in labels:
        for instance in label.instances:
            left, top, wide, high = instance.box
            rows = slice(round(top * height), round((top + high) * height))
            inside[rows, round(left * width) : round((left + wide) * width)] = True
    return dominant_colors(pixels, count, inside), dominant_colors(pixels, count, ~inside)


def _clusters(points: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """The cluster of each point."""
    centers = [points[int(weights.argmax())]]
    nearest = ((points - centers[0]) ** 2).sum(1)
    while len(centers) < count:
        # Far from what there is, and not a speck.
        farthest = int((nearest * np.sqrt(weights)).argmax())
        centers.append(points[farthest])
        nearest = np.minimum(nearest, ((points - points[farthest]) ** 2).sum(1))
    middle = np.array(centers)
    owner = np.zeros(len(points), np.intp)
    for _ in range(ROUNDS):
        owner = ((points[:, None] - middle[None]) ** 2).sum(2).argmin(1)
        total = np.bincount(owner, weights, len(middle))
        for axis in range(3):
            moved = np.bincount(owner, points[:, axis] * weights, len(middle))
            middle[:, axis] = np.where(total > 0, moved / np.maximum(total, 1e-9), middle[:, axis])
    return owner


def _joined(
    means: NDArray[np.float64], weights: NDArray[np.float64], owner: NDArray[np.intp]
) -> list[tuple[NDArray[np.float64], float]]:
    """Mean RGB and weight of each cluster; those that look alike put together, the likest first."""
    clusters = []
    for each in range(int(owner.max()) + 1):
        inside = owner == each
        if inside.any():
            total = float(weights[inside].sum())
            clusters.append(((means[inside] * weights[inside, None]).sum(0) / total, total))
    while len(clusters) > 1:
        tones = lab_of(np.array([mean for mean, _ in clusters]))
        apart = np.sqrt(((tones[:, None] - tones[None]) ** 2).sum(2))
        np.fill_diagonal(apart, np.inf)
        first, second = divmod(int(apart.argmin()), len(clusters))
        if apart[first, second] > JOINED:
            break
        (one, weight), (other, more) = clusters[first], clusters.pop(second)
        clusters[first] = ((one * weight + other * more) / (weight + more), weight + more)
    return clusters


def lab_of(rgb: NDArray[np.floating]) -> NDArray[np.float64]:
    """sRGB of 0-255 (n, 3) to CIE L*a*b* under D65 (IEC 61966-2-1 and CIE 15)."""
    value = np.asarray(rgb, np.float64) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _XYZ.T / _WHITE
    bent = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = bent.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])
_NAMES: Final = tuple(CSS_COLORS)
_TONES: Final = lab_of(np.array([CSS_COLORS[name][0] for name in _NAMES]))


def color_names(red: int, green: int, blue: int) -> tuple[str, str]:
    """The CSS name nearest to a colour in CIE Lab, and its plain one of twelve."""
    tone = lab_of(np.array([[red, green, blue]], np.float64))
    name = _NAMES[int(((_TONES - tone) ** 2).sum(1).argmin())]
    return name, CSS_COLORS[name][1]
