"""At what size photos are looked at."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.services.ingest.decoding import LARGEST_SIDE, decode_for_faces, side_for


def jpeg(width: int, height: int, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (90, 120, 150)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "looked_at"),
    [
        ((512, 512), (512, 512)),
        ((2880, 100), (2880, 100)),
        ((2881, 99), (1441, 50)),
        ((4000, 300), (2000, 150)),
        ((302, 4032), (151, 2016)),
        ((6000, 400), (1500, 100)),
        ((12001, 800), (1501, 100)),
        ((40000, 80), (LARGEST_SIDE, 6)),
    ],
)
def test_a_jpeg_is_decoded_at_one_of_its_own_steps(size: tuple[int, int], looked_at: tuple[int, int]) -> None:
    image = decode_for_faces(jpeg(*size))
    height, width = image.pixels.shape[:2]
    assert (width, height) == looked_at
    assert (image.width, image.height) == size


def test_markers_before_the_frame_are_passed_over() -> None:
    plain = jpeg(4000, 40, progressive=True, exif=b"Exif\0\0" + b"\xff\xc0" * 100)
    assert side_for(plain) == 2000
    padded = plain[:2] + b"\xff\xff\xff\xfe\x00\x04hi" + plain[2:]
    assert side_for(padded) == 2000


def test_other_kinds_have_one_largest_side() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 40)).save(buffer, "PNG")
    assert side_for(buffer.getvalue()) == LARGEST_SIDE
    assert decode_for_faces(buffer.getvalue()).pixels.shape[:2] == (29, LARGEST_SIDE)


@given(st.binary(max_size=200))
def test_rubbish_after_the_magic_is_no_trouble(rest: bytes) -> None:
    assert 1 <= side_for(b"\xff\xd8" + rest) <= LARGEST_SIDE
