"""Painted pictures as requests send them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.fakes import Square, painted, person_color

Bytes = dict[str, bytes]


def encoded(pixels: NDArray[np.uint8], kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def shot(
    squares: Sequence[Square], size: tuple[int, int] = (1024, 768), kind: str = "PNG", **options: Any
) -> Bytes:
    """An Image with the bytes of painted squares."""
    return {"Bytes": encoded(painted(squares, size), kind, **options)}


def people(*sides: int, first: int = 0) -> list[Square]:
    """A row of persons, one square each of that side."""
    squares: list[Square] = []
    left = 10
    for number, side in enumerate(sides, first):
        squares.append((person_color(number), (left, 20, side)))
        left += side + 10
    return squares
