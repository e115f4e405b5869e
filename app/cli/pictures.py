"""Pictures that a command is given: files, or the standard input as "-"."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import typer

from app.cli.terminal import escaped
from app.domain.errors import ImageError, LikenessError

T = TypeVar("T")

STDIN: Final = Path("-")
# As much as the program reads of any file.
_LIMIT: Final = 512 * 1024 * 1024


def named_path(text: str) -> Path:
    """Of an argument. An empty one (`"$UNSET"`) would mean the folder that one happens to stand in."""
    if not text:
        raise typer.BadParameter("An empty name is no file or folder.")
    return Path(text)


def with_picture(path: Path, use: Callable[[bytes | Path], T]) -> T:
    """`use` the picture. Raises LikenessError with the file's name in front of what is wrong with it."""
    try:
        return use(_source(path))
    except ImageError as error:
        named = LikenessError(f"{escaped(str(path))}: {error}")
        named.code = error.code
        raise named from error


def _source(path: Path) -> bytes | Path:
    if path != STDIN:
        return path
    data = sys.stdin.buffer.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ImageError("File is too large", "Save it to a file and name that.")
    return data
