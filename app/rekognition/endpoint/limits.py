"""How much of anything a caller may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds.

    body: 5 MB of image are 6.7 MB of base64, with the rest of the request beside it.
    held: what all bodies together may take, read or waiting.
    connections: macOS lets a windowed program have 256 files open, the library's among them.
    refusal_seconds: who is refused hears of it so much later: a flood of refusals leaves the machine to
    the window.
    threads: for operations on what is stored. picture_threads: for those that look at a picture.
    """

    body: int = 8 * MIB
    held: int = 256 * MIB
    header: int = 16 * 1024
    headers: int = 64
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    idle_seconds: int = 15
    refusal_seconds: float = 0.05
    connections: int = 128
    waiting: int = 128
    threads: int = 4
    picture_threads: int = 3
    stop_seconds: int = 2
