"""Image files made in memory for the tests of this folder."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ORIENTATION = 0x0112


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def quadrants(width: int = 64, height: int = 40) -> NDArray[np.uint8]:
    """Four flat colours: red, green over blue, white. No turn or flip leaves it the same."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 20, 20)
    pixels[: height // 2, width // 2 :] = (20, 200, 20)
    pixels[height // 2 :, : width // 2] = (20, 20, 210)
    pixels[height // 2 :, width // 2 :] = (240, 240, 240)
    return pixels


def photo(width: int, height: int, seed: int = 0) -> Image.Image:
    """Smooth colour with some texture, so that it compresses like a photograph."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 8, 3), np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    noise = rng.integers(-8, 9, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(image).astype(int) + noise, 0, 255).astype(np.uint8))


def stored(upright: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """What a camera stores for an upright picture, by the definitions of EXIF 2.3, 4.6.4."""
    turned = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: lambda a: np.rot90(a, -1),
    }[orientation](upright)
    return np.ascontiguousarray(turned)


def exif_with(**tags: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = tags.pop("orientation", 1)
    if tags:
        details = exif.get_ifd(0x8769)
        details.update({0x9003: tags["taken"]})
    return exif


def dng(mosaic: NDArray[np.uint16], orientation: int = 1) -> bytes:
    """A raw file of an RGGB sensor: an uncompressed mosaic behind the fewest DNG 1.4 tags."""
    height, width = mosaic.shape
    data = mosaic.astype("<u2").tobytes()
    formats = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 10: "ii"}
    matrix = [n for row in range(3) for column in range(3) for n in (int(row == column), 1)]
    tags: list[tuple[int, int, list[Any]]] = [
        (254, 4, [0]),
        (256, 4, [width]),
        (257, 4, [height]),
        (258, 3, [16]),
        (259, 3, [1]),
        (262, 3, [32803]),
        (271, 2, [b"Maker\0"]),
        (272, 2, [b"Model\0"]),
        (273, 4, [0]),
        (274, 3, [orientation]),
        (277, 3, [1]),
        (278, 4, [height]),
        (279, 4, [len(data)]),
        (306, 2, [b"2020:02:03 04:05:06\0"]),
        (33421, 3, [2, 2]),
        (33422, 1, [0, 1, 1, 2]),
        (50706, 1, [1, 4, 0, 0]),
        (50708, 2, [b"Maker Model\0"]),
        (50714, 3, [0]),
        (50717, 4, [65535]),
        (50721, 10, matrix),
        (50728, 5, [1, 1, 1, 1, 1, 1]),
        (50778, 3, [21]),
    ]
    base = 8 + 2 + 12 * len(tags) + 4
    records, payload = [], b""
    for tag, kind, values in tags:
        if kind == 2:
            body, count = values[0], len(values[0])
        else:
            body = b"".join(struct.pack("<" + formats[kind][0], value) for value in values)
            count = len(values) // len(formats[kind])
        if len(body) > 4:
            offset = struct.pack("<I", base + len(payload))
            payload += body + b"\0" * (len(body) % 2)
            body = offset
        records.append((tag, kind, count, body.ljust(4, b"\0")))
    strip = struct.pack("<I", base + len(payload))
    directory = b"".join(
        struct.pack("<HHI", tag, kind, count) + (strip if tag == 273 else body)
        for tag, kind, count, body in records
    )
    header = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(records))
    return header + directory + bytes(4) + payload + data
