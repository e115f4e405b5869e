"""What the colours of a graph stand for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.theme import Theme

_SWATCH, _SPACE, _BETWEEN = 8, 6, 16


class Legend(QWidget):
    """Swatches with names in a row: squares for bars, strokes for lines. What has no room is left out from
    the end, and stands in the tooltip."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._entries: tuple[tuple[str, str, str], ...] = ()
        self.setFixedHeight(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_entries(self, entries: Sequence[tuple[str, str, str]]) -> None:
        """(name, colour, shape: "bars", "line", "dashed") each."""
        self._entries = tuple(entries)
        names = ", ".join(name for name, _, _ in entries)
        self.setAccessibleName(names)
        self.setToolTip(names)
        self.updateGeometry()
        self.update()

    def _width(self, name: str, shape: str) -> float:
        mark = _SWATCH if shape == "bars" else 2 * _SWATCH
        return mark + _SPACE + QFontMetricsF(self.theme.font("small")).horizontalAdvance(name)

    def sizeHint(self) -> QSize:
        widths = [self._width(name, shape) + _BETWEEN for name, _, shape in self._entries]
        return QSize(round(sum(widths)), 16)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown: list[tuple[str, str, str]] = []
        total = 0.0
        for entry in self._entries:
            total += self._width(entry[0], entry[2]) + (_BETWEEN if shown else 0)
            if total > self.width():
                break
            shown.append(entry)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.theme.font("small"))
        x = self.width() - sum(self._width(name, shape) for name, _, shape in shown)
        x -= _BETWEEN * max(len(shown) - 1, 0)
        left = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        for name, color, shape in shown:
            width = self._width(name, shape)
            ink = self.theme.color(color)
            mark = _SWATCH if shape == "bars" else 2 * _SWATCH
            if shape == "bars":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawRoundedRect(QRectF(x, 4, _SWATCH, _SWATCH), 2, 2)
            else:
                pen = QPen(ink, 2)
                if shape == "dashed":
                    pen.setDashPattern([2, 1.5])
                painter.setPen(pen)
                painter.drawLine(QPointF(x, 8), QPointF(x + mark, 8))
            painter.setPen(self.theme.color("t2"))
            painter.drawText(QRectF(x + mark + _SPACE, 0, width, 16), left, name)
            x += width + _BETWEEN
