"""Small pictures out of decoded pixels: JPEG bytes for the grid, square crops of faces."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.errors import InvalidParameter
from app.domain.geometry import BoundingBox
from app.imaging import colour

_THUMBNAIL_QUALITY = 85
# Pillow turns the other way.
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def encode_jpeg(pixels: NDArray[np.uint8], quality: int = 88) -> bytes:
    """uint8 (H, W, 3) RGB to JPEG, 4:2:0, quality 1-95."""
    return _encode(Image.fromarray(pixels), quality)


def thumbnail_jpeg(pixels: NDArray[np.uint8], side: int) -> bytes:
    """uint8 (H, W, 3) RGB to a JPEG that fits within side x side pixels, aspect kept, never enlarged."""
    if side < 1:
        raise ValueError("side must be 1 or more")
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels)
    longer = max(width, height)
    if longer > side:
        size = (max(round(width * side / longer), 1), max(round(height * side / longer), 1))
        image = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
    return _encode(image, _THUMBNAIL_QUALITY)


def face_crop(
    pixels: NDArray[np.uint8], box: BoundingBox, side: int, margin: float = 0.35
) -> NDArray[np.uint8]:
    """uint8 (side, side, 3): the square around a face, the picture's edge repeated outside it.

    The square's side is the longer side of the box and `margin` of that more on each of the four
    sides. pixels: uint8 (H, W, 3) RGB. Raises InvalidParameter for a box that is not finite or empty.
    """
    if side < 1:
        raise ValueError("side must be 1 or more")
    image_height, image_width = pixels.shape[:2]
    left, top, width, height = box.to_pixels(image_width, image_height)
    if not all(map(math.isfinite, (left, top, width, height))) or width <= 0 or height <= 0:
        raise InvalidParameter("This face box has no area: draw it again.")
    square = max(width, height) * (1 + 2 * margin)
    step = square / side  # source pixels per pixel of the crop
    x = _axis(left + width / 2 - square / 2, step, side, image_width)
    y = _axis(top + height / 2 - square / 2, step, side, image_height)
    if x is None or y is None:
        # Less of the picture in the square than one pixel of the crop: take the nearest pixels.
        rows = _nearest(top + height / 2 - square / 2, step, side, image_height)
        columns = _nearest(left + width / 2 - square / 2, step, side, image_width)
        return np.ascontiguousarray(pixels[rows[:, None], columns[None, :]])
    first_x, last_x, from_x, to_x = x
    first_y, last_y, from_y, to_y = y
    # Only the part in use becomes an image: the picture may be large and the face small.
    x0, y0 = max(math.floor(from_x) - 1, 0), max(math.floor(from_y) - 1, 0)
    x1, y1 = min(math.ceil(to_x) + 1, image_width), min(math.ceil(to_y) + 1, image_height)
    part = Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1])).resize(
        (last_x - first_x, last_y - first_y),
        # Faces from a crowd are enlarged, and that asks for a smoother curve.
        Image.Resampling.HAMMING if step > 1 else Image.Resampling.BICUBIC,
        box=(from_x - x0, from_y - y0, to_x - x0, to_y - y0),
        reducing_gap=3.0,
    )
    outside = ((first_y, side - last_y), (first_x, side - last_x), (0, 0))
    return np.ascontiguousarray(np.pad(colour.to_array(part), outside, mode="edge"))


def turned_jpeg(jpeg: bytes, degrees: int) -> bytes:
    """An encoded thumbnail turned clockwise by 90, 180 or 270 degrees."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        return _encode(picture.transpose(_CLOCKWISE[degrees]), 90)


def quarter_turned(pixels: NDArray[np.uint8], roll: float) -> NDArray[np.uint8]:
    """A square crop of a face that is turned by `roll` degrees (clockwise), set upright by quarter turns: a
    face in a photo that lies on its side. Tilted heads stay tilted."""
    quarters = round(roll / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, quarters)) if quarters else pixels


def _axis(start: float, step: float, side: int, length: int) -> tuple[int, int, float, float] | None:
    """Pixels [first, last) of the crop that lie wholly inside the picture, and where they come from."""
    first = max(math.ceil(-start / step - 1e-9), 0)
    last = min(math.floor((length - start) / step + 1e-9), side)
    if last <= first:
        return None
    return first, last, max(start + first * step, 0.0), min(start + last * step, float(length))


def _nearest(start: float, step: float, side: int, length: int) -> NDArray[np.intp]:
    centres = start + (np.arange(side) + 0.5) * step
    return np.asarray(np.clip(np.floor(centres), 0, length - 1), np.intp)


def _encode(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
