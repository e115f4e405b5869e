"""The threshold of the panel: a number, a slider, and what it means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.compare import explain
from app.ui.theme import Theme
from app.ui.widgets.percent import Percent, PercentBox
from app.ui.widgets.slider import Slider
from app.ui.widgets.text import Label, Paragraph


class NumberBox(PercentBox):
    """Without a frame until one writes in it."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(theme.font("body", 600))
        self.setFixedSize(56, 24)
        self._theme = theme
        self._dress()
        theme.changed.connect(self._dress)
        self.setKeyboardTracking(False)

    def _dress(self) -> None:
        self.setStyleSheet(
            "QAbstractSpinBox { border: 0; background: transparent; min-height: 0; padding: 0; }"
            "QAbstractSpinBox QLineEdit { border: 0; border-radius: 4px; padding: 0; }"
            "QAbstractSpinBox QLineEdit:focus "
            f"{{ border: 2px solid {self._theme.tokens.accent}; padding: 0 4px; }}"
        )
        self._spread()

    def _spread(self) -> None:
        """Without its buttons a spin box that a style sheet dresses leaves its field no width."""
        self.lineEdit().setGeometry(self.rect())

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.StyleChange):
            self._spread()
        return done


class ThresholdField(QWidget):
    """0 to 100 in tenths. `changed` comes with every step of a drag."""

    changed = Signal(float)

    def __init__(self, theme: Theme, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = NumberBox(theme, "Threshold")
        self.box.setToolTip("Similarity from which a face counts as a match, 0 to 100")
        self.slider = Slider(theme, "Threshold ([ and ], with Shift by 5)")
        self.meaning = Paragraph(theme, role="small", token="t3")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(theme, "Threshold", weight=600))
        head.addStretch(1)
        head.addWidget(self.box)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.slider)
        column.addWidget(self.meaning)
        self._percent = Percent(self.slider, self.box, value, self)
        self._percent.changed.connect(self._changed)
        self._show()

    @property
    def value(self) -> float:
        return self._percent.value

    def set_value(self, value: float) -> None:
        """In tenths, within 0 to 100."""
        self._percent.set_value(value)

    def step(self, by: float) -> None:
        self.set_value(self.value + by)

    def _show(self) -> None:
        self.meaning.setText(explain(self.value).sentence)

    def _changed(self, value: float) -> None:
        self._show()
        self.changed.emit(value)
