"""The dominant colours of a picture: one strip in their shares, and their names below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.domain.attributes import DominantColor
from app.ui.theme import Radius, Theme

_STRIP, _ROW, _COLUMN = 20, 20, 96
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


def by_name(colors: tuple[DominantColor, ...]) -> list[tuple[DominantColor, float]]:
    """One colour for each simple name, the one with the largest share, with the share of all of that name;
    the largest first."""
    first: dict[str, DominantColor] = {}
    shares: dict[str, float] = {}
    for color in sorted(colors, key=lambda color: -color.share):
        name = color.simplified or color.name
        first.setdefault(name, color)
        shares[name] = shares.get(name, 0.0) + color.share
    return sorted(((first[name], share) for name, share in shares.items()), key=lambda pair: -pair[1])


def color_name(color: DominantColor) -> str:
    name = color.simplified or color.name
    return name[:1].upper() + name[1:]


class ColorStrip(QWidget):
    """Every colour in the strip; below it their simple names, in as many columns as there is room for."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._colors: tuple[DominantColor, ...] = ()
        self._named: list[tuple[DominantColor, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_colors(self, colors: tuple[DominantColor, ...]) -> None:
        self._named = by_name(colors)
        order = [color_name(color) for color, _ in self._named]
        # Like colours side by side: the strip and the names tell the same.
        self._colors = tuple(sorted(colors, key=lambda color: (order.index(color_name(color)), -color.share)))
        self.setAccessibleName(", ".join(f"{color_name(c)} {share:.0f}" for c, share in self._named))
        self._fit()
        self.update()

    def _fit(self) -> None:
        columns = max(self.width() // _COLUMN, 1)
        self.setFixedHeight(_STRIP + 8 + -(-len(self._named) // columns) * _ROW)

    def sizeHint(self) -> QSize:
        return QSize(288, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

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
                    text = f"{color.name} #{color.red:02X}{color.green:02X}{color.blue:02X}"
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
        for index, (color, share) in enumerate(self._named):
            x, y = index % columns * across, _STRIP + 8 + index // columns * _ROW
            painter.setPen(QPen(theme.color("line2"), 1))
            painter.setBrush(QColor(color.red, color.green, color.blue))
            painter.drawRoundedRect(QRectF(x + 0.5, y + 4.5, 11, 11), 3, 3)
            painter.setPen(theme.color("t2"))
            painter.drawText(QRectF(x + 20, y, across - 20, _ROW), _LEFT, f"{color_name(color)} {share:.0f}")
