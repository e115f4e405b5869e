"""Camera raw files through the optional rawpy (LibRaw)."""

from __future__ import annotations

import importlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.errors import ImageError, ImageTooLarge

# LibRaw holds the mosaic (2), four 16-bit channels (8) and the 8-bit result (3).
BYTES_PER_PIXEL = 13


def decode_raw(
    data: bytes, *, max_side: int | None, max_pixels: int, max_memory: int
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """(uint8 (H, W, 3) upright sRGB, upright (width, height) of the full picture).

    At half size where that is still at least `max_side`, which skips demosaicing, or where the full
    size would not fit in `max_memory`. Raises ImageError when the extra is not installed.
    """
    try:
        library = importlib.import_module("rawpy")
    except ImportError as error:
        raise ImageError(
            "This computer cannot read camera RAW yet: install likeness[raw]",
            "Run: pip install 'likeness[raw]'",
        ) from error
    with library.imread(io.BytesIO(data)) as raw:
        sizes = raw.sizes
        width, height = int(sizes.iwidth), int(sizes.iheight)
        if sizes.flip in (5, 6):  # LibRaw's codes for a quarter turn
            width, height = height, width
        if width * height > max_pixels:
            raise ImageTooLarge("Too many pixels", f"{width} x {height} is more than this program decodes.")
        half = max_side is not None and (max(width, height) + 1) // 2 >= max_side
        half = half or width * height * BYTES_PER_PIXEL > max_memory
        if width * height * BYTES_PER_PIXEL // (4 if half else 1) > max_memory:
            raise ImageTooLarge("Too many pixels", f"{width} x {height} does not fit in memory.")
        pixels = raw.postprocess(use_camera_wb=True, half_size=half, output_bps=8)
    return np.ascontiguousarray(pixels), (width, height)


def raw_exif(data: bytes) -> Image.Exif:
    """EXIF of the raw kinds that are built like TIFF, empty for the others."""
    exif = Image.Exif()
    try:
        exif.load_from_fp(io.BytesIO(data))
    except Exception:  # not a TIFF directory
        return Image.Exif()
    return exif
