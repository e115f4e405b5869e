"""A line over the picture that says what is wrong with it, with what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import Paragraph


class Notice(Panel):
    """At the foot of the canvas; hidden while there is nothing to say."""

    acted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "warn_bg", parent, lines=("top",))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(Glyph(theme, "warning-circle", token="warn", size=20))
        self.words = Paragraph(theme, "", token="t1")
        row.addWidget(self.words, 1)
        self.button = Button(theme, "Locate…", icon="magnifying-glass", height=28)
        self.button.clicked.connect(self.acted)
        row.addWidget(self.button)
        self.hide()

    def say(self, text: str, can_locate: bool = False) -> None:
        """Empty text hides it."""
        self.words.setText(text)
        self.button.setVisible(can_locate)
        self.setVisible(bool(text))
