"""Draws beards and mustaches on a face: strands in the regions of the mesh where they grow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.build.wear.canvas import Canvas, Image8, Plane, blurred, laid

# RGB of hair: black, dark brown, brown, light brown, red, grey, white.
COLOURS = (
    (22, 19, 18),
    (46, 32, 24),
    (78, 54, 36),
    (120, 88, 56),
    (126, 66, 32),
    (128, 124, 120),
    (205, 202, 198),
)
ODDS = (0.32, 0.2, 0.12, 0.07, 0.06, 0.13, 0.1)

LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
UPPER_LIP = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
JAW = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361)
# Inner edges of a full beard: under the cheeks, from the viewer's right ear to the left, by the mouth's
# corners; a high and a low one.
HIGH = (323, 352, 280, 425, 436, 410, 291, 61, 186, 216, 205, 50, 123, 93)
LOW = (361, 435, 416, 434, 432, 422, 291, 61, 202, 212, 214, 192, 215, 132)
STRAP = (361, 435, 416, 434, 430, 394, 395, 369, 396, 175, 171, 140, 170, 169, 210, 214, 192, 215, 132)
GOATEE = (61, 204, 211, 176, 148, 152, 377, 400, 431, 424, 291, 17)


def with_hair(canvas: Canvas, beard: bool, mustache: bool, random: np.random.Generator) -> Image8:
    """The face with a beard, a mustache or both, of one colour."""
    flat = canvas.mesh[:, :2]
    colour = _colour(canvas, random)
    picture = canvas.pixels.astype(np.float32)
    lips = canvas.polygon(flat[list(LIPS)])
    thickness = random.uniform(0.5, 1.05)
    if beard:
        area = _beard(canvas, random) * (1 - blurred(lips, 1.5))
        picture = _grown(picture, area, colour, thickness, random)
    if mustache:
        area = _mustache(canvas, random) * (1 - lips * random.uniform(0.4, 1.0))
        tone = colour * random.uniform(0.8, 1.1)
        picture = _grown(picture, area, tone, min(1.1, thickness * random.uniform(1.0, 1.5)), random)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _colour(canvas: Canvas, random: np.random.Generator) -> NDArray[np.float64]:
    """Often the brows' own, else one of the common ones."""
    if random.random() < 0.5:
        places = np.rint(canvas.mesh[[70, 63, 105, 66, 336, 296, 334, 293], :2]).astype(int)
        places = np.clip(places, 0, canvas.side - 1)
        values = canvas.pixels[places[:, 1], places[:, 0]].astype(np.float64)
        return values[np.argsort(values.sum(axis=1))[:3]].mean(axis=0) * random.uniform(0.6, 1.0)
    return np.array(COLOURS[random.choice(len(COLOURS), p=ODDS)], np.float64) * random.uniform(0.75, 1.2)


def _beard(canvas: Canvas, random: np.random.Generator) -> Plane:
    flat = canvas.mesh[:, :2]
    style = random.choice(["full", "high", "goatee", "strap"], p=[0.4, 0.25, 0.25, 0.1])
    if style == "goatee":
        area = canvas.polygon(flat[list(GOATEE)])
    else:
        edge = {"full": LOW, "high": HIGH, "strap": STRAP}[style]
        area = canvas.polygon(flat[list(JAW + edge)])
    if style != "strap" and random.random() < 0.6:
        # Hair stands out below the chin.
        low = np.array(JAW[5:12] if style == "goatee" else JAW[3:14])
        down = flat[152] - flat[10]
        longer = flat[low] + down / np.linalg.norm(down) * random.uniform(4, 45)
        area = np.maximum(area, canvas.polygon(np.vstack([flat[low], longer[::-1]])))
    return area


def _mustache(canvas: Canvas, random: np.random.Generator) -> Plane:
    flat = canvas.mesh[:, :2]
    across = flat[291] - flat[61]
    down = flat[17] - flat[2]
    high = random.uniform(0.3, 0.85)
    nose, lip = flat[[98, 97, 2, 326, 327]], flat[[40, 37, 0, 267, 270]]
    top = lip + (nose - lip) * high
    reach = random.uniform(-0.12, 0.16)
    fall = random.uniform(-0.05, 0.3)
    ends = [flat[61] - across * reach + down * fall, flat[291] + across * reach + down * fall]
    bottom = flat[list(UPPER_LIP[1:-1])] + down * random.uniform(-0.04, 0.06)
    if random.random() < 0.12:
        # A small one under the nose.
        top, bottom = top[1:4], bottom[3:6]
        return canvas.polygon(np.vstack([top, bottom[::-1]]))
    return canvas.polygon(np.vstack([ends[0], top, ends[1], bottom[::-1]]))


def _grown(
    picture: NDArray[np.float32],
    area: Plane,
    colour: NDArray[np.float64],
    thickness: float,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Strands of a colour where `area` is 1, their edge frayed, lit as the skin below."""
    soft = blurred(area, random.uniform(1.5, 7))
    coarse = blurred(random.random(area.shape).astype(np.float32), 6)
    coarse = (coarse - coarse.mean()) / coarse.std()
    strands = _strands(len(area), random)
    amount = thickness * 3.2 - 1.6 + 0.6 * coarse + strands * random.uniform(0.5, 1.2)
    cover = soft / (1 + np.exp(-2.2 * amount)) * random.uniform(0.75, 1.0)
    light = picture.mean(axis=2)
    light = blurred(light / 255, 8)
    lit = np.clip(light / max(float((light * soft).sum() / max(soft.sum(), 1)), 0.05), 0.6, 1.5)
    tone = colour * (1 + 0.22 * _strands(len(area), random)[..., None]) * lit[..., None]
    return laid(picture, np.clip(tone, 0, 255), cover.astype(np.float32))


def _strands(side: int, random: np.random.Generator) -> Plane:
    """Noise of mean 0 and spread 1, drawn out downwards and, on each side, a little outwards."""
    length = int(random.integers(4, 13))
    lean = random.uniform(0, 0.5)
    noise = random.normal(0, 1, (side, side)).astype(np.float32)
    half = side // 2
    drawn = np.zeros_like(noise)
    for step in range(length):
        shift = round(step * lean)
        moved = np.roll(noise, step, axis=0)
        drawn[:, :half] += np.roll(moved, -shift, axis=1)[:, :half]
        drawn[:, half:] += np.roll(moved, shift, axis=1)[:, half:]
    return drawn / np.float32(drawn.std())
