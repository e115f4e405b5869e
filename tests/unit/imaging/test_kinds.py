"""What a file is, from its bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.imaging import kinds
from app.imaging.kinds import Kind, sniff
from tests.unit.imaging.image_files import dng, encoded, photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_kinds_are_told_from_content(kind: str) -> None:
    file = encoded(photo(16, 16), kind)
    assert sniff(file) == Kind[kind]
    assert kinds.refused_kind(file) is None or kind == "AVIF"
    assert not kinds.looks_cut_short(Kind[kind], file)


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (ftyp(b"heic", b"mif1", b"heic"), Kind.HEIC),
        (ftyp(b"mif1", b"mif1", b"heic"), Kind.HEIC),
        (ftyp(b"mif1", b"mif1", b"avif"), Kind.AVIF),
        (ftyp(b"avis", b"avif"), Kind.AVIF),
        (ftyp(b"crx ", b"isom"), Kind.RAW),
        (ftyp(b"mp42", b"isom"), None),
        (ftyp(b"qt  "), None),
        (b"FUJIFILMCCD-RAW 0201", Kind.RAW),
        (b"IIRO\x08\0\0\0", Kind.RAW),
        (b"II*\0\x10\0\0\0CR\2\0", Kind.RAW),
        (b"IIU\0\x18\0\0\0", Kind.RAW),
    ],
)
def test_containers_by_their_brand_and_raw_by_its_magic(data: bytes, kind: Kind | None) -> None:
    assert sniff(data) is kind


def test_a_tiff_that_holds_a_sensors_mosaic_is_raw() -> None:
    assert sniff(dng(np.full((20, 30), 1000, np.uint16))) is Kind.RAW


def test_a_tiff_whose_first_page_is_a_cameras_preview_is_raw() -> None:
    preview = encoded(photo(16, 12), "TIFF", tiffinfo={254: 1, 271: "NIKON", 330: 8})
    assert sniff(preview) is Kind.RAW
    scan = encoded(photo(16, 12), "TIFF", tiffinfo={271: "EPSON"})
    assert sniff(scan) is Kind.TIFF


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("alpha", [False, True])
@given(width=st.integers(1, 300), height=st.integers(1, 300))
def test_webp_sizes(lossless: bool, alpha: bool, width: int, height: int) -> None:
    image = Image.new("RGBA" if alpha else "RGB", (width, height), (9, 9, 9, 99) if alpha else (9, 9, 9))
    assert kinds.header_size(Kind.WEBP, encoded(image, "WEBP", lossless=lossless, method=0)) == (
        width,
        height,
    )


@given(st.binary(max_size=120))
def test_any_bytes_have_a_kind_or_none(data: bytes) -> None:
    kind = sniff(data)
    kinds.refused_kind(data)
    for each in Kind if kind is None else [kind]:
        kinds.header_size(each, data)
        kinds.looks_cut_short(each, data)
    kinds.padded_after_cut(data)
