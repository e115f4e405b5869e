"""Square crops of the faces of a picture that is not stored, in the manner of the image store."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap

from app.domain.geometry import BoundingBox
from app.ui.analyse.state import Analysed
from app.ui.controller.pictures import face_key
from app.ui.widgets.grid.images import ImageRequest

_ROOM = 1.3
"""The side of the crop over the longer side of the box."""


class LocalCrops(QObject):
    """Answers `pixmap` at once, from pixels in memory: what the lists of faces ask an ImageStore for."""

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._analysed: Analysed | None = None
        self._made: dict[ImageRequest, QPixmap] = {}

    def show(self, analysed: Analysed | None) -> None:
        self._analysed = analysed
        self._made.clear()
        self.ready.emit(None)

    def pixmap(self, request: ImageRequest) -> QPixmap | None:
        found = self._made.get(request)
        if found is None and self._analysed is not None:
            count = self._analysed.count
            index = next((i for i in range(count) if face_key(i) == request.key), None)
            if index is None:
                return None
            image = square(self._analysed.pixels, self._analysed.box(index))
            found = self._made[request] = _fitted(image, request)
        return found


def square(pixels: NDArray[np.uint8], box: BoundingBox) -> QImage:
    """The square around a face, as far as the picture goes."""
    height, width = pixels.shape[:2]
    left, top, across, down = box.to_pixels(width, height)
    half = max(across, down, 2.0) * _ROOM / 2
    half = min(half, width / 2, height / 2)
    x = min(max(left + across / 2, half), width - half)
    y = min(max(top + down / 2, half), height - half)
    rows = slice(max(round(y - half), 0), max(round(y + half), round(y - half) + 1))
    columns = slice(max(round(x - half), 0), max(round(x + half), round(x - half) + 1))
    cut = np.ascontiguousarray(pixels[rows, columns])
    image = QImage(cut.data, cut.shape[1], cut.shape[0], cut.strides[0], QImage.Format.Format_RGB888)
    return image.copy()


def _fitted(image: QImage, request: ImageRequest) -> QPixmap:
    pixmap = QPixmap(request.width, request.height)
    pixmap.fill(Qt.GlobalColor.transparent)
    smooth = Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(request.width, request.height, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if request.radius:
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(pixmap.rect()), request.radius, request.radius)
        painter.setClipPath(clip)
    painter.drawImage(pixmap.rect(), scaled)
    painter.end()
    return pixmap
