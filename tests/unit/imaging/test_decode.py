"""Decoding: kinds, orientations, sizes, limits, and failures in plain words."""

from __future__ import annotations

import contextlib
import io
import struct
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain.errors import ImageError, ImageTooLarge
from app.imaging import decode as decode_module
from app.imaging.decode import DecodeLimits, decode
from tests.unit.imaging.image_files import ORIENTATION, encoded, exif_with, photo, quadrants, stored

LOSSLESS = ("PNG", "TIFF", "BMP")


def reason(data: bytes | Path, **options: object) -> str:
    with pytest.raises(ImageError) as caught:
        decode(data, **options)  # type: ignore[arg-type]
    return caught.value.reason


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_kinds_give_the_very_pixels(kind: str) -> None:
    pixels = np.asarray(photo(37, 23))
    decoded = decode(encoded(Image.fromarray(pixels), kind))
    assert np.array_equal(decoded.pixels, pixels)
    assert decoded.pixels.flags.c_contiguous
    assert decoded.pixels.dtype == np.uint8
    assert (decoded.width, decoded.height, decoded.format) == (37, 23, kind)
    assert (decoded.orientation, decoded.has_orientation, decoded.taken_at) == (1, False, None)
    assert decoded.scale == 1.0


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95}),
        ("WEBP", {"quality": 95}),
        ("AVIF", {"quality": 95}),
        ("GIF", {}),
        ("MPO", {"quality": 95}),
    ],
)
def test_lossy_kinds_give_about_those_pixels(kind: str, options: dict[str, object]) -> None:
    decoded = decode(encoded(Image.fromarray(quadrants()), kind, **options))
    assert decoded.format == ("JPEG" if kind == "MPO" else kind)
    difference = np.abs(decoded.pixels.astype(int) - quadrants().astype(int))
    assert np.median(difference) <= 4


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_several_pictures_the_first_counts(kind: str) -> None:
    first = Image.new("RGB", (20, 10), (200, 30, 30))
    second = Image.new("RGB", (20, 10), (30, 30, 200))
    decoded = decode(encoded(first, kind, save_all=True, append_images=[second]))
    red, _, blue = decoded.pixels[5, 10]
    assert red > 180
    assert blue < 60


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_every_orientation_comes_out_upright(kind: str, orientation: int) -> None:
    upright = quadrants()
    file = encoded(
        Image.fromarray(stored(upright, orientation)), kind, exif=exif_with(orientation=orientation)
    )
    for side in (None, 32):
        decoded = decode(file, max_side=side)
        assert (decoded.width, decoded.height) == (64, 40)
        # AVIF keeps no orientation of 1, which is the same as none.
        assert decoded.orientation == orientation
        small = np.asarray(Image.fromarray(upright).resize(decoded.pixels.shape[1::-1], Image.Resampling.BOX))
        assert np.median(np.abs(decoded.pixels.astype(int) - small.astype(int))) <= 6
    if kind != "AVIF":
        assert decode(file).has_orientation


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_out_of_range_is_none(value: int) -> None:
    decoded = decode(encoded(photo(16, 8), "JPEG", exif=exif_with(orientation=value)))
    assert (decoded.orientation, decoded.has_orientation) == (1, False)
    assert decoded.pixels.shape == (8, 16, 3)


def test_the_moment_of_the_photo_is_read() -> None:
    exif = exif_with(taken="2021:01:17 10:20:30")
    assert decode(encoded(photo(8, 8), "JPEG", exif=exif)).taken_at == datetime(2021, 1, 17, 10, 20, 30)


@pytest.mark.parametrize("width,height", [(400, 300), (300, 400), (401, 7), (1, 500), (1000, 999)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("side", [1, 49, 50, 51, 100, 150, 200, 399, 2000])
def test_the_longer_side_is_max_side_or_the_files_own(width: int, height: int, kind: str, side: int) -> None:
    decoded = decode(encoded(photo(width, height), kind), max_side=side)
    assert max(decoded.pixels.shape[:2]) == min(side, max(width, height))
    assert (decoded.width, decoded.height) == (width, height)
    shorter = min(decoded.pixels.shape[:2])
    assert abs(shorter - max(min(width, height) * decoded.scale, 1)) <= 1


def test_a_reduced_jpeg_looks_like_the_full_one_reduced() -> None:
    file = encoded(photo(1600, 1200), "JPEG", quality=95)
    full = Image.fromarray(decode(file).pixels)
    for side in (1000, 800, 500, 200, 150):
        small = decode(file, max_side=side).pixels
        reference = np.asarray(full.resize(small.shape[1::-1], Image.Resampling.LANCZOS))
        assert np.abs(small.astype(int) - reference.astype(int)).mean() < 2.0


def test_the_same_file_gives_the_same_pixels_in_every_thread() -> None:
    files = [encoded(photo(640, 480, seed), kind) for seed in range(3) for kind in ("JPEG", "PNG", "WEBP")]
    alone = [decode(file, max_side=300).pixels for file in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda file: decode(file, max_side=300).pixels, files * 6))
    assert all(np.array_equal(alone[i % len(files)], pixels) for i, pixels in enumerate(together))


def test_large_pictures_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = 0, {True: 0, False: 0}
    both = threading.Barrier(2, timeout=0.3)
    real = decode_module.colour.resizable

    def watched(image: Image.Image) -> Image.Image:
        nonlocal inside
        inside += 1
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait()  # gives the other thread the time to come in, if it may
        most[large] = max(most[large], inside)
        inside -= 1
        return real(image)

    monkeypatch.setattr(decode_module.colour, "resizable", watched)
    for large in (False, True):
        both.reset()
        monkeypatch.setattr(decode_module, "_LARGE", 0 if large else 10**9)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(decode, [encoded(photo(20, 20), "PNG")] * 2))
    assert most == {False: 2, True: 1}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "File is empty"),
        (b"\xff", "Not an image"),
        (b"hello, this is text", "Not an image"),
        (b"<html></html>", "Not an image"),
        (b"8BPS\0\1" + bytes(40), "This kind of file is not a photo Likeness can read"),
        (b"%!PS-Adobe-3.0 EPSF", "This kind of file is not a photo Likeness can read"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "This kind of file is not a photo Likeness can read"),
        (b"\xff\xd8\xff\xe0", "File is cut short"),
        (b"II*\0", "Image is damaged"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, expected: str) -> None:
    assert reason(data) == expected


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF", "AVIF", "TIFF"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_a_file_cut_short_is_refused_and_says_so(kind: str, share: float) -> None:
    file = encoded(photo(320, 240), kind)
    expected = {"File is cut short"} | ({"Image is damaged"} if kind == "TIFF" else set())
    assert reason(file[: int(len(file) * share)]) in expected
    assert reason(file[: int(len(file) * share)], max_side=60) in expected


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_short_and_filled_with_zeros_is_refused(share: float, progressive: bool) -> None:
    file = encoded(photo(640, 480), "JPEG", progressive=progressive)
    keep = int(len(file) * share)
    assert reason(file[:keep] + bytes(len(file) - keep)) == "File is cut short"


def test_a_whole_jpeg_with_zeros_behind_it_is_read() -> None:
    file = encoded(photo(64, 48), "JPEG")
    assert decode(file + bytes(4096)).pixels.shape == (48, 64, 3)


def png_header(width: int, height: int, bits: int = 8, colour: int = 2) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(65000, 65000), (2**31 - 1, 2**31 - 1), (250_000_001, 1)])
def test_a_header_that_states_too_many_pixels_is_refused_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(ImageTooLarge, match="Too many pixels"):
        decode(png_header(*size))


def test_a_webp_header_is_checked_before_its_canvas_is_allocated() -> None:
    sized = [(n - 1).to_bytes(3, "little") for n in (16000, 16000)]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + sized[0] + sized[1]
    with pytest.raises(ImageTooLarge):
        decode(b"RIFF" + struct.pack("<I", len(body)) + body)


def test_limits_are_the_callers() -> None:
    file = encoded(photo(100, 80), "PNG")
    assert decode(file, limits=DecodeLimits(max_pixels=8000)).width == 100
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_pixels=7999))
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_memory=20_000))


def test_a_jpeg_over_the_memory_limit_is_decoded_smaller() -> None:
    file = encoded(photo(800, 600), "JPEG")
    decoded = decode(file, limits=DecodeLimits(max_memory=800 * 600 * 7 // 3))
    assert (decoded.width, decoded.height) == (800, 600)
    assert decoded.pixels.shape == (300, 400, 3)
    assert decoded.scale == 0.5
    with pytest.raises(ImageTooLarge):
        decode(file, limits=DecodeLimits(max_memory=10_000))


def test_a_progressive_jpeg_counts_at_its_full_size() -> None:
    file = encoded(photo(800, 600), "JPEG", progressive=True)
    with pytest.raises(ImageTooLarge):
        decode(file, max_side=100, limits=DecodeLimits(max_memory=800 * 600 * 5))
    assert decode(file, max_side=100, limits=DecodeLimits(max_memory=800 * 600 * 7)).pixels.shape[1] == 100


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    file = encoded(Image.new("L", (5000, 4000), 128), "JPEG", progressive=True)
    last = file.rindex(b"\xff\xda")
    scan = file[last:-2]
    assert decode(file, max_side=100).width == 5000
    assert reason(file[:-2] + scan * 100 + file[-2:], max_side=100) == "Takes too long to decode"


def test_a_missing_path_is_an_image_error(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.jpg") == "File is missing"
    (tmp_path / "big.png").write_bytes(encoded(photo(50, 50), "PNG"))
    assert reason(tmp_path / "big.png", limits=DecodeLimits(max_file_bytes=100)) == "File is too large"
    assert decode(tmp_path / "big.png").width == 50


def test_a_side_below_one_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="max_side"):
        decode(encoded(photo(5, 5), "PNG"), max_side=0)


def test_odd_metadata_warns_nobody_and_is_left_out() -> None:
    file = encoded(photo(32, 32), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x55" * 50)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decoded = decode(file)
    assert (decoded.orientation, decoded.taken_at) == (1, None)


SEEDS = [
    encoded(photo(40, 30), kind, **options)
    for kind, options in (
        ("JPEG", {"exif": exif_with(orientation=6, taken="2020:01:02 03:04:05")}),
        ("JPEG", {"progressive": True}),
        ("PNG", {"exif": exif_with(orientation=3)}),
        ("GIF", {}),
        ("BMP", {}),
        ("WEBP", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {}),
        ("AVIF", {}),
    )
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    keep=st.floats(0, 1),
    whole=st.booleans(),
    side=st.sampled_from([None, 1, 16]),
)
def test_damage_of_any_sort_ends_in_pixels_or_an_image_error(
    seed: bytes, edits: list[tuple[float, int]], keep: float, whole: bool, side: int | None
) -> None:
    data = bytearray(seed)
    for place, value in edits:
        data[int(place * len(data))] = value
    if not whole:
        del data[int(keep * len(data)) :]
    try:
        # Damaged headers may state large sizes: that they are bounded is the point, not that they fit.
        decoded = decode(bytes(data), max_side=side, limits=DecodeLimits(max_pixels=4_000_000))
    except ImageError as error:
        assert 0 < len(error.reason) <= 60
        assert "\n" not in str(error)
    else:
        assert decoded.pixels.dtype == np.uint8
        assert decoded.pixels.ndim == 3
        assert decoded.pixels.shape[2] == 3
        assert min(decoded.pixels.shape) >= 1


def test_exif_of_a_png_after_its_pixels_counts() -> None:
    buffer = io.BytesIO()
    exif = exif_with(orientation=6)
    Image.fromarray(quadrants()).save(buffer, "PNG")
    whole = buffer.getvalue()
    end = whole.rindex(b"IEND") - 4
    body = exif.tobytes().removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(body)) + b"eXIf" + body + struct.pack(">I", zlib.crc32(b"eXIf" + body))
    decoded = decode(whole[:end] + chunk + whole[end:])
    assert decoded.orientation == 6
    assert (decoded.width, decoded.height) == (40, 64)
    assert ORIENTATION == 274
