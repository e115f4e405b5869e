"""Every mode a file can hold, to 8-bit RGB."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from app.imaging.colour import to_array, to_srgb
from app.imaging.decode import decode
from tests.unit.imaging.image_files import encoded, photo, quadrants

RAMP = np.linspace(0, 1, 256)


def grey_of(data: bytes) -> NDArray[np.uint8]:
    pixels = decode(data).pixels
    assert np.array_equal(pixels[..., 0], pixels[..., 1])
    assert np.array_equal(pixels[..., 0], pixels[..., 2])
    return pixels[..., 0]


def ramp_image(samples: NDArray[np.generic]) -> Image.Image:
    return Image.fromarray(np.tile(samples, (4, 1)))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_not_clipped(kind: str) -> None:
    image = ramp_image(np.rint(RAMP * 65535).astype(np.uint16))
    assert image.mode == "I;16"
    assert np.array_equal(grey_of(encoded(image, kind))[0], np.arange(256))


def test_dark_16_bit_grey_stays_dark() -> None:
    assert grey_of(encoded(ramp_image(np.full(8, 2570, np.uint16)), "PNG")).max() == 10


def test_16_bit_grey_where_white_is_zero_is_turned() -> None:
    image = ramp_image(np.rint(RAMP * 65535).astype(np.uint16))
    file = encoded(image, "TIFF", tiffinfo={262: 0})
    assert Image.open(io.BytesIO(file)).tag_v2[262] == 0  # type: ignore[attr-defined]
    assert np.array_equal(grey_of(file)[0], np.arange(256)[::-1])


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (RAMP.astype(np.float32), np.arange(256)),
        ((RAMP * 255).astype(np.float32), np.arange(256)),
        ((RAMP * 65535).astype(np.float32), np.arange(256)),
        ((RAMP * 8 - 4).astype(np.float32), np.arange(256)),
        (np.rint(RAMP * 65535).astype(np.int32), np.arange(256)),
        (np.rint(RAMP * 65535 - 32768).astype(np.int32), np.arange(256)),
        (np.full(256, np.nan, np.float32), np.zeros(256)),
    ],
)
def test_float_and_32_bit_grey(samples: NDArray[np.generic], expected: NDArray[np.generic]) -> None:
    assert np.abs(grey_of(encoded(ramp_image(samples), "TIFF"))[0].astype(int) - expected).max() <= 1


def test_signed_16_bit_grey_from_zero_up() -> None:
    image = ramp_image(np.rint(RAMP * 32767).astype(np.uint16))
    signed = encoded(image, "TIFF", tiffinfo={339: 2})
    assert Image.open(io.BytesIO(signed)).mode == "I"
    assert np.abs(grey_of(signed)[0].astype(int) - np.arange(256)).max() <= 1


def test_alpha_lies_on_white() -> None:
    image = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    image.paste((0, 0, 200, 128), (4, 0, 8, 8))
    pixels = decode(encoded(image, "PNG")).pixels
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert np.abs(pixels[0, 6].astype(int) - (127, 127, 227)).max() <= 1


def test_alpha_does_not_bleed_when_the_picture_is_reduced() -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))  # invisible red
    image.paste((0, 0, 255, 255), (0, 0, 32, 64))
    pixels = decode(encoded(image, "PNG"), max_side=20).pixels
    assert (pixels[..., 0] <= pixels[..., 2]).all()
    assert tuple(pixels[10, 19]) == (255, 255, 255)


def test_grey_with_alpha() -> None:
    image = Image.new("LA", (4, 2), (0, 255))
    image.putpixel((3, 1), (0, 0))
    grey = grey_of(encoded(image, "PNG"))
    assert grey[0, 0] == 0
    assert grey[1, 3] == 255


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF"])
def test_palettes(kind: str) -> None:
    image = Image.fromarray(quadrants()).quantize(16)
    assert np.abs(decode(encoded(image, kind)).pixels.astype(int) - quadrants().astype(int)).max() <= 8


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_colour(kind: str) -> None:
    image = Image.new("P", (6, 4), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((0, 0), 0)
    pixels = decode(encoded(image, kind, transparency=0)).pixels
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert tuple(pixels[2, 3]) == (200, 100, 50)


def test_rgb_with_a_transparent_colour() -> None:
    image = Image.new("RGB", (6, 4), (200, 100, 50))
    image.putpixel((0, 0), (1, 2, 3))
    pixels = decode(encoded(image, "PNG", transparency=(1, 2, 3))).pixels
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert tuple(pixels[2, 3]) == (200, 100, 50)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit(kind: str) -> None:
    image = Image.new("1", (16, 8), 1)
    image.paste(0, (0, 0, 8, 8))
    grey = grey_of(encoded(image, kind))
    assert grey[4, 2] == 0
    assert grey[4, 12] == 255
    # Reduced, dots become grey instead of dropping out.
    checks = Image.fromarray((np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)).convert("1")
    small = decode(encoded(checks, "PNG"), max_side=16).pixels
    assert np.abs(small.astype(int) - 127).max() <= 12


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(kind: str) -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    image.paste((255, 255, 255, 255), (8, 0, 16, 16))
    pixels = decode(encoded(image, kind)).pixels.astype(int)
    assert np.abs(pixels[8, 3] - (255, 0, 0)).max() <= 12
    assert pixels[8, 13].max() <= 12


def test_lab_tiff() -> None:
    image = Image.new("LAB", (4, 4), (255, 128, 128))
    pixels = decode(encoded(image, "TIFF")).pixels
    assert (pixels >= 250).all()


def wide_profile() -> bytes:
    """Adobe RGB (1998) as far as lcms can be told: its primaries stretch green and red."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Swap the names of the red and green colorants: a profile that visibly changes colours.
    return data.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")


def unnamed(profile: bytes) -> bytes:
    wide = "sRGB".encode("utf-16-be")
    return profile.replace(wide, "wide".encode("utf-16-be")).replace(b"sRGB built-in", b"wide built-in")


def test_a_profile_is_applied() -> None:
    profile = unnamed(wide_profile())
    image = Image.new("RGB", (4, 4), (255, 0, 0))
    plain = decode(encoded(image, "PNG")).pixels[0, 0]
    managed = decode(encoded(image, "PNG", icc_profile=profile)).pixels[0, 0]
    assert tuple(plain) == (255, 0, 0)
    assert managed[1] > 200 > 60 > managed[0]


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = photo(20, 10)
    assert np.array_equal(decode(encoded(image, "PNG", icc_profile=profile)).pixels, np.asarray(image))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"rubbish", bytes(200), b"\0" * 128 + b"acsp" * 40])
def test_a_bad_profile_is_ignored(mode: str, profile: bytes) -> None:
    image = photo(12, 9).convert(mode)
    plain = to_srgb(image, None)
    assert np.array_equal(np.asarray(to_srgb(image, profile)), np.asarray(plain))


def test_a_profile_of_another_space_is_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = photo(12, 9)
    assert np.array_equal(np.asarray(to_srgb(image, lab)), np.asarray(image))


@pytest.mark.parametrize("height", [1, 255, 256, 257, 700])
def test_to_array_is_the_image(height: int) -> None:
    image = photo(9, height)
    pixels = to_array(image)
    assert np.array_equal(pixels, np.asarray(image))
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
