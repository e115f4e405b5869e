"""A picture file to upright RGB pixels, within limits, or an ImageError that says why not."""

from __future__ import annotations

import io
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from app.domain.errors import ImageError, ImageTooLarge
from app.imaging import colour, exif, heic, kinds, pillow_setup, raw
from app.imaging.files import read_file
from app.imaging.kinds import Kind

# Named so that Image.open finds them registered and imports no other reader.
_READERS = (
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
    TiffImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    AvifImagePlugin,
)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Bytes a pixel that Pillow holds at the worst moment of a conversion, by the mode of the file.
_MODE_BYTES = {"1": 2, "L": 1, "P": 5, "LA": 8, "RGB": 4, "RGBA": 8, "CMYK": 8, "I;16": 5, "I": 13, "F": 13}
# What a reader holds beside that: WebP's canvases, AVIF's planes and copies.
_READER_BYTES = {Kind.WEBP: 12, Kind.AVIF: 12, Kind.HEIC: 12}
_PROGRESSIVE_BYTES = 6  # libjpeg keeps every coefficient, at full size even in draft mode
_ARRAY_BYTES = 3

# Above this estimate pictures are decoded one at a time, whatever the number of workers.
_LARGE = 192 * 1024 * 1024
_one_large_at_a_time = threading.Lock()

# A progressive JPEG with hundreds of scans costs minutes a megapixel: real encoders write about ten.
_USUAL_SCANS = 64
_MAX_SCANNED_PIXELS = 1_000_000_000


# How Pillow and LibRaw put it.
_CUT_WORDS = ("truncated", "not large enough", "input/output error", "unexpected end")


@dataclass(frozen=True)
class DecodeLimits:
    """What one file may cost.

    max_pixels: width times height that the header may state. The largest phone sensors give 200 MP.
    max_memory: bytes that decoding may hold, by estimate from the header. A JPEG above it is decoded
    smaller (draft mode), other kinds are refused: about 250 MP of RGB as PNG or TIFF
    (150 MP without `max_side`), 64 MP as WebP, AVIF or HEIC.
    max_file_bytes: size of the file, which is read whole.
    """

    max_pixels: int = 250_000_000
    max_memory: int = 1024**3
    max_file_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True)
class DecodedImage:
    """Pixels and the few facts that travel with them.

    pixels: uint8 (H, W, 3), RGB (sRGB), C-contiguous, upright; maybe smaller than the file.
    width, height: upright size in pixels of the full picture as stored in the file.
    format: "JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIC" or "RAW".
    orientation: EXIF 1-8 as the file states it, already applied; 1 when it states none.
    taken_at: the camera's wall clock, without a zone.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    orientation: int
    has_orientation: bool
    taken_at: datetime | None

    @property
    def scale(self) -> float:
        """Pixels of `pixels` per pixel of the full picture, 0-1, along the longer side."""
        height, width = self.pixels.shape[:2]
        return float(max(height, width) / max(self.width, self.height))


_DEFAULT_LIMITS = DecodeLimits()


def decode(
    source: Path | bytes, *, max_side: int | None = None, limits: DecodeLimits = _DEFAULT_LIMITS
) -> DecodedImage:
    """Decode the first picture of a file.

    With `max_side` (pixels) the longer side of the result is exactly that where the file is larger;
    without, the result is full size, save for a JPEG that would not fit in `limits.max_memory`.
    The same bytes give the same pixels. Safe to call from several threads.

    Raises ImageError (ImageTooLarge for the limits), and nothing else, for anything wrong with the file.
    """
    if max_side is not None and max_side < 1:
        raise ValueError("max_side must be 1 or more")
    data = read_file(source, limits.max_file_bytes) if isinstance(source, Path) else source
    kind = _kind(data)
    pillow_setup.mute_warnings()
    try:
        if kind in (Kind.AVIF, Kind.HEIC) and kinds.looks_cut_short(kind, data):
            raise _cut_short()  # the first picture may be whole, but the file is not what was saved
        if kind is Kind.RAW:
            return _decode_raw(data, max_side, limits)
        if kind is Kind.HEIC:
            return _decode_heic(data, max_side, limits)
        return _decode_with_pillow(kind, data, max_side, limits)
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageTooLarge("Not enough memory for it", "Close other programs and try again.") from error
    except Exception as error:  # readers of damaged files raise nearly anything
        raise _refusal(kind, data, error) from error


def _kind(data: bytes) -> Kind:
    if not data:
        raise ImageError("File is empty", "Copy it again from where it came from.")
    kind = kinds.sniff(data)
    if kind is None:
        refused = kinds.refused_kind(data)
        if refused is not None:
            raise ImageError(
                "This kind of file is not a photo Likeness can read",
                f"Its kind is {refused}: save it as JPEG or PNG.",
            )
        raise ImageError("Not an image", "Whatever its name says, what is in it is no picture.")
    return kind


def _refusal(kind: Kind, data: bytes, error: Exception) -> ImageError:
    """A reader's exception in plain words."""
    text = str(error).lower()
    if "not implemented" in text or "unsupported" in text:
        return ImageError(f"This kind of {kind} cannot be read yet", "Save it as JPEG or PNG.")
    cut = isinstance(error, EOFError) or any(words in text for words in _CUT_WORDS)
    if cut or kinds.looks_cut_short(kind, data):
        return _cut_short()
    return ImageError(
        "Image is damaged",
        f"Its {kind} data cannot be decoded: copy it again, or open it elsewhere and save it anew.",
    )


def _cut_short() -> ImageError:
    return ImageError("File is cut short", "Copy it again from where it came from.")


def _decode_with_pillow(kind: Kind, data: bytes, max_side: int | None, limits: DecodeLimits) -> DecodedImage:
    stated = kinds.header_size(kind, data)
    if stated is not None:
        _check_pixels(stated, limits)
        _check_memory(stated, _READER_BYTES.get(kind, 0), limits)
    with Image.open(io.BytesIO(data), formats=(kind.value,)) as image:
        size = image.size
        _check_pixels(size, limits)
        needed = _plan(kind, image, data, max_side, limits)
        with _turn(needed):
            # TIFF: before the pixels, since loading them turns the picture and drops the tag.
            # PNG: after them, since the block may follow them in the file.
            facts = exif.facts_of(exif.read(image)) if kind is not Kind.PNG else None
            image.load()
            if kind is Kind.JPEG and kinds.padded_after_cut(data):
                raise _cut_short()
            facts = facts or exif.facts_of(exif.read(image))
            upright = kind is Kind.TIFF
            return _finish(image, kind, image.size if upright else size, facts, max_side, upright=upright)


def _decode_heic(data: bytes, max_side: int | None, limits: DecodeLimits) -> DecodedImage:
    file = heic.open_heic(data)
    size = (file.width, file.height)
    _check_pixels(size, limits)
    with _turn(_check_memory(size, _READER_BYTES[Kind.HEIC] + _ARRAY_BYTES, limits)):
        image = file.load()
        if file.profile:
            image.info["icc_profile"] = file.profile
        # The container's rotation is the one that counts, and is applied: EXIF's only repeats it.
        facts = exif.facts_of(exif.parse(file.exif))
        return _finish(image, Kind.HEIC, image.size, facts, max_side, upright=True)


def _decode_raw(data: bytes, max_side: int | None, limits: DecodeLimits) -> DecodedImage:
    with _one_large_at_a_time:
        pixels, (width, height) = raw.decode_raw(
            data, max_side=max_side, max_pixels=limits.max_pixels, max_memory=limits.max_memory
        )
        facts = exif.facts_of(raw.raw_exif(data))
        if max_side is not None and max(pixels.shape[:2]) > max_side:
            pixels = colour.to_array(_shrink(Image.fromarray(pixels), (width, height), max_side))
    return _result(pixels, (width, height), Kind.RAW, facts)


def _plan(kind: Kind, image: Image.Image, data: bytes, max_side: int | None, limits: DecodeLimits) -> int:
    """Set up draft decoding where it serves; the bytes that decoding will hold, within the limits."""
    width, height = image.size
    each = _MODE_BYTES.get("I;16" if image.mode.startswith("I;16") else image.mode, 8)
    each += _READER_BYTES.get(kind, 0) + (_ARRAY_BYTES if max_side is None else 0)
    if kind is not Kind.JPEG:
        return _check_memory((width, height), each, limits)
    fixed = 0
    if image.info.get("progressive"):
        fixed = width * height * _PROGRESSIVE_BYTES
        scans = kinds.scan_count(data)
        if scans > _USUAL_SCANS and scans * width * height > _MAX_SCANNED_PIXELS:
            raise ImageTooLarge("Takes too long to decode", f"It is stored in {scans} passes.")
    step = _draft_step(image, max_side)
    while step < 8 and fixed + width * height * each // step**2 > limits.max_memory:
        step *= 2
    if step > 1:
        image.draft(None, (max(width // step, 1), max(height // step, 1)))
    needed = fixed + image.width * image.height * each
    if needed > limits.max_memory:
        raise _too_large((width, height))
    return needed


def _draft_step(image: Image.Image, max_side: int | None) -> int:
    """The largest of 8, 4, 2, 1 that leaves the longer side at `max_side` or more."""
    if max_side is None:
        return 1
    return next((step for step in (8, 4, 2) if -(-max(image.size) // step) >= max_side), 1)


def _finish(
    image: Image.Image,
    kind: Kind,
    size: tuple[int, int],
    facts: exif.Facts,
    max_side: int | None,
    *,
    upright: bool,
) -> DecodedImage:
    """Loaded pixels of any mode to the result; `size` is the full size of the picture as loaded."""
    profile = image.info.get("icc_profile")
    image = colour.resizable(image)
    if max_side is not None:
        image = _shrink(image, size, max_side)
    image = colour.to_srgb(image, profile if isinstance(profile, bytes) else None)
    if not upright and facts.orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[facts.orientation])
        if facts.orientation >= 5:
            size = (size[1], size[0])
    return _result(colour.to_array(image), size, kind, facts)


def _result(pixels: NDArray[np.uint8], size: tuple[int, int], kind: Kind, facts: exif.Facts) -> DecodedImage:
    return DecodedImage(
        pixels=pixels,
        width=size[0],
        height=size[1],
        format=kind.value,
        orientation=facts.orientation or 1,
        has_orientation=facts.orientation is not None,
        taken_at=facts.taken_at,
    )


def _shrink(image: Image.Image, full: tuple[int, int], max_side: int) -> Image.Image:
    """Down to `max_side`, in the proportions of the full picture; never enlarged."""
    longer = max(full)
    if longer <= max_side:
        return image
    size = (max(round(full[0] * max_side / longer), 1), max(round(full[1] * max_side / longer), 1))
    if size == image.size:
        return image
    # Whole steps by averaging, the rest (below 2) by Hamming: half of Lanczos' time, and as sharp for
    # the small ratios that are left (docs/adr/0020).
    whole = max(image.size) // max(size)
    if whole > 1:
        image = image.reduce(whole)
    return image.resize(size, Image.Resampling.HAMMING)


def _check_pixels(size: tuple[int, int], limits: DecodeLimits) -> None:
    if size[0] * size[1] > limits.max_pixels:
        raise _too_large(size)


def _check_memory(size: tuple[int, int], bytes_per_pixel: int, limits: DecodeLimits) -> int:
    needed = size[0] * size[1] * bytes_per_pixel
    if needed > limits.max_memory:
        raise _too_large(size)
    return needed


def _too_large(size: tuple[int, int]) -> ImageTooLarge:
    return ImageTooLarge(
        "Too many pixels", f"{size[0]} x {size[1]} is more than this program decodes: save it smaller."
    )


def _turn(needed: int) -> AbstractContextManager[object]:
    return _one_large_at_a_time if needed > _LARGE else nullcontext()
