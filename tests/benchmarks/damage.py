"""Portraits made worse on purpose, by known amounts: small, blurred, shaken, dark, bright, compressed."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

CANVAS = (640, 480)
# How much of the picture around a face goes with it, in sides of its box.
AROUND = 0.6


@dataclass(frozen=True)
class Damage:
    """side: pixels of the face. blur, shake: the sigma of a Gaussian and the length of a sideways motion, in
    sides of the face. gain: factor of the light (linear); noise: sigma in levels; jpeg: quality 1-95."""

    side: float = 120.0
    blur: float = 0.0
    shake: float = 0.0
    gain: float = 1.0
    noise: float = 0.0
    jpeg: int = 95


def drawn(random: np.random.Generator) -> Damage:
    """One cause half of the time, several at once else."""

    def between(low: float, high: float) -> float:
        return float(np.exp(random.uniform(np.log(low), np.log(high))))

    values: dict[str, float] = {
        "side": between(9, 120),
        "blur": between(0.008, 0.12),
        "shake": between(0.03, 0.4),
        "gain": between(0.008, 0.5) if random.random() < 0.75 else between(1.5, 8.0),
        "jpeg": round(between(4, 60)),
    }
    alone = random.random() < 0.5
    chosen = [random.choice(list(values))] if alone else [key for key in values if random.random() < 0.45]
    if "side" not in chosen:
        values["side"] = between(50, 160)
    damage = {key: value for key, value in values.items() if key in chosen or key == "side"}
    noise = between(1.5, 10) if damage.get("gain", 1.0) < 0.3 else 0.0
    return Damage(noise=noise, **{**damage, "jpeg": int(damage.get("jpeg", 92))})


def damaged(
    pixels: NDArray[np.uint8], box: tuple[float, float, float, float], damage: Damage, seed: int
) -> NDArray[np.uint8]:
    """The face in `box` (left, top, width, height in pixels) in the middle of a grey picture of its own,
    uint8 (480, 640, 3)."""
    left, top, width, height = box
    side = float(np.sqrt(width * height))
    reach = side * (1 + 2 * AROUND) / 2
    x, y = left + width / 2, top + height / 2
    edges = [max(0, round(x - reach)), max(0, round(y - reach))]
    edges += [min(pixels.shape[1], round(x + reach)), min(pixels.shape[0], round(y + reach))]
    part = Image.fromarray(np.ascontiguousarray(pixels[edges[1] : edges[3], edges[0] : edges[2]]))
    ratio = damage.side / side
    size = (max(1, round(part.width * ratio)), max(1, round(part.height * ratio)))
    part = part.resize(size, Image.Resampling.LANCZOS if ratio < 1 else Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", CANVAS, (110, 110, 110))
    canvas.paste(part, ((CANVAS[0] - size[0]) // 2, (CANVAS[1] - size[1]) // 2))
    if damage.blur:
        canvas = canvas.filter(ImageFilter.GaussianBlur(damage.blur * damage.side))
    values = np.asarray(canvas, np.float32)
    length = round(damage.shake * damage.side)
    if length > 1:
        padded = np.pad(values, ((0, 0), (length // 2, length - 1 - length // 2), (0, 0)), mode="edge")
        values = np.mean([padded[:, at : at + CANVAS[0]] for at in range(length)], axis=0)
    if damage.gain != 1.0:
        values = 255 * np.clip((values / 255) ** 2.2 * damage.gain, 0, 1) ** (1 / 2.2)
    if damage.noise:
        values = values + np.random.default_rng(seed).normal(0, damage.noise, values.shape)
    whole = Image.fromarray(np.clip(np.round(values), 0, 255).astype(np.uint8))
    file = io.BytesIO()
    whole.save(file, "JPEG", quality=damage.jpeg)
    return np.asarray(Image.open(file, formats=("JPEG",)).convert("RGB"))
