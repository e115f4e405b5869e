"""Draws cloth on a face: masks and scarves, hung before the dense landmarks, seen as the face is turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.build.wear.canvas import Canvas, Image8, Plane, blurred, laid
from models.build.wear.eyewear import Frame

Array = NDArray[np.float64]

# Points of the mesh from the viewer's left to the right: upper edges of a mask from high to low, the jaw.
TO_THE_EYES = (227, 116, 111, 117, 118, 119, 6, 348, 347, 346, 340, 345, 447)
OVER_THE_NOSE = (137, 123, 118, 100, 217, 195, 437, 329, 347, 352, 366)
BELOW_THE_NOSE = (137, 123, 187, 205, 98, 2, 327, 425, 411, 352, 366)
UNDER_THE_LIP = (58, 172, 169, 210, 201, 200, 421, 430, 394, 397, 288)
JAW = (93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323)
COLUMNS, ROWS = 44, 32

# RGB of paper and fleece, and of cloth.
CLINICAL = ((165, 205, 228), (120, 180, 215), (235, 238, 240), (205, 225, 215), (90, 160, 150), (28, 28, 30),
            (225, 175, 190), (200, 205, 210))  # fmt: skip
WOVEN = ((20, 20, 22), (35, 40, 60), (230, 228, 222), (120, 122, 128), (150, 35, 45), (60, 90, 150),
         (70, 95, 65), (190, 150, 90), (95, 60, 110), (210, 120, 140), (235, 200, 70), (45, 110, 115),
         (110, 80, 60))  # fmt: skip


@dataclass(frozen=True, eq=False)
class Laid:
    """pixels: uint8 of the canvas with something before the face. cover: 0-1, where it hides the face."""

    pixels: Image8
    cover: Plane


def with_surgical(canvas: Canvas, random: np.random.Generator) -> Laid:
    """A mask of three pleats with a wire over the nose."""
    colours = _plain(random, CLINICAL)
    v = np.linspace(0, 1, ROWS)[:, None]
    for at in np.array([0.28, 0.5, 0.72]) + random.normal(0, 0.03, 3):
        width = random.uniform(0.02, 0.035)
        line = np.exp(-(((v - at) / width) ** 2)) - 0.6 * np.exp(-(((v - at - 2 * width) / width) ** 2))
        colours = colours * (1 - random.uniform(0.1, 0.35) * line[..., None])
    if random.random() < 0.7:
        colours = colours * (1 + random.uniform(-0.15, 0.12) * (np.abs(v - 0.06) < 0.03)[..., None])
    points = _hung(canvas, random, _height(random), random.uniform(0.05, 0.22), random.uniform(0, 0.14))
    return _worn(canvas, points, colours, random, loops=True)


def with_cloth_mask(canvas: Canvas, random: np.random.Generator, textures: Sequence[Image8]) -> Laid:
    """A mask of woven cloth, plain or with a pattern, with a seam down the middle now and then."""
    colours = _patterned(random, textures)
    u = np.linspace(-1, 1, COLUMNS)[None, :, None]
    if random.random() < 0.5:
        colours = colours * (1 - random.uniform(0.1, 0.3) * np.exp(-((u / 0.05) ** 2)))
    if random.random() < 0.6:
        border = np.ones((ROWS, COLUMNS, 1))
        border[[0, 1, -2, -1]] = border[:, [0, -1]] = random.uniform(0.7, 1.25)
        colours = colours * border
    points = _hung(canvas, random, _height(random), random.uniform(0.02, 0.2), random.uniform(-0.02, 0.12))
    return _worn(canvas, points, colours, random, loops=random.random() < 0.8)


def with_cup(canvas: Canvas, random: np.random.Generator) -> Laid:
    """A stiff respirator: it stands off the face, with a fold down the middle or a valve."""
    colours = _plain(
        random, ((238, 238, 236), (225, 228, 230), (40, 40, 44), (200, 205, 210), (150, 190, 220))
    )
    v, u = np.meshgrid(np.linspace(-1, 1, ROWS), np.linspace(-1, 1, COLUMNS), indexing="ij")
    if random.random() < 0.6:
        colours = colours * (1 - random.uniform(0.1, 0.3) * np.exp(-((u / 0.04) ** 2)))[..., None]
        colours = colours * np.where(u < 0, random.uniform(0.75, 1.0), 1.0)[..., None]
    if random.random() < 0.35:
        away = np.hypot((u - random.uniform(-0.4, 0.4)) * 1.5, v - 0.2)
        colours = colours * np.where(away < 0.3, random.uniform(0.6, 0.95), 1.0)[..., None]
        colours = colours * np.where(np.abs(away - 0.3) < 0.05, 0.7, 1.0)[..., None]
    height = random.uniform(0.25, 0.5)
    points = _hung(canvas, random, height, random.uniform(0.2, 0.4), random.uniform(0, 0.1), inset=0.12)
    return _worn(canvas, points, colours, random, loops=True)


def with_scarf(
    canvas: Canvas, random: np.random.Generator, textures: Sequence[Image8], about_the_neck: bool = False
) -> Laid:
    """Cloth from the nose, or from the neck, down and out of the picture; now and then over the head too."""
    face = Frame(canvas.mesh)
    mesh = canvas.mesh
    if about_the_neck:
        high, low = _curve(mesh[list(UNDER_THE_LIP)]), _curve(mesh[list(JAW)])
        top = low + (high - low) * random.uniform(-0.6, 0.3)
    else:
        top = _top(mesh, _height(random))
    out = np.linspace(-1, 1, COLUMNS)[:, None]
    wide = random.uniform(0, 0.35)
    top = top + out**3 * face.x * face.width * wide * 0.6
    bottom = _curve(mesh[list(JAW)]) + face.y * face.width * random.uniform(0.5, 1.6)
    bottom = bottom + out * face.x * face.width * wide
    points = _between(top, bottom, face, random.uniform(0.05, 0.3))
    colours = _patterned(random, textures)
    v = np.linspace(0, 1, ROWS)[:, None]
    u = np.linspace(-1, 1, COLUMNS)[None]
    for _ in range(int(random.integers(2, 7))):
        waves = random.uniform(2, 9) * v + random.normal(0, 1.5) * u**2 + random.normal(0, 1) * u
        colours = (
            colours
            * (1 + random.uniform(0.03, 0.16) * np.sin(2 * np.pi * waves + random.uniform(0, 6)))[..., None]
        )
    laid_on = _worn(canvas, points, colours, random, loops=False)
    if not about_the_neck and random.random() < 0.35:
        return _over_the_head(canvas, laid_on, colours.mean(axis=(0, 1)), random)
    return laid_on


def _height(random: np.random.Generator) -> float:
    """0 to the eyes, 0.5 over the nose, 1 below it."""
    return float(random.choice([random.uniform(0, 0.4), random.uniform(0.4, 0.75), random.uniform(0.8, 1.05)],
                               p=[0.3, 0.58, 0.12]))  # fmt: skip


def _top(mesh: Array, height: float) -> Array:
    high, middle, low = (_curve(mesh[list(each)]) for each in (TO_THE_EYES, OVER_THE_NOSE, BELOW_THE_NOSE))
    if height < 0.5:
        return high + (middle - high) * height * 2
    return middle + (low - middle) * (height - 0.5) * 2


def _curve(points: Array) -> Array:
    """(COLUMNS, 3): the line through the points at equal steps."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], COLUMNS)
    return np.column_stack([np.interp(at, along, points[:, axis]) for axis in range(3)])


def _hung(
    canvas: Canvas,
    random: np.random.Generator,
    height: float,
    bulge: float,
    drop: float,
    inset: float | None = None,
) -> Array:
    """(ROWS, COLUMNS, 3): a mask from its upper edge to under the chin, in pixels of the canvas."""
    face = Frame(canvas.mesh)
    top, bottom = _top(canvas.mesh, height), _curve(canvas.mesh[list(JAW)])
    inset = random.uniform(0.0, 0.18) if inset is None else inset
    taken = np.linspace(inset, 1 - inset, COLUMNS) * (COLUMNS - 1)
    low = random.uniform(0.1, 0.24)
    taken_low = np.linspace(max(inset, low), 1 - max(inset, low), COLUMNS) * (COLUMNS - 1)
    top, bottom = (
        np.column_stack([np.interp(at, np.arange(COLUMNS), curve[:, axis]) for axis in range(3)])
        for at, curve in ((taken, top), (taken_low, bottom))
    )
    middle = np.cos(np.linspace(-np.pi / 2, np.pi / 2, COLUMNS))[:, None]
    bottom = bottom + face.y * face.width * drop * middle
    slant = random.normal(0, 0.02) * np.linspace(-1, 1, COLUMNS)[:, None] * face.y * face.width
    return _between(top + slant, bottom + slant, face, bulge)


def _between(top: Array, bottom: Array, face: Frame, bulge: float) -> Array:
    v = np.linspace(0, 1, ROWS)[:, None, None]
    points = top * (1 - v) + bottom * v
    round_ = (
        np.sin(np.pi * v) ** 0.7 * np.cos(np.linspace(-np.pi / 2, np.pi / 2, COLUMNS))[None, :, None] ** 0.8
    )
    return np.asarray(points + face.out * face.width * bulge * round_, np.float64)


def _plain(random: np.random.Generator, colours: Sequence[tuple[int, ...]]) -> Array:
    colour = np.array(colours[random.integers(len(colours))], np.float64) + random.normal(0, 9, 3)
    return np.clip(colour, 8, 250) * np.ones((ROWS, COLUMNS, 1))


def _patterned(random: np.random.Generator, textures: Sequence[Image8]) -> Array:
    colours = _plain(random, WOVEN)
    other = _plain(random, WOVEN)
    v, u = np.meshgrid(np.linspace(-1, 1, ROWS), np.linspace(-1, 1, COLUMNS), indexing="ij")
    kind = random.choice(["plain", "stripes", "dots", "check", "spots", "photo", "print"],
                         p=[0.42, 0.12, 0.08, 0.08, 0.08, 0.14, 0.08])  # fmt: skip
    pitch = random.uniform(3, 9)
    turn = random.uniform(0, np.pi)
    along = (np.cos(turn) * u + np.sin(turn) * v) * pitch * np.pi
    across = (np.cos(turn) * v - np.sin(turn) * u) * pitch * np.pi
    if kind == "plain":
        return colours
    if kind == "photo" and len(textures):
        photo = textures[random.integers(len(textures))]
        side = int(random.integers(40, min(len(photo), 200)))
        x, y = (int(value) for value in random.integers(0, len(photo) - side + 1, 2))
        part = Image.fromarray(photo[y : y + side, x : x + side]).resize(
            (COLUMNS, ROWS), Image.Resampling.BOX
        )
        return np.asarray(part, np.float64)
    if kind == "stripes":
        amount = np.sin(along) > random.uniform(-0.4, 0.6)
    elif kind == "dots":
        amount = np.sin(along) * np.sin(across) > 0.5
    elif kind == "check":
        amount = (np.sin(along) > 0) * 0.5 + (np.sin(across) > 0) * 0.5
    elif kind == "print":
        amount = np.hypot(u - random.uniform(-0.5, 0.5), v - random.uniform(-0.4, 0.4)) < random.uniform(
            0.1, 0.4
        )
    else:
        amount = _noise(random, 3) > 0.2
    share = np.asarray(amount, np.float64)[..., None]
    return colours * (1 - share) + other * share


def _noise(random: np.random.Generator, radius: float) -> Array:
    """(ROWS, COLUMNS) of mean 0 and spread 1, smooth."""
    plane = blurred(random.random((ROWS, COLUMNS)).astype(np.float32), radius).astype(np.float64)
    return np.asarray((plane - plane.mean()) / max(plane.std(), 1e-3))


def _worn(canvas: Canvas, points: Array, colours: Array, random: np.random.Generator, loops: bool) -> Laid:
    """The sheet of points in its colours on the face, lit as the face is and from one side."""
    side = canvas.side
    across, down = np.gradient(points, axis=1), np.gradient(points, axis=0)
    normal = np.cross(across, down)
    normal /= np.linalg.norm(normal, axis=2, keepdims=True) + 1e-6
    normal = normal * np.sign(normal[..., 2:] * -1 + 1e-9)
    from_ = np.array([random.normal(0, 0.6), random.normal(-0.4, 0.4), -1.0])
    from_ /= np.linalg.norm(from_)
    lit = 1 + random.uniform(0.2, 0.9) * (normal @ from_ - float((normal @ from_).mean()))
    crumpled = 1 + random.uniform(0, 0.09) * _noise(random, random.uniform(0.8, 3))
    values = np.clip(colours * (lit * crumpled)[..., None], 0, 255)
    picture, cover = Image.new("RGB", (side * 2, side * 2)), Image.new("L", (side * 2, side * 2))
    pen, cut = ImageDraw.Draw(picture), ImageDraw.Draw(cover)
    flat = (points[..., :2] + 0.5) * 2
    depth = points[..., 2]
    far_first = np.argsort(-(depth[:-1, :-1] + depth[1:, 1:]), axis=None)
    for place in far_first.tolist():
        row, column = divmod(place, COLUMNS - 1)
        corners = flat[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]
        outline = [tuple(corner) for corner in corners.tolist()]
        pen.polygon(outline, fill=tuple(int(value) for value in values[row, column]))
        cut.polygon(outline, fill=255)
    opaque = np.asarray(cover.reduce(2), np.float32) / 255
    sheet = np.asarray(picture, np.float32).reshape(side, 2, side, 2, 3).sum(axis=(1, 3)) / 4
    sheet = sheet / np.maximum(opaque, 0.05)[..., None]
    base = canvas.pixels.astype(np.float32)
    grey = base.mean(axis=2)
    light = blurred(grey / 255, side * 0.06) * 255
    inside = opaque > 0.5
    middle = max(float(np.median(light[inside])), 1.0) if inside.any() else 128.0
    follow = random.uniform(0.2, 0.9)
    shade = np.clip(light / middle, 0.4, 1.7) ** follow * np.clip((middle / 140) ** 0.7, 0.25, 1.15)
    shadow = blurred(np.roll(opaque, int(random.integers(-3, 6)), axis=0), random.uniform(1.5, 5))
    base = base * (1 - random.uniform(0.05, 0.45) * shadow[..., None])
    if loops:
        base = _looped(canvas, base, points, random)
    grain = random.normal(0, random.uniform(0, 5), (side, side, 1))
    result = laid(base, np.clip(sheet * shade[..., None] + grain, 0, 255), opaque)
    return Laid(np.clip(result, 0, 255).astype(np.uint8), opaque)


def _looped(
    canvas: Canvas, base: NDArray[np.float32], points: Array, random: np.random.Generator
) -> NDArray[np.float32]:
    """Cords from the corners of a mask to the ears."""
    colour = np.array((235, 235, 235) if random.random() < 0.65 else (25, 25, 27), np.float32)
    for column, ear in ((0, 127), (-1, 356)):
        place = canvas.mesh[ear, :2] + random.normal(0, 2, 2)
        for row in (1, -2):
            cord = np.array([points[row, column, :2], place])
            base = laid(base, colour * 0.8, canvas.line(cord, random.uniform(0.8, 2.5)))
    return base


def _over_the_head(canvas: Canvas, below: Laid, colour: Array, random: np.random.Generator) -> Laid:
    """The rest of a veil or balaclava: everything but a window for the eyes."""
    face = Frame(canvas.mesh)
    x, y = np.meshgrid(np.arange(canvas.side), np.arange(canvas.side))
    from_eyes = np.stack([x, y], axis=2) - face.middle[:2]
    along = from_eyes @ face.x[:2] / face.width
    down = from_eyes @ face.y[:2] / face.width
    window = (
        np.abs(along / random.uniform(0.62, 0.8)) ** 4 + np.abs(down / random.uniform(0.22, 0.42)) ** 4
    ) < 1
    above = (down < 0.2) & ~window
    head = np.hypot(along / random.uniform(1.0, 1.3), (down + 0.1) / 1.5) < 1
    cover = blurred((above & head).astype(np.float32), 1.2)
    pixels = laid(below.pixels.astype(np.float32), colour * random.uniform(0.6, 1.0), cover)
    return Laid(np.clip(pixels, 0, 255).astype(np.uint8), np.maximum(below.cover, cover))
