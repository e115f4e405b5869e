"""HEIC through the optional pillow-heif (its wheel carries GPL code, so it is never bundled)."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from PIL import Image

from app.domain.errors import ImageError


@dataclass(frozen=True)
class HeicFile:
    """An opened file, not decoded. Sizes are upright: the container's own rotation is applied on load."""

    width: int
    height: int
    exif: bytes
    profile: bytes | None
    _file: Any

    def load(self) -> Image.Image:
        """The primary picture."""
        heif = self._file
        stride = heif.stride
        return Image.frombytes(heif.mode, heif.size, bytes(heif.data), "raw", heif.mode, stride)


def open_heic(data: bytes) -> HeicFile:
    """Raises ImageError when the extra is not installed, what pillow-heif raises when it cannot read."""
    try:
        library = importlib.import_module("pillow_heif")
    except ImportError as error:
        raise ImageError(
            "This computer cannot read HEIC yet: install likeness[heic]",
            "Run: pip install 'likeness[heic]'",
        ) from error
    file = library.HeifFile(data, convert_hdr_to_8bit=True)
    width, height = file.size
    return HeicFile(width, height, file.info.get("exif") or b"", file.info.get("icc_profile"), file)
