"""The dominant colours of a picture: one strip in their shares, and their names below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.domain.attributes import DominantColor
from app.ui.theme import Radius, Theme
from app.ui.widgets.painting import elided

_STRIP, _ROW, _COLUMN = 20, 20, 136
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def color_name(color: DominantColor) -> str:
    """ "Dark slate grey 41 %": the name in words, else the simplified one."""
    name = color.name or color.simplified
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]


class ColorStrip(QWidget):
    """The order is that of the shares; the names follow in as many columns as there is room for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._colors: tuple[DominantColor, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.update)

    def set_colors(self, colors: tuple[DominantColor, ...]) -> None:
        self._colors = tuple(sorted(colors, key=lambda color: -color.share))
        self.setAccessibleName(", ".join(f"{color_name(c)} {c.share:.0f}" for c in self._colors))
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        columns = max(width // _COLUMN, 1)
        rows = -(-len(self._colors) // columns)
        return _STRIP + 8 + rows * _ROW

    def sizeHint(self) -> QSize:
        return QSize(288, self.heightForWidth(max(self.width(), 240)))

    def _spans(self) -> list[QRectF]:
        total = sum(color.share for color in self._colors) or 1.0
        spans, x = [], 0.0
        for color in self._colors:
            width = self.width() * color.share / total
            spans.append(QRectF(x, 0, width, _STRIP))
            x += width
        return spans

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for color, span in zip(self._colors, self._spans(), strict=True):
                if span.contains(event.pos()):
                    text = f"{color_name(color)} #{color.red:02X}{color.green:02X}{color.blue:02X}"
                    QToolTip.showText(event.globalPos(), f"{text}, {color.share:.1f} of 100", self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        clip = QPainterPath()
        whole = QRectF(0, 0, self.width(), _STRIP)
        clip.addRoundedRect(whole, Radius.PHOTO, Radius.PHOTO)
        painter.save()
        painter.setClipPath(clip)
        for color, span in zip(self._colors, self._spans(), strict=True):
            painter.fillRect(span.adjusted(0, 0, 0.5, 0), QColor(color.red, color.green, color.blue))
        painter.restore()
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), Radius.PHOTO, Radius.PHOTO)
        columns = max(self.width() // _COLUMN, 1)
        across = self.width() / columns
        painter.setFont(theme.font("small"))
        for index, color in enumerate(self._colors):
            x, y = index % columns * across, _STRIP + 8 + index // columns * _ROW
            painter.setPen(QPen(theme.color("line2"), 1))
            painter.setBrush(QColor(color.red, color.green, color.blue))
            painter.drawRoundedRect(QRectF(x + 0.5, y + 4.5, 11, 11), 3, 3)
            painter.setPen(theme.color("t2"))
            figure = f"{color.share:.0f}"
            name = elided(color_name(color), theme.font("small"), round(across) - 20 - 28)
            painter.drawText(QRectF(x + 20, y, across - 20, _ROW), _LEFT, f"{name} {figure}")
