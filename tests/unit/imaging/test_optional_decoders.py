"""HEIC and RAW: a sentence where the extra is missing, pixels where it is there."""

from __future__ import annotations

import importlib
import io
import sys

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import ImageError, ImageTooLarge
from app.imaging.decode import DecodeLimits, decode
from tests.unit.imaging.image_files import dng, exif_with, quadrants

HEIC_HEADER = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def mosaic(width: int = 300, height: int = 200) -> np.ndarray:
    samples = np.full((height, width), 20_000, np.uint16)
    samples[: height // 2] = 50_000
    return samples


def test_heic_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ImageError, match=r"likeness\[heic\]"):
        decode(HEIC_HEADER)


def test_raw_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(ImageError, match=r"likeness\[raw\]"):
        decode(dng(mosaic()))


def heic(image: Image.Image, **options: object) -> bytes:
    library = pytest.importorskip("pillow_heif", reason="the heic extra is not installed")
    buffer = io.BytesIO()
    library.from_pillow(image).save(buffer, quality=90, **options)
    return buffer.getvalue()


def test_heic_pixels() -> None:
    decoded = decode(
        heic(Image.fromarray(quadrants()), exif=exif_with(taken="2021:01:17 10:20:30").tobytes())
    )
    assert (decoded.format, decoded.width, decoded.height) == ("HEIC", 64, 40)
    assert np.median(np.abs(decoded.pixels.astype(int) - quadrants().astype(int))) <= 6
    assert decoded.taken_at is not None
    assert decoded.taken_at.year == 2021
    assert decode(heic(Image.fromarray(quadrants())), max_side=32).pixels.shape == (20, 32, 3)


def test_heic_limits_and_damage() -> None:
    file = heic(Image.fromarray(quadrants()))
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_pixels=1000))
    with pytest.raises(ImageError, match="cut short"):
        decode(file[: len(file) * 3 // 4])


@pytest.mark.parametrize(("orientation", "bright"), [(1, "top"), (3, "bottom"), (6, "right"), (8, "left")])
def test_raw_pixels_are_upright(orientation: int, bright: str) -> None:
    pytest.importorskip("rawpy", reason="the raw extra is not installed")
    for side in (None, 100, 200):
        decoded = decode(dng(mosaic(), orientation), max_side=side)
        assert decoded.format == "RAW"
        assert (decoded.width, decoded.height) == ((300, 200) if orientation in (1, 3) else (200, 300))
        assert max(decoded.pixels.shape[:2]) == (side or 300)
        grey = decoded.pixels.mean(axis=2)
        halves = {
            "top": grey[: len(grey) // 2 - 2],
            "bottom": grey[len(grey) // 2 + 2 :],
            "left": grey[:, : grey.shape[1] // 2 - 2],
            "right": grey[:, grey.shape[1] // 2 + 2 :],
        }
        assert max(halves, key=lambda half: halves[half].mean()) == bright
        assert decoded.orientation == orientation
        assert decoded.taken_at is not None


def test_raw_limits_and_damage() -> None:
    pytest.importorskip("rawpy", reason="the raw extra is not installed")
    file = dng(mosaic())
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_pixels=1000))
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_memory=100_000))
    assert decode(file, limits=DecodeLimits(max_memory=300_000)).scale == 0.5
    with pytest.raises(ImageError, match="cut short"):
        decode(file[:-2000])


def test_the_extras_are_only_imported_when_they_are_needed() -> None:
    module = importlib.import_module("app.imaging.decode")
    assert not {"pillow_heif", "rawpy"} & set(vars(module))
