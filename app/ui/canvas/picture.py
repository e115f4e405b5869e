"""A picture as a scene item: drawn from the smallest of several halvings that is sharp enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.ui.theme.jpeg import image_of_jpeg
from app.ui.theme.pixels import pixel_ratio

_SMALLEST_LEVEL = 320
_STRIP = 128
_PACKED_UP_TO = 24_000_000
_SHARP_FROM = 6.0


@dataclass(frozen=True)
class Mipmaps:
    """One picture at several sizes, the largest first, each half the one before it.

    `width`, `height`: pixels of the full picture, which all coordinates refer to; the first level may
    be smaller (a thumbnail that stands in until the pixels are there).
    """

    levels: tuple[QImage, ...]
    width: int
    height: int

    def for_scale(self, scale: float) -> QImage:
        """The smallest level with at least one pixel for each device pixel at `scale` device pixels a
        picture pixel; else the largest there is."""
        for level in reversed(self.levels):
            if level.width() >= self.width * scale * 0.99:
                return level
        return self.levels[0]


def mipmaps(pixels: NDArray[np.uint8], width: int, height: int) -> Mipmaps:
    """Levels of uint8 (H, W, 3) RGB pixels of a picture of `width` x `height`. For a worker thread:
    strips by numpy and Pillow let the window's thread run between them, where a QImage conversion would
    hold the interpreter."""
    levels = [_to_image(pixels)]
    pixels = np.ascontiguousarray(pixels)
    while max(pixels.shape[:2]) >= 2 * _SMALLEST_LEVEL and min(pixels.shape[:2]) >= 2:
        pixels = _halved(pixels)
        levels.append(_to_image(pixels))
    return Mipmaps(tuple(levels), width, height)


def _halved(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Each pixel the mean of four; an odd last row or column is left out."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    half = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        strip = pixels[2 * top : 2 * min(top + _STRIP, height)]
        size = (strip.shape[1], strip.shape[0])
        image = Image.frombuffer("RGB", size, strip, "raw", "RGB", 0, 1)
        half[top : top + _STRIP] = np.asarray(image.reduce(2))[:, :width]
    return half


def turned_mipmaps(picture: Mipmaps, degrees: int) -> Mipmaps:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees; for a worker thread when it is large."""
    if not degrees:
        return picture
    around = QTransform().rotate(degrees)
    levels = tuple(level.transformed(around) for level in picture.levels)
    size = (picture.width, picture.height) if degrees == 180 else (picture.height, picture.width)
    return Mipmaps(levels, *size)


def mipmaps_of_thumbnail(jpeg: bytes, width: int, height: int) -> Mipmaps | None:
    """One level from an encoded thumbnail of a picture of `width` x `height`; None if unreadable."""
    image = image_of_jpeg(jpeg)
    if image.isNull():
        return None
    return Mipmaps((image.convertToFormat(QImage.Format.Format_RGB32),), width, height)


def _to_image(pixels: NDArray[np.uint8]) -> QImage:
    """RGB to a QImage of Qt's own 32-bit format, which is drawn without conversion. A very large picture
    is taken as it is: its full size is drawn only in part, and the copy would cost a second."""
    height, width = pixels.shape[:2]
    if height * width > _PACKED_UP_TO:
        solid = np.ascontiguousarray(pixels)
        image = QImage(solid.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        image.pixels = solid  # type: ignore[attr-defined]
        return image
    packed = np.empty((height, width, 4), np.uint8)
    for top in range(0, height, _STRIP):
        packed[top : top + _STRIP, :, 2::-1] = pixels[top : top + _STRIP]
        packed[top : top + _STRIP, :, 3] = 255
    image = QImage(packed.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    # The image reads the array's memory: keep the one as long as the other.
    image.pixels = packed  # type: ignore[attr-defined]
    return image


class PictureItem(QGraphicsItem):
    """The picture in the scene, one unit a pixel of the full picture."""

    def __init__(self) -> None:
        super().__init__()
        self._mipmaps: Mipmaps | None = None
        self._size = (0, 0)

    @property
    def mipmaps(self) -> Mipmaps | None:
        return self._mipmaps

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the full picture in pixels; (0, 0) when there is none."""
        return self._size

    def set_picture(self, picture: Mipmaps | None, width: int, height: int) -> None:
        """Show a picture; with None, a placeholder of that size."""
        if (width, height) != self._size:
            self.prepareGeometryChange()
        self._mipmaps = picture
        self._size = (width, height)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, *self._size)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        whole = self.boundingRect()
        if whole.isEmpty() or self._mipmaps is None:
            return
        ratio = pixel_ratio(painter)
        scale = option.levelOfDetailFromTransform(painter.worldTransform()) * ratio
        level = self._mipmaps.for_scale(scale)
        across, down = level.width() / whole.width(), level.height() / whole.height()
        # One pixel more on each side, so that smooth sampling has its neighbours at the seams.
        seen = option.exposedRect.adjusted(-2 / across, -2 / down, 2 / across, 2 / down).intersected(whole)
        source = QRectF(seen.x() * across, seen.y() * down, seen.width() * across, seen.height() * down)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _SHARP_FROM)
        painter.drawImage(seen, level, source, Qt.ImageConversionFlag.NoOpaqueDetection)
