"""The line at the foot while a picture is looked at for more than a second."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import ElidedLabel


class WaitingBar(Panel):
    """What is waited for, and Cancel."""

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "raised", lines=("top",))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(Glyph(theme, "hourglass-medium", size=16))
        self.words = ElidedLabel(theme)
        row.addWidget(self.words, 1)
        cancel = Button(theme, "Cancel", height=Size.CONTROL_SMALL)
        cancel.clicked.connect(self.cancelled)
        row.addWidget(cancel)
        self.hide()

    def show_for(self, name: str) -> None:
        self.words.setText(f"Looking at {name}…")
        self.show()
