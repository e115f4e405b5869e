"""Draws glasses on a face: a pair in space before the eyes, seen as the mesh says the face is turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.build.wear.canvas import Canvas, Image8, blurred, laid

Vector = NDArray[np.float64]

# RGB of frames: black, dark brown, tortoise, steel, gold, navy, red, clear, white.
FRAMES = ((14, 14, 15), (52, 34, 24), (105, 66, 30), (120, 122, 126), (172, 140, 70), (24, 30, 66),
          (125, 18, 20), (200, 190, 185), (225, 225, 225))  # fmt: skip
FRAME_ODDS = (0.36, 0.12, 0.08, 0.17, 0.1, 0.05, 0.04, 0.05, 0.03)
# RGB of dark lenses: grey, brown, green, blue, violet.
TINTS = ((12, 12, 14), (42, 26, 14), (16, 30, 22), (16, 22, 46), (44, 22, 40))


class Frame:
    """The face's own frame: x to the viewer's right along the eyes, y down, z out of the face."""

    def __init__(self, mesh: Vector) -> None:
        across = mesh[263] - mesh[33]
        self.width = float(np.linalg.norm(across))
        self.x = across / self.width
        down = mesh[152] - mesh[10]
        down = down - self.x * (down @ self.x)
        self.y = down / np.linalg.norm(down)
        self.out = -np.cross(self.x, self.y)
        left, right = mesh[[33, 133]].mean(axis=0), mesh[[362, 263]].mean(axis=0)
        self.middle = (left + right) / 2
        self.half = float((right - left) @ self.x) / 2
        self.ears = (mesh[127], mesh[356])

    def place(self, x: NDArray[np.floating], y: NDArray[np.floating], out: float) -> Vector:
        """(n, 2) in the picture from places in the pair's plane, in widths of the eyes."""
        points = (
            self.middle
            + np.asarray(x)[:, None] * self.x * self.width
            + np.asarray(y)[:, None] * self.y * self.width
            + self.out * out * self.width
        )
        return points[:, :2]


def with_eyewear(canvas: Canvas, dark: bool, random: np.random.Generator) -> Image8:
    """The face with eyeglasses, or with sunglasses where `dark`."""
    face = Frame(canvas.mesh)
    half = face.half / face.width
    width = random.uniform(0.2, 0.31) if dark else random.uniform(0.185, 0.275)
    height = width * (random.uniform(0.55, 1.05) if dark else random.uniform(0.45, 1.0))
    apart = half + random.uniform(-0.015, 0.04)
    drop = random.uniform(-0.02, 0.09)
    out = random.uniform(0.06, 0.2)
    tilt = random.normal(0, 0.03)
    outline = _outline(width, height, random)
    lenses = [
        face.place(sign * (apart + outline[:, 0]), outline[:, 1] + drop + tilt * sign * apart, out)
        for sign in (-1, 1)
    ]
    colour = np.array(FRAMES[random.choice(len(FRAMES), p=FRAME_ODDS)], np.float32)
    colour = np.clip(colour * random.uniform(0.75, 1.25), 0, 255)
    thickness = float(np.exp(random.uniform(np.log(0.008), np.log(0.06)))) * face.width
    picture = canvas.pixels.astype(np.float32)
    cover = np.maximum(*[canvas.polygon(lens) for lens in lenses])
    frame = _frame(canvas, face, lenses, (apart, width, height, drop, out), thickness, dark, random)
    shadow = blurred(np.roll(frame, int(random.integers(2, 7)), axis=0), 3.0)
    picture = picture * (1 - random.uniform(0, 0.35) * shadow[..., None])
    picture = _lenses(picture, cover, dark, random)
    shine = 1 + 0.25 * random.normal() * np.linspace(-1, 1, canvas.side)[:, None, None]
    opaque = random.uniform(0.75, 1.0)
    picture = laid(picture, np.clip(colour * shine, 0, 255), frame * np.float32(opaque))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _outline(width: float, height: float, random: np.random.Generator) -> Vector:
    """(n, 2) of the viewer's right lens about its own middle; x grows outwards."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    power = 2 / random.choice([2.0, 2.5, 3.5, 5.0])
    x = width * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
    y = height * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power
    # Aviators and cat's eyes: narrower below, higher outside.
    x = x * (1 - random.uniform(0, 0.25) * np.clip(y / height, 0, 1))
    y = y - random.uniform(-0.1, 0.25) * height * np.clip(x / width, 0, 1) * (y < 0)
    return np.column_stack([x, y])


def _frame(
    canvas: Canvas,
    face: Frame,
    lenses: list[Vector],
    measures: tuple[float, float, float, float, float],
    thickness: float,
    dark: bool,
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Coverage of rims, bridge and temples."""
    apart, width, height, drop, out = measures
    frame = np.zeros((canvas.side, canvas.side), np.float32)
    kind = random.random()
    for lens in lenses:
        if kind < 0.7:
            frame = np.maximum(frame, canvas.line(lens, thickness, closed=True))
        elif kind < 0.85:
            # Half rims have their upper half only; the lower edge of the glass shows a little.
            frame = np.maximum(frame, canvas.line(lens[36:], thickness))
            frame = np.maximum(frame, 0.35 * canvas.line(lens, 1.0, closed=True))
        else:
            frame = np.maximum(frame, random.uniform(0.3, 0.7) * canvas.line(lens, 1.2, closed=True))
    up = random.uniform(0, 0.6) * height
    inner = apart - width * random.uniform(0.9, 1.0)
    arch = random.uniform(0, 0.05)
    x = np.linspace(-inner, inner, 9)
    bridge = face.place(x, drop - up - arch * (1 - (x / inner) ** 2), out + 0.02)
    frame = np.maximum(frame, canvas.line(bridge, thickness * random.uniform(0.7, 1.2)))
    for sign, ear in zip((-1, 1), face.ears, strict=True):
        hinge = face.place(np.array([sign * (apart + width)]), np.array([drop - height * 0.5]), out)[0]
        end = ear[:2] + face.y[:2] * face.width * random.uniform(-0.06, 0.03)
        if (end - hinge) @ face.x[:2] * sign > 0:
            frame = np.maximum(frame, canvas.line(np.array([hinge, end]), thickness))
    return frame


def _lenses(
    picture: NDArray[np.float32], cover: NDArray[np.float32], dark: bool, random: np.random.Generator
) -> NDArray[np.float32]:
    side = len(picture)
    if dark:
        depth = random.uniform(0.65, 0.98) * np.linspace(1, random.uniform(0.65, 1), side)[:, None]
        tint = np.array(TINTS[random.integers(len(TINTS))], np.float32) * random.uniform(0.7, 1.8)
        if random.random() < 0.12:
            # Mirrored: the sky above, the ground below.
            tint = tint + np.linspace(170, 30, side)[:, None, None] * random.uniform(0.4, 1.0)
        picture = laid(picture, np.clip(tint, 0, 255), (cover * depth).astype(np.float32))
    elif random.random() < 0.5:
        grey = np.full(3, random.choice([25.0, 120.0, 235.0]), np.float32)
        picture = laid(picture, grey, cover * np.float32(random.uniform(0, 0.18)))
    if random.random() < 0.45:
        y, x = np.mgrid[:side, :side].astype(np.float32)
        for _ in range(int(random.integers(1, 4))):
            at = random.uniform(0.25, 0.75, 2) * side
            wide, high = random.uniform(2, 30, 2)
            slant = random.normal(0, 0.6)
            glare = np.exp(-(((x - at[0] + slant * (y - at[1])) / wide) ** 2) - ((y - at[1]) / high) ** 2)
            picture = laid(picture, np.full(3, 250.0), glare * cover * np.float32(random.uniform(0.2, 0.8)))
    return picture
