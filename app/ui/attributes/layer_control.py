"""Which landmarks are drawn over a picture: none, 5, 30 or the mesh."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.ui.canvas.layers import LandmarkLayer
from app.ui.theme import Size, Theme
from app.ui.widgets.button import tooltip_with_key
from app.ui.widgets.glyph import Glyph
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Label

_SEGMENTS = (
    (LandmarkLayer.FIVE, "5", "Five landmarks"),
    (LandmarkLayer.THIRTY, "30", "Thirty landmarks"),
    (LandmarkLayer.MESH, "Mesh", "The dense mesh"),
)


class LayerControl(QWidget):
    """One track: "Landmarks", 5, 30, Mesh. The active one, chosen again, hides them."""

    chosen = Signal(object)
    """LandmarkLayer"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.layer = LandmarkLayer.OFF
        self.setFixedHeight(Size.CONTROL)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(tooltip_with_key("Landmarks of the faces: 5, 30, mesh, off", "L"))
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "dots-nine"))
        self._words = Label(theme, "Landmarks", weight=500, token="t2")
        row.addWidget(self._words)
        self.segments = SegmentedControl(theme, name="Landmarks", clearable=True)
        for layer, text, tooltip in _SEGMENTS:
            self.segments.add(layer.value, text, tooltip=tooltip_with_key(tooltip, "L"))
        self.segments.set_current("")
        self.segments.chosen.connect(self._choose)
        row.addWidget(self.segments, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.update)

    def _choose(self, key: str) -> None:
        self.set_layer(LandmarkLayer(key) if key else LandmarkLayer.OFF)

    def set_layer(self, layer: LandmarkLayer) -> None:
        """Show it and say so."""
        self.layer = layer
        self.segments.set_current("" if layer is LandmarkLayer.OFF else layer.value)
        self.chosen.emit(layer)

    def step(self) -> None:
        """What L does: 5, 30, mesh, off."""
        self.set_layer(self.layer.following)

    def set_words_shown(self, shown: bool) -> None:
        """Without the word where there is no room for it."""
        self._words.setVisible(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("hover"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
