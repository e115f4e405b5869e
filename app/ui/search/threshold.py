"""The threshold of the panel: a number, a slider, and what it means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from app.services.compare import explain
from app.ui.theme import Theme
from app.ui.widgets.slider import Slider
from app.ui.widgets.text import Label, Paragraph

_TENTHS = 10


class NumberBox(QDoubleSpinBox):
    """A number without a frame until one writes in it; whole ones without decimals."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setRange(0, 100)
        self.setDecimals(1)
        self.setSingleStep(1)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(theme.font("body", 600))
        self.setFixedSize(56, 24)
        self.setAccessibleName(name)
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

    def textFromValue(self, value: float) -> str:
        return f"{value:.1f}".removesuffix(".0")


class ThresholdField(QWidget):
    """0 to 100 in tenths. `changed` comes with every step of a drag."""

    changed = Signal(float)

    def __init__(self, theme: Theme, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        self.box = NumberBox(theme, "Threshold")
        self.box.setToolTip("Similarity from which a face counts as a match, 0 to 100")
        self.slider = Slider(theme, "Threshold ([ and ], with Shift by 5)")
        self.slider.setRange(0, 100 * _TENTHS)
        self.slider.setSingleStep(_TENTHS)
        self.slider.setPageStep(5 * _TENTHS)
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
        self.slider.valueChanged.connect(lambda tenths: self.set_value(tenths / _TENTHS))
        self.box.valueChanged.connect(self.set_value)
        self._show()

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """In tenths, within 0 to 100."""
        value = round(min(max(value, 0.0), 100.0), 1)
        if value != self._value:
            self._value = value
            self._show()
            self.changed.emit(value)

    def step(self, by: float) -> None:
        self.set_value(self._value + by)

    def _show(self) -> None:
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.slider.setValue(round(self._value * _TENTHS))
            self.box.setValue(self._value)
        self.slider.update()
        self.meaning.setText(explain(self._value).sentence)
