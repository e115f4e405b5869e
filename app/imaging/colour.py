"""Any mode that a file can hold, to 8-bit RGB in sRGB on white."""

from __future__ import annotations

import io
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from app.imaging import pillow_setup as pillow_setup

_MAX_PROFILE_BYTES = 4 * 1024 * 1024
_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_STRIP_ROWS = 256
_TINY_SRGB = "c2"  # the 524-byte sRGB that large photo sites embed

# TIFF 6.0 tags.
_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_WHITE_IS_ZERO, _SIGNED = 0, 2


def resizable(image: Image.Image) -> Image.Image:
    """The image in a mode that filters work on: 8 bits a channel, no palette; alpha is kept."""
    mode = image.mode
    if mode.startswith("I;16") or mode in ("I", "F"):
        return _deep_to_grey(image)
    if mode == "1":
        return image.convert("L")
    if mode in ("P", "PA", "RGBa", "La") or "transparency" in image.info:
        transparent = mode != "P" or "transparency" in image.info
        return image.convert("RGBA" if transparent else "RGB")
    if mode in ("RGB", "L", "LA", "RGBA", "CMYK", "LAB"):
        return image
    return image.convert("RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A `resizable` image as opaque RGB: alpha over white, the embedded profile applied if it can be."""
    if image.mode in ("RGBA", "LA"):
        image = _on_white(image)
    if image.mode == "LAB":
        return _apply(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))) or image.convert("RGB")
    if profile and len(profile) <= _MAX_PROFILE_BYTES:
        image = _with_profile(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def to_array(image: Image.Image) -> NDArray[np.uint8]:
    """uint8 (H, W, 3), C-contiguous, of an RGB image.

    In strips: Pillow's own conversion holds the bytes twice beside the image.
    """
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def _on_white(image: Image.Image) -> Image.Image:
    colour = "L" if image.mode == "LA" else "RGB"
    white = Image.new(colour, image.size, 255 if colour == "L" else (255, 255, 255))
    white.paste(image.convert(colour), mask=image.getchannel("A"))
    return white


def _with_profile(image: Image.Image, block: bytes) -> Image.Image:
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(block))
        if profile.profile.xcolor_space.strip() != _PROFILE_SPACES.get(image.mode):
            return image
        name = (profile.profile.profile_description or "").lower()
        if image.mode == "RGB" and ("srgb" in name or name == _TINY_SRGB):
            return image
    except Exception:  # a damaged profile says nothing about the picture
        return image
    return _apply(image, profile) or image


def _apply(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(image, profile, _SRGB, outputMode="RGB")
    except Exception:  # as above
        return None


def _deep_to_grey(image: Image.Image) -> Image.Image:
    """16- and 32-bit grey to L.

    16-bit samples are scaled by what their depth can hold. 32-bit and float samples have no such
    number: 0-1, 0-255 and 0-65535 are recognised, anything else is stretched to its range.
    """
    tags = getattr(image, "tag_v2", {})
    samples = np.asarray(image)
    bits = tags.get(_BITS_PER_SAMPLE, (16,))
    if image.mode.startswith("I;16"):
        depth = bits[0] if isinstance(bits, tuple) and bits and 8 < bits[0] < 16 else 16
        low, high = 0.0, float(2**depth - 1)
    else:
        samples = samples.astype(np.float32, copy=False)
        if not np.isfinite(samples).all():
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        low, high = _range(samples, signed_16=tags.get(_SAMPLE_FORMAT) == (_SIGNED,) and bits == (16,))
    # A table is exact and fast where the samples are 16 bits, and 64 KiB.
    if samples.dtype.itemsize == 2:
        table = np.clip(np.rint((np.arange(65536) - low) * (255 / (high - low))), 0, 255).astype(np.uint8)
        grey = table[samples.astype(np.uint16, copy=False)]
    else:
        grey = np.clip(np.rint((samples - low) * (255 / (high - low))), 0, 255).astype(np.uint8)
    if image.mode.startswith("I;16") and tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = cast("NDArray[np.uint8]", 255 - grey)
    return Image.fromarray(grey)


def _range(samples: NDArray[np.float32], *, signed_16: bool) -> tuple[float, float]:
    low, high = float(samples.min()), float(samples.max())
    if low >= 0:
        for usual in (32767.0,) if signed_16 else (1.0, 255.0, 65535.0):
            if high <= usual:
                return 0.0, usual
    return low, high if high > low else low + 1.0
