"""Pixels to look for faces in: large enough for every face that counts, and cheap to get."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.faces import DetectedFace
from app.imaging import kinds
from app.imaging.decode import DecodedImage, DecodeLimits, decode
from app.imaging.files import read_file
from app.imaging.kinds import Kind
from app.inference.engine import FaceEngine

# The longer side (pixels) of what is looked at lies between half of this and this, where the photo is
# that large. Rekognition's smallest face is 40 px at 1920 x 1080 and in proportion above that, which
# leaves 30 px at the lower end. A JPEG decodes at a half, a quarter or an eighth for a fraction of the
# time, and bringing it to one exact side would take twice as long as decoding it: so its own steps are
# used, and a range is what makes one of them fit always.
LARGEST_SIDE: Final = 2880

_STEPS: Final = (1, 2, 4, 8)
# Start-of-frame markers of ITU T.81, table B.1: C0 to CF but DHT, JPG and DAC.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE: Final = frozenset((0x01, *range(0xD0, 0xD9)))


def decode_for_faces(source: bytes | Path) -> DecodedImage:
    """The same bytes give the same pixels, whoever asks: a photo is found again as the very face that is
    kept of it. Raises ImageError."""
    data = source if isinstance(source, bytes) else read_file(source, DecodeLimits().max_file_bytes)
    return decode(data, max_side=side_for(data))


@dataclass(frozen=True)
class SeenFaces:
    """Faces of an image, large to small, in the coordinates of its pixels as they are. `turned`: how many
    degrees counter-clockwise (0, 90, 180, 270) the content lies; None where the file states its orientation,
    which was applied."""

    faces: list[DetectedFace]
    turned: int | None


def faces_of(engine: FaceEngine, image: DecodedImage) -> SeenFaces:
    """Raises ModelError."""
    if image.has_orientation:
        return SeenFaces(engine.detect(image.pixels), None)
    found = engine.detect_any_way_up(image.pixels)
    return SeenFaces(found.faces, found.degrees)


def stated_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels as the header of a JPEG or PNG states it, as the picture lies; None where
    that cannot be told without decoding it."""
    return kinds.header_size(Kind.PNG, data) if kinds.sniff(data) is Kind.PNG else _jpeg_size(data)


def side_for(data: bytes) -> int:
    """The longer side in pixels to decode a photo at."""
    size = _jpeg_size(data)
    if size is None:
        return LARGEST_SIDE
    sides = (-(-max(size) // step) for step in _STEPS)
    return next((side for side in sides if side <= LARGEST_SIDE), LARGEST_SIDE)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) as the frame header of a JPEG states it; None for anything else."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            height, width = (int.from_bytes(data[at + n : at + n + 2], "big") for n in (5, 7))
            return (width, height) if width and height else None
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
