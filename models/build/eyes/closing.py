"""Closes an eye in a photograph: pulls the skin of the upper lid over it and draws the lashes."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.views import FaceView

# Points of the mesh from the viewer's left to the right: edges of the upper and of the lower lid, lower edge
# of the brow; of the viewer's left eye and of the right one.
UPPER: Final = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (362, 398, 384, 385, 386, 387, 388, 466, 263))
LOWER: Final = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (362, 382, 381, 380, 374, 373, 390, 249, 263))
BROW: Final = ((46, 53, 52, 65, 55), (285, 295, 282, 283, 276))


def closed(view: FaceView, eye: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """The whole picture with eye 0 (the viewer's left) or 1 closed, how and how far by chance."""
    pixels, mesh = view.pixels, view.mesh[:, :2].astype(np.float64)
    start, end = mesh[UPPER[eye][0]], mesh[UPPER[eye][-1]]
    width = float(np.hypot(*(end - start))) or 1.0
    along = (end - start) / width
    axes = np.array([along, [-along[1], along[0]]])
    upper, lower, brow = (
        ((mesh[list(each)] - start) @ axes.T) / width for each in (UPPER[eye], LOWER[eye], BROW[eye])
    )
    part = mesh[list(UPPER[eye] + LOWER[eye] + BROW[eye])]
    low = np.maximum(np.floor(part.min(axis=0) - 0.3 * width), 0).astype(int)
    high = np.minimum(np.ceil(part.max(axis=0) + 0.3 * width), pixels.shape[1::-1]).astype(int)
    if (high - low).min() < 2:
        return pixels.copy()
    rows, columns = np.mgrid[low[1] : high[1], low[0] : high[0]]
    u, v = np.moveaxis((np.stack([columns, rows], axis=-1) - start) @ axes.T / width, -1, 0)
    above, below, hair = (np.interp(u, line[:, 0], line[:, 1]) for line in (upper, lower, brow))
    # The lid's new edge lies nearly on the lower lid; the skin from the brow to the old edge is stretched.
    edge = above + (below - above) * random.uniform(0.8, 1.0)
    source = np.where(
        (v > hair) & (v < edge),
        hair + (v - hair) * (above - hair - 0.02) / np.maximum(edge - hair, 1e-3),
        np.where((v >= edge) & (v < below + 0.03), below + 0.03, v),
    )
    inside = (u > -0.02) & (u < 1.02)
    source = v + (source - v) * np.clip(np.minimum(u + 0.02, 1.02 - u) / 0.05, 0, 1) * inside
    places = start + (u[..., None] * along + source[..., None] * axes[1]) * width
    patch = _sampled(pixels, places)
    thick, dark = random.uniform(0.02, 0.045), random.uniform(0.25, 0.6)
    lashes = np.exp(-(((v - edge) / thick) ** 2)) * np.clip(np.minimum(u, 1 - u) / 0.1, 0, 1) * inside
    patch *= 1 - lashes[..., None] * (1 - dark)
    changed = pixels.copy()
    where = (inside & (v > hair) & (v < below + 0.1))[..., None]
    view_ = changed[low[1] : high[1], low[0] : high[0]]
    view_[:] = np.where(where, np.clip(patch, 0, 255), view_).astype(np.uint8)
    return changed


def _sampled(pixels: NDArray[np.uint8], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear interpolation of the picture at (h, w, 2) places (x, y); the border goes on outside."""
    height, width = pixels.shape[:2]
    x = np.clip(places[..., 0], 0, width - 1.001)
    y = np.clip(places[..., 1], 0, height - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    a, b = (x - left)[..., None], (y - top)[..., None]
    upper = pixels[top, left] * (1 - a) + pixels[top, right] * a
    lower = pixels[bottom, left] * (1 - a) + pixels[bottom, right] * a
    return upper * (1 - b) + lower * b
