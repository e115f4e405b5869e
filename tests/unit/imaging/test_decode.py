"""Decoding: every mode, kind and orientation, limits, and failures in plain words."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import ImageError
from app.imaging.decode import decode


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_a_png_decodes_to_its_own_pixels() -> None:
    pixels = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    decoded = decode(png(Image.fromarray(pixels)))
    assert np.array_equal(decoded.pixels, pixels)
    assert (decoded.width, decoded.height, decoded.format) == (7, 5, "PNG")


@pytest.mark.parametrize(("data", "reason"), [(b"", "File is empty"), (b"hello", "Not an image")])
def test_what_is_no_picture_says_so(data: bytes, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        decode(data)
    assert caught.value.reason == reason
