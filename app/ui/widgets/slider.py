"""A slider: a track of 4 px and a handle of 16, drawn by us; QSlider does the rest."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from app.ui.theme import Theme
from app.ui.widgets.glyph import Glyph

_HANDLE = 16


class Slider(QSlider):
    """A horizontal slider. A click on the track goes there at once."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.theme = theme
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFixedHeight(20)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(96, 20)

    def _share(self) -> float:
        span = self.maximum() - self.minimum()
        return (self.sliderPosition() - self.minimum()) / span if span else 0.0

    def _value_at(self, x: float) -> int:
        room = max(self.width() - _HANDLE, 1)
        share = min(max((x - _HANDLE / 2) / room, 0.0), 1.0)
        return round(self.minimum() + share * (self.maximum() - self.minimum()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(self._value_at(event.position().x()))
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, enabled = self.theme.color, self.isEnabled()
        middle, x = self.height() / 2, _HANDLE / 2 + self._share() * (self.width() - _HANDLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("line2"))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        painter.setBrush(color("accent" if enabled else "edge"))
        painter.drawRoundedRect(QRectF(0, middle - 2, x, 4), 2, 2)
        painter.setPen(QPen(color("accent" if enabled else "edge"), 2))
        painter.setBrush(color("t1" if self.theme.tokens.dark else "surface"))
        painter.drawEllipse(QPointF(x, middle), 7, 7)


class SizeSlider(QWidget):
    """The size of a grid's cells: a small and a large icon around a slider of 96."""

    side_changed = Signal(int)

    def __init__(
        self, theme: Theme, icon: str, side: int, smallest: int, largest: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(8)
        self.slider = Slider(theme, "Size of the cells (Ctrl+plus, Ctrl+minus)", self)
        self.slider.setRange(smallest, largest)
        self.slider.setSingleStep(8)
        self.slider.setPageStep(24)
        self.slider.setValue(side)
        self.slider.setFixedWidth(96)
        row.addWidget(Glyph(theme, icon, self, token="t3", size=14))
        row.addWidget(self.slider)
        row.addWidget(Glyph(theme, icon, self, token="t3", size=20))
        self.slider.valueChanged.connect(self.side_changed)

    def set_side(self, side: int) -> None:
        """Follow a change from elsewhere."""
        self.slider.setValue(side)
