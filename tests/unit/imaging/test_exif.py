"""Dates and orientations out of EXIF that may hold anything."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.imaging import exif
from app.imaging.decode import decode
from tests.unit.imaging.image_files import encoded, photo


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2021:01:17 10:20:30", datetime(2021, 1, 17, 10, 20, 30)),
        ("2021-01-17T10:20:30", datetime(2021, 1, 17, 10, 20, 30)),
        ("2021:01:17 10:20", datetime(2021, 1, 17, 10, 20)),
        ("2021:1:7 1:2:3\0", datetime(2021, 1, 7, 1, 2, 3)),
        (b"2021:01:17 10:20:30\0", datetime(2021, 1, 17, 10, 20, 30)),
        ("2016:12:31 23:59:60", datetime(2016, 12, 31, 23, 59, 59)),
        ("0000:00:00 00:00:00", None),
        ("0001:01:01 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("2021:13:17 10:20:30", None),
        ("2021:02:30 10:20:30", None),
        ("2021:01:17 25:20:30", None),
        ("yesterday", None),
        (b"\xff\xfe", None),
        (1234567890, None),
        (None, None),
    ],
)
def test_dates(value: object, moment: datetime | None) -> None:
    assert exif.parse_date(value) == moment


@given(st.one_of(st.text(max_size=40), st.binary(max_size=40), st.integers(), st.none()))
def test_rubbish_is_no_date_and_no_error(value: object) -> None:
    moment = exif.parse_date(value)
    assert moment is None or moment.tzinfo is None


@given(st.datetimes(min_value=datetime(1826, 1, 1), max_value=datetime(2999, 12, 31)))
def test_every_date_of_a_camera_comes_back(moment: datetime) -> None:
    text = f"{moment.year:04}:{moment.month:02}:{moment.day:02} {moment:%H:%M:%S}"
    assert exif.parse_date(text) == moment.replace(microsecond=0)


@given(st.binary(max_size=200))
def test_any_block_can_be_parsed(block: bytes) -> None:
    tags = exif.parse(b"Exif\0\0" + block)
    assert exif.orientation(tags) in (None, 1, 2, 3, 4, 5, 6, 7, 8)
    exif.taken_at(tags)


def dated(original: str | None, digitized: str | None, changed: str | None) -> bytes:
    tags = Image.Exif()
    if changed:
        tags[0x0132] = changed
    details = tags.get_ifd(0x8769)
    if original:
        details[0x9003] = original
    if digitized:
        details[0x9004] = digitized
    return encoded(photo(8, 8), "JPEG", exif=tags)


def test_the_shutter_comes_before_the_scanner_before_the_file() -> None:
    taken, scanned, changed = (f"20{year}:01:01 00:00:00" for year in (10, 11, 12))
    for dates, year in (
        ((taken, scanned, changed), 2010),
        ((None, scanned, changed), 2011),
        ((None, None, changed), 2012),
        (("0000:00:00 00:00:00", scanned, changed), 2011),
    ):
        moment = decode(dated(*dates)).taken_at
        assert moment is not None
        assert moment.year == year
    assert decode(dated(None, None, None)).taken_at is None
