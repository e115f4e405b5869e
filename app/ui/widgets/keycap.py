"""Key caps: the small boxes that name a key beside what it does."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme


def keycap_width(theme: Theme, text: str) -> int:
    """Width of a cap in logical pixels, at least 20."""
    return max(20, round(QFontMetricsF(theme.font("label", 500)).horizontalAdvance(text)) + 12)


def paint_keycap(painter: QPainter, theme: Theme, rect: QRect, text: str, ink: QColor | None = None) -> None:
    """Draw a cap 18 high. With `ink` it is an outline in that colour (on accent fills and toasts)."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if ink is None:
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(theme.color("surface"))
    else:
        edge = QColor(ink)
        edge.setAlphaF(0.45)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 3.5, 3.5)
    painter.setPen(theme.color("t2") if ink is None else ink)
    painter.setFont(theme.font("label", 500))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()


class KeyCap(QWidget):
    """A key cap as a widget."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._text = theme, text
        self.setFixedSize(self.sizeHint())
        theme.changed.connect(self.update)

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(keycap_width(self.theme, self._text), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_keycap(QPainter(self), self.theme, self.rect(), self._text)
