"""The few facts that are read from EXIF, from files that may hold anything there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from PIL import ExifTags, Image

# In the order of trust: when the shutter opened, when it was digitised, when the file was last changed.
_EXIF_DATES = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
_DATE = re.compile(r"\s*(\d{4})[:\-/.](\d\d?)[:\-/.](\d\d?)[ T]+(\d\d?):(\d\d?)(?::(\d\d?))?")
_FIRST_PHOTOGRAPH = 1826


@dataclass(frozen=True)
class Facts:
    """orientation: EXIF 1-8, None when not stated. taken_at: without a zone."""

    orientation: int | None
    taken_at: datetime | None


def facts_of(exif: Image.Exif) -> Facts:
    return Facts(orientation(exif), taken_at(exif))


def orientation(exif: Image.Exif) -> int | None:
    """EXIF orientation 1-8, None when absent or out of range."""
    value = _get(exif, ExifTags.Base.Orientation)
    if isinstance(value, tuple) and value:
        value = value[0]
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def taken_at(exif: Image.Exif) -> datetime | None:
    """The camera's wall clock, without a zone (few files state one), None when absent or rubbish."""
    try:
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # a pointer into nowhere
        details = {}
    for value in (*(details.get(tag) for tag in _EXIF_DATES), _get(exif, ExifTags.Base.DateTime)):
        moment = parse_date(value)
        if moment is not None:
            return moment
    return None


def parse_date(value: object) -> datetime | None:
    """An EXIF date ("2021:01:17 10:20:30", also with - or T), None for anything else."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    match = _DATE.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if year < _FIRST_PHOTOGRAPH:
        return None
    try:
        return datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        return None


def _get(exif: Image.Exif, tag: int) -> object:
    try:
        return exif.get(tag)
    except Exception:  # values are parsed when they are asked for
        return None


def read(image: Image.Image) -> Image.Exif:
    """The EXIF block of an opened image, an empty one when it cannot be parsed."""
    try:
        return image.getexif()
    except Exception:  # malformed blocks raise nearly anything; a photo is not refused for that
        return Image.Exif()


def parse(block: bytes) -> Image.Exif:
    """The EXIF block as stored ("Exif\\0\\0" or a bare TIFF header first), empty when malformed."""
    exif = Image.Exif()
    try:
        exif.load(block)
    except Exception:  # as above
        return Image.Exif()
    return exif
