"""Errors of reading a picture, with the name of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.domain.errors import ImageError


@contextmanager
def reading(name: str) -> Iterator[None]:
    """What a decoder says fits a cell of the grid, where the name stands beside it; elsewhere the sentence
    has to say which file it is about. Raises ImageError."""
    try:
        yield
    except ImageError as error:
        if name in str(error):
            raise
        raise ImageError(f"{name} cannot be read", f"{str(error).rstrip('.')}.") from error
