"""A value from 0 to 100 in tenths that a slider and a number show and set together."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QWidget

from app.ui.widgets.slider import Slider

_TENTHS = 10


class PercentBox(QDoubleSpinBox):
    """0 to 100; whole numbers without decimals, as everywhere."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 100)
        self.setDecimals(1)
        self.setSingleStep(1)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setAccessibleName(name)

    def textFromValue(self, value: float) -> str:
        return f"{value:.1f}".removesuffix(".0")


class Percent(QObject):
    """The value behind both. `changed` comes with every step of a drag."""

    changed = Signal(float)

    def __init__(self, slider: Slider, box: PercentBox, value: float, parent: QObject) -> None:
        super().__init__(parent)
        self._slider, self._box, self._value = slider, box, value
        slider.setRange(0, 100 * _TENTHS)
        slider.setSingleStep(_TENTHS)
        slider.setPageStep(5 * _TENTHS)
        self._show()
        slider.valueChanged.connect(lambda tenths: self.set_value(tenths / _TENTHS))
        box.valueChanged.connect(self.set_value)

    @property
    def value(self) -> float:
        return self._value

    def set_value(self, value: float) -> None:
        """Rounded to tenths, kept within 0 to 100."""
        value = round(min(max(value, 0.0), 100.0), 1)
        if value != self._value:
            self._value = value
            self._show()
            self.changed.emit(value)

    def _show(self) -> None:
        with QSignalBlocker(self._slider), QSignalBlocker(self._box):
            self._slider.setValue(round(self._value * _TENTHS))
            self._box.setValue(self._value)
        self._slider.update()
