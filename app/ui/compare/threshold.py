"""The threshold: a slider and a number bound together, and what it means."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.services.compare import explain
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Card
from app.ui.widgets.percent import Percent, PercentBox
from app.ui.widgets.slider import Slider
from app.ui.widgets.text import ElidedLabel, Label

DEFAULT = 80.0


class ThresholdBar(Card):
    """0 to 100 in tenths. `changed` comes with every step of a drag."""

    changed = Signal(float)

    def __init__(self, theme: Theme, default: float = DEFAULT, parent: QWidget | None = None) -> None:
        """`default` is where it begins and what Reset goes back to."""
        super().__init__(theme, parent, margins=(20, 0, 12, 0))
        self.setFixedHeight(Size.DOCKED_BAR)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Label(theme, "Threshold", weight=600))
        self.slider = Slider(theme, "Threshold ([ and ], with Shift by 5)")
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.slider, 4)
        self.box = PercentBox("Threshold")
        self.box.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.box.setFont(theme.font("body", 600))
        self.box.setFixedWidth(64)
        # A styled box without buttons gets no room for its text unless they are said to be nothing.
        self.box.setStyleSheet(
            "QDoubleSpinBox { padding: 0; } QDoubleSpinBox::up-button, QDoubleSpinBox::down-button "
            "{ width: 0; border: 0; subcontrol-origin: border; }"
        )
        self.box.setToolTip("Similarity from which two faces count as a match, 0 to 100")
        row.addWidget(self.box)
        self.meaning = ElidedLabel(theme, token="t2")
        row.addWidget(self.meaning, 5)
        self.reset = Button(
            theme,
            "Reset",
            variant=Variant.QUIET,
            height=Size.CONTROL_SMALL,
        )
        row.addWidget(self.reset)
        self.body.addLayout(row)
        self._default = default
        self._percent = Percent(self.slider, self.box, default, self)
        self._percent.changed.connect(self._changed)
        self.reset.clicked.connect(lambda: self.set_value(self._default))
        self.set_default(default)

    def set_default(self, default: float) -> None:
        """Another value to go back to. Where the old one was in force, the new one is."""
        moved = self.value != self._default
        self._default = default
        number = f"{default:.1f}".removesuffix(".0")
        meaning = explain(default).sentence
        self.reset.setToolTip(f"Back to {number}: {meaning[0].lower()}{meaning[1:]}")
        if not moved:
            self.set_value(default)
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
        self.reset.setEnabled(self.value != self._default)

    def _changed(self, value: float) -> None:
        self._show()
        self.changed.emit(value)
