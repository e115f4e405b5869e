"""Draws what is held before a face: hands, microphones, telephones, cups, paper, food, other things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.build.wear.canvas import Canvas, Image8, Plane, blurred, laid
from models.build.wear.cloth import Laid
from models.build.wear.eyewear import Frame

Array = NDArray[np.float64]

# Points of the mesh that something may be held before, and places beside the mouth, nose and eyes.
BEFORE = {"mouth": (13, 14), "nose": (4, 13), "eye": (33, 133), "other eye": (362, 263), "eyes": (133, 362)}
BEFORE_ODDS = (0.5, 0.2, 0.08, 0.08, 0.14)
BESIDE = (152, 172, 397, 93, 323, 10, 21, 251, 136, 365)
GLOVES = ((150, 190, 220), (230, 230, 228), (30, 30, 32), (60, 80, 160))
FOOD = ((190, 90, 40), (200, 40, 45), (220, 180, 110), (120, 70, 35), (230, 215, 190), (90, 140, 60))
KINDS = ("microphone", "phone", "cup", "paper", "food", "anything")
KIND_ODDS = (0.28, 0.14, 0.14, 0.1, 0.12, 0.22)


def with_hand(canvas: Canvas, random: np.random.Generator, beside: bool = False) -> Laid:
    """A hand, now and then two, over the mouth, the nose or the eyes, or beside them."""
    face = Frame(canvas.mesh)
    laid_on = Laid(canvas.pixels, np.zeros((canvas.side, canvas.side), np.float32))
    colour = _skin(canvas, random)
    for number in range(2 if random.random() < 0.15 else 1):
        target = _target(canvas, random, beside)
        lean = random.choice([0.0, 1.2, -1.2]) + random.normal(0, 0.45)
        if number:
            lean = -lean
        laid_on = _hand(laid_on, face, target, lean, colour, random)
    return laid_on


def with_thing(
    canvas: Canvas, random: np.random.Generator, textures: Sequence[Image8], beside: bool = False
) -> Laid:
    """A thing before the mouth, the nose or the eyes, or beside them; now and then a hand that holds it."""
    face = Frame(canvas.mesh)
    target = _target(canvas, random, beside)
    start = Laid(canvas.pixels, np.zeros((canvas.side, canvas.side), np.float32))
    kind = str(random.choice(KINDS, p=KIND_ODDS))
    turn = random.normal(0, 0.4)
    laid_on = _thing(start, canvas, kind, target, turn, face, textures, random)
    if random.random() < 0.45:
        held = target + _turned(np.array([[0.0, random.uniform(0.35, 0.6)]]), turn)[0] * face.width
        laid_on = _hand(
            laid_on, face, held, random.normal(0, 0.8), _skin(canvas, random), random, curled=True
        )
    return laid_on


def _target(canvas: Canvas, random: np.random.Generator, beside: bool) -> Array:
    face = Frame(canvas.mesh)
    if beside:
        point = canvas.mesh[BESIDE[random.integers(len(BESIDE))], :2]
        away = point - canvas.mesh[4, :2]
        return np.asarray(point + away * random.uniform(0.0, 0.4))
    ends = BEFORE[str(random.choice(list(BEFORE), p=BEFORE_ODDS))]
    return np.asarray(canvas.mesh[list(ends), :2].mean(axis=0) + random.normal(0, 0.06, 2) * face.width)


def _skin(canvas: Canvas, random: np.random.Generator) -> Array:
    """The cheeks' colour, a little lighter or darker; now and then another's hand, or a glove."""
    if random.random() < 0.08:
        return np.array(GLOVES[random.integers(len(GLOVES))], np.float64)
    places = np.clip(np.rint(canvas.mesh[[50, 280, 205, 425, 151, 9], :2]).astype(int), 0, canvas.side - 1)
    colour = np.median(canvas.pixels[places[:, 1], places[:, 0]].astype(np.float64), axis=0)
    if random.random() < 0.12:
        colour = np.array([205, 160, 135]) * random.uniform(0.3, 1.15) * max(colour.mean() / 160, 0.3)
    return np.asarray(np.clip(colour * random.uniform(0.72, 1.2) * random.normal(1, 0.03, 3), 10, 250))


def _turned(points: Array, angle: float) -> Array:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cosine, sine], [-sine, cosine]]))


def _capsule(start: Array, end: Array, wide: float, tip: float) -> Array:
    """Outline of a finger's part: round at the end, `wide` at the start and `tip` at the end."""
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    side = np.array([-along[1], along[0]])
    bend = np.linspace(-np.pi / 2, np.pi / 2, 9)
    cap = end + tip * (np.cos(bend)[:, None] * along + np.sin(bend)[:, None] * side)
    return np.vstack([start - side * wide, cap, start + side * wide])


def _hand(
    below: Laid,
    face: Frame,
    target: Array,
    lean: float,
    colour: Array,
    random: np.random.Generator,
    curled: bool = False,
) -> Laid:
    """A hand whose middle lies at the target; its fingers point up, turned by `lean` (radians)."""
    size = face.width * random.uniform(0.6, 0.98)
    mirror = random.choice([-1.0, 1.0])
    spread = random.uniform(0.0, 0.28)
    long = random.uniform(0.25, 0.5) if curled else random.uniform(0.45, 1.15)
    shift = np.array([0.0, random.uniform(-0.1, 0.7) * long])

    def place(points: Array) -> Array:
        return np.asarray(_turned((points + shift) * [mirror * size, size], lean) + target)

    parts: list[tuple[Array, float]] = []
    wrist = random.uniform(0.3, 0.42)
    parts.append((np.array([[-wrist, 0.4], [wrist, 0.4], [wrist * 1.1, 4.0], [-wrist * 1.1, 4.0]]), 0.95))
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    palm = np.column_stack([np.cos(angle), np.sin(angle)])
    palm = np.sign(palm) * np.abs(palm) ** 0.7 * [0.5, 0.52] + [0.0, 0.12]
    parts.append((palm, 1.0))
    for finger, (at, length) in enumerate(
        zip((-0.38, -0.13, 0.13, 0.37), (0.78, 0.98, 1.0, 0.85), strict=True)
    ):
        tilt = (finger - 1.5) * spread + random.normal(0, 0.04)
        direction = np.array([np.sin(tilt), -np.cos(tilt)])
        root = np.array([at, -0.2])
        middle = root + direction * length * long * 0.6
        bent = tilt + random.normal(0, 0.12)
        end = middle + np.array([np.sin(bent), -np.cos(bent)]) * length * long * 0.45
        wide = random.uniform(0.115, 0.14)
        parts.append((_capsule(root, middle, wide, wide * 0.95), random.uniform(0.9, 1.08)))
        parts.append((_capsule(middle, end, wide * 0.95, wide * 0.75), random.uniform(0.92, 1.1)))
    out = random.uniform(0.3, 1.1)
    root = np.array([-0.42, 0.2])
    end = root + np.array([-np.sin(out), -np.cos(out)]) * random.uniform(0.4, 0.8)
    parts.append((_capsule(root, end, 0.15, 0.11), random.uniform(0.9, 1.05)))
    pixels, cover = below.pixels.astype(np.float32), below.cover
    canvas = Canvas(below.pixels, np.zeros((478, 3)))
    slope = _slope(canvas.side, random)
    whole: Plane = np.zeros_like(cover)
    for outline, _ in parts:
        whole = np.maximum(whole, canvas.polygon(place(outline)))
    shadow = blurred(np.roll(whole, int(random.integers(0, 6)), axis=0), random.uniform(2, 6))
    pixels = pixels * (1 - random.uniform(0.1, 0.5) * shadow[..., None])
    mottled = 1 + 0.05 * (blurred(random.random(cover.shape).astype(np.float32), 4)[..., None] - 0.5) * 4
    round_ = random.uniform(0.25, 0.5)
    for outline, tone in parts:
        area = canvas.polygon(place(outline))
        depth = np.clip(blurred(area, size * 0.05) * 2 - 1, 0, 1)
        lit = (1 - round_ + round_ * depth) * tone * slope
        pixels = laid(pixels, np.clip(colour * (lit[..., None] * mottled), 0, 255), area)
    return Laid(np.clip(pixels, 0, 255).astype(np.uint8), np.maximum(cover, whole))


def _slope(side: int, random: np.random.Generator) -> Plane:
    """Light that changes over the picture."""
    x, y = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side))
    return np.clip(1 + random.normal(0, 0.2) * x + random.normal(0, 0.2) * y, 0.5, 1.5).astype(np.float32)


def _thing(
    below: Laid,
    canvas: Canvas,
    kind: str,
    target: Array,
    turn: float,
    face: Frame,
    textures: Sequence[Image8],
    random: np.random.Generator,
) -> Laid:
    side, width = canvas.side, face.width
    pixels, cover = below.pixels.astype(np.float32), below.cover
    slope = _slope(side, random)[..., None]
    bright = max(float(canvas.pixels.mean()) / 130, 0.3)

    def place(points: Array) -> Array:
        return np.asarray(_turned(points * width, turn) + target)

    def lay(outline: Array, colour: NDArray[np.floating], round_: float) -> None:
        nonlocal pixels, cover
        area = canvas.polygon(place(outline))
        depth = np.clip(blurred(area, width * 0.08) * 2 - 1, 0, 1)[..., None]
        lit = (1 - round_ + round_ * depth) * slope * min(bright, 1.2)
        pixels = laid(pixels, np.clip(colour * lit, 0, 255), area)
        cover = np.maximum(cover, area)

    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    grey = np.full(3, random.choice([22.0, 40.0, 110.0, 170.0])) + random.normal(0, 6, 3)
    if kind == "microphone":
        radius = random.uniform(0.17, 0.33)
        thin = radius * random.uniform(0.4, 0.75)
        stick = np.array([[-thin, 0], [thin, 0], [thin * 0.8, 4.0], [-thin * 0.8, 4.0]])
        lay(stick, np.full(3, random.choice([18.0, 35.0, 120.0])), 0.5)
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        net = 1 + random.uniform(0, 0.35) * np.sin(x * 1.9) * np.sin(y * 1.9)
        lay(circle * [radius, radius * random.uniform(1.0, 1.4)], grey * net[..., None], 0.7)
    elif kind in ("phone", "paper", "cup"):
        wide, high = {"phone": (0.3, 0.6), "paper": (0.8, 0.9), "cup": (0.33, 0.45)}[kind]
        wide, high = wide * random.uniform(0.7, 1.2), high * random.uniform(0.7, 1.2)
        narrow = random.uniform(0.7, 0.95) if kind == "cup" else 1.0
        corners = np.array([[-wide, -high], [wide, -high], [wide * narrow, high], [-wide * narrow, high]])
        if kind == "paper":
            colour = np.array([235.0, 233, 228]) + random.normal(0, 6, 3)
        elif kind == "cup" and random.random() < 0.6:
            colour = np.array([220.0, 215, 205]) * random.uniform(0.5, 1.1)
        else:
            colour = random.choice([np.array([24.0, 24, 26]), random.uniform(20, 235, 3)])
        lay(corners, colour, random.uniform(0, 0.4))
        if random.random() < 0.5:
            lay(corners * random.uniform(0.4, 0.85), colour * random.uniform(0.6, 1.4), 0.1)
    else:
        bumps = 1 + sum(
            random.normal(0, 0.22 / n) * np.sin(n * angle + random.uniform(0, 6)) for n in (1, 2, 3, 5)
        )
        outline = circle * np.abs(bumps)[:, None] * random.uniform(0.22, 0.5)
        outline = outline * [1, random.uniform(0.6, 1.4)]
        if kind == "food" or not len(textures):
            lay(outline * 0.75, np.array(FOOD[random.integers(len(FOOD))]) * random.uniform(0.7, 1.2), 0.5)
        else:
            lay(outline, _cutting(side, textures, random), random.uniform(0, 0.5))
    return Laid(np.clip(pixels, 0, 255).astype(np.uint8), cover)


def _cutting(side: int, textures: Sequence[Image8], random: np.random.Generator) -> NDArray[np.float32]:
    """A piece of another photograph, as large as the canvas."""
    photo = textures[random.integers(len(textures))]
    size = int(random.integers(len(photo) // 4, len(photo)))
    x, y = (int(value) for value in random.integers(0, len(photo) - size + 1, 2))
    part = Image.fromarray(photo[y : y + size, x : x + size]).resize((side, side))
    return np.rot90(np.asarray(part, np.float32), int(random.integers(4)))
