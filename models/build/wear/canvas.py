"""A face laid out for drawing, and what cameras and files do to it afterwards."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from app.inference.alignment import similarity_transform
from app.inference.resampling import warp
from app.inference.views import FaceView
from app.inference.wear import PLACES, POINTS, SIZE

ZOOM = 2.5
"""Pixels of the canvas to one of the crop."""
MARGIN = 12
"""Pixels of the crop on each side, for shifts and turns."""
SIDE = int((SIZE + 2 * MARGIN) * ZOOM)

Image8 = NDArray[np.uint8]
Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Canvas:
    """pixels: uint8 (side, side, 3). mesh: float64 (478, 3) in pixels of the canvas."""

    pixels: Image8
    mesh: NDArray[np.float64]

    @property
    def side(self) -> int:
        return len(self.pixels)

    def polygon(self, points: NDArray[np.floating]) -> Plane:
        """Coverage 0-1 of the polygon of (n, 2) points."""
        image = Image.new("L", (self.side * 2, self.side * 2))
        ImageDraw.Draw(image).polygon([(float(x) * 2, float(y) * 2) for x, y in points], fill=255)
        return np.asarray(image.reduce(2), np.float32) / 255

    def line(self, points: NDArray[np.floating], width: float, closed: bool = False) -> Plane:
        """Coverage 0-1 of the line through (n, 2) points."""
        image = Image.new("L", (self.side * 2, self.side * 2))
        places = [(float(x) * 2, float(y) * 2) for x, y in points]
        if closed:
            places = [*places, *places[:2]]
        ImageDraw.Draw(image).line(places, fill=255, width=max(1, round(width * 2)), joint="curve")
        return np.asarray(image.reduce(2), np.float32) / 255


def canvas_of(view: FaceView, margin: int = MARGIN, zoom: float = ZOOM) -> Canvas:
    places = (PLACES + margin + 0.5) * zoom - 0.5
    side = int((SIZE + 2 * margin) * zoom)
    matrix = similarity_transform(view.mesh[list(POINTS), :2], places)
    step = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    mesh = np.empty(view.mesh.shape, np.float64)
    mesh[:, :2] = view.mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    mesh[:, 2] = view.mesh[:, 2] * step
    return Canvas(view.chip(POINTS, places, side), mesh)


def blurred(plane: Plane, radius: float) -> Plane:
    image = Image.fromarray((np.clip(plane, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def laid(base: NDArray[np.float32], colour: NDArray[np.floating], cover: Plane) -> NDArray[np.float32]:
    """A colour, of the whole or of each pixel, over a picture where `cover` is 1."""
    return (base * (1 - cover[..., None]) + colour * cover[..., None]).astype(np.float32)


def crop(canvas: Image8, random: np.random.Generator | None) -> Image8:
    """The network's crop, uint8 (SIZE, SIZE, 3): as it is read, or turned, scaled and shifted a little."""
    turn, scale, shift = 0.0, 1.0, np.zeros(2)
    if random is not None:
        turn = float(np.radians(random.normal(0, 3)))
        scale = float(np.exp(random.normal(0, 0.04)))
        shift = random.normal(0, 1.5, 2)
    linear = ZOOM * scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.full(2, (SIZE - 1) / 2)
    offset = np.full(2, (SIDE - 1) / 2) + shift * ZOOM - linear @ middle
    return warp(canvas, np.column_stack([linear, offset]), SIZE)


def worn_out(pixels: Image8, random: np.random.Generator) -> Image8:
    """Light, colour, fewer pixels, noise and compression, each now and then."""
    values, whole = pixels.astype(np.float32), len(pixels)
    values = 255 * (values / 255) ** np.exp(random.normal(0, 0.25))
    values = (values - 128) * np.exp(random.normal(0, 0.15)) + 128 + random.normal(0, 12)
    values = values * np.exp(random.normal(0, 0.04, 3))
    if random.random() < 0.12:
        values = np.repeat((values @ np.array([0.299, 0.587, 0.114]))[..., None], 3, axis=2)
    if random.random() < 0.2:
        slope = random.normal(0, 0.5) * np.linspace(-1, 1, whole)[None, :, None]
        values = values * np.clip(1 + slope, 0.25, 1.6)
    if random.random() < 0.3:
        values = values + random.normal(0, random.uniform(2, 10), values.shape[:2])[..., None]
    image = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if random.random() < 0.5:
        side = int(whole * np.exp(random.uniform(np.log(0.14), 0)))
        image = image.resize((side, side), Image.Resampling.BOX)
        if random.random() < 0.6:
            image = _compressed(image, random)
        image = image.resize((whole, whole), Image.Resampling.BICUBIC)
    elif random.random() < 0.3:
        image = _compressed(image, random)
    return np.asarray(image)


def _compressed(image: Image.Image, random: np.random.Generator) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=int(random.integers(30, 95)))
    return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")
