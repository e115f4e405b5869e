"""The whole picture in the corner, with a frame around the part in sight."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.canvas.view import PictureView
from app.ui.theme import Radius

_WIDTH, _MAX_HEIGHT, _EDGE, _RING = 168, 120, 16, 2


class Navigator(QWidget):
    """A child of a PictureView's viewport, shown only while a part of the picture is out of sight.

    A click or drag brings that place to the middle.
    """

    def __init__(self, view: PictureView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to go there")
        self.setAccessibleName("Overview of the picture")
        view.view_changed.connect(self.follow)
        self.hide()

    def follow(self) -> None:
        """Be where the view's corner is, and shown if there is something to show."""
        width, height = self._view.picture_size
        image = self._view.picture
        seen = self._view.seen if width and height else None
        whole = seen is None or (seen.width >= width * 0.98 - 1 and seen.height >= height * 0.98 - 1)
        if whole or image is None:
            self.hide()
            return
        scale = min(_WIDTH / width, _MAX_HEIGHT / height)
        w, h = round(width * scale) + 2 * _RING, round(height * scale) + 2 * _RING
        port = self._view.viewport().size()
        fits = w + 2 * _EDGE <= port.width() and h + 2 * _EDGE <= port.height()
        self.setGeometry(port.width() - _EDGE - w, port.height() - _EDGE - h, w, h)
        self.setVisible(fits)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._view.picture
        if picture is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(self.rect()).adjusted(_RING, _RING, -_RING, -_RING)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 153))
        painter.drawRoundedRect(QRectF(self.rect()), Radius.FACE + 2, Radius.FACE + 2)
        painter.setBrush(QColor(255, 255, 255, 89))
        painter.drawRoundedRect(whole.adjusted(-1, -1, 1, 1), Radius.FACE + 1, Radius.FACE + 1)
        clip = QPainterPath()
        clip.addRoundedRect(whole, Radius.FACE, Radius.FACE)
        painter.setClipPath(clip)
        level = picture.for_scale(whole.width() * self.devicePixelRatioF() / picture.width)
        painter.drawImage(whole, level, QRectF(level.rect()))
        painter.fillRect(whole, QColor(0, 0, 0, 102))
        seen, scale = self._view.seen, whole.width() / picture.width
        frame = QRectF(
            whole.x() + seen.left * scale,
            whole.y() + seen.top * scale,
            seen.width * scale,
            seen.height * scale,
        ).intersected(whole)
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor("#FFFFFF"), 2))
        painter.drawRoundedRect(frame.adjusted(1, 1, -1, -1), 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        width, _ = self._view.picture_size
        scale = (self.width() - 2 * _RING) / max(width, 1)
        position = event.position()
        self._view.center_on((position.x() - _RING) / scale, (position.y() - _RING) / scale)
        event.accept()
