"""The program's mark, drawn here: four corners of a frame around two likenesses that overlap."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui.theme.pixels import pixel_ratio
from app.ui.theme.resources import resource
from app.ui.theme.tokens import LIGHT


@lru_cache(maxsize=16)
def mark_pixmap(color: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The mark in a colour (#RRGGBB) as a square of `size` logical pixels."""
    source = resource("icons", "mark.svg").read_text("utf-8").replace(LIGHT.accent, color)
    side = round(size * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def paint_mark(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """Draw the mark into a square rect."""
    ratio = pixel_ratio(painter)
    painter.drawPixmap(rect.topLeft(), mark_pixmap(color.name().upper(), round(rect.width()), ratio))


def app_icon() -> QIcon:
    """The program's icon in the sizes that a window manager asks for."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256, 512):
        icon.addFile(str(resource("icons", f"likeness-{size}.png")))
    return icon
