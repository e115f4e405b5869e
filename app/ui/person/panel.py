"""The panel at the right: not modal, one at a time, closed with Esc."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.person.facts import PersonFacts
from app.ui.theme import Size, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.glyph import Panel
from app.ui.widgets.text import ElidedLabel, Paragraph


class SidePanel(Panel):
    """A title, what it does in a sentence, and a body. Subclasses follow the person with `show_facts`."""

    closed = Signal()
    key = ""

    def __init__(self, theme: Theme, title: str, hint: str) -> None:
        super().__init__(theme, "surface", lines=("left",))
        self.setFixedWidth(Size.INSPECTOR)
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(17, 0, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(0, 12, 0, 0)
        self.title = ElidedLabel(theme, title, role="lead", weight=600)
        close = IconButton(theme, "x", "Close", side=Size.CONTROL, shortcut_hint="Esc")
        close.clicked.connect(self.closed)
        head.addWidget(self.title, 1)
        head.addWidget(close)
        column.addLayout(head)
        self.hint = Paragraph(theme, hint, width=Size.INSPECTOR - 33)
        column.addWidget(self.hint)
        column.addSpacing(4)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        column.addLayout(self.body, 1)

    def set_narrow(self, narrow: bool) -> None:
        width = Size.INSPECTOR_NARROW if narrow else Size.INSPECTOR
        self.setFixedWidth(width)
        self.hint.setFixedWidth(width - 33)

    def show_facts(self, facts: PersonFacts) -> None:
        """The person changed, or is another one."""

    def first_widget(self) -> QWidget:
        """What gets the keyboard when the panel opens."""
        return self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
