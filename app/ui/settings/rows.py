"""Cards of settings: a heading, and rows with words at the left and a control at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.glyph import Card, Divider
from app.ui.widgets.text import Label, Paragraph


class Row(QWidget):
    """A setting: its name, a line about it that may change, its control."""

    def __init__(self, theme: Theme, name: str, hint: str = "", control: QWidget | None = None) -> None:
        super().__init__()
        self.setMinimumHeight(56)
        self.name = Label(theme, name, weight=500)
        self.hint = Paragraph(theme, hint, role="small", token="t3")
        self.hint.setVisible(bool(hint))
        words = QVBoxLayout()
        words.setContentsMargins(0, 10, 0, 10)
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.hint)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addLayout(words, 1)
        if control is not None:
            if not control.accessibleName():
                control.setAccessibleName(name)
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)

    def say(self, hint: str, token: str = "t3") -> None:
        self.hint.setText(hint)
        self.hint.set_token(token)
        self.hint.setVisible(bool(hint))


class Controls(QWidget):
    """Controls side by side, at their own size."""

    def __init__(self, *controls: QWidget) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for control in controls:
            line.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)


class RowList(QWidget):
    """Rows that come and go at the foot of a card, each below a line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_rows(self, rows: Iterable[QWidget]) -> None:
        """In place of those before."""
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row in rows:
            self._column.addWidget(Divider(self.theme))
            self._column.addWidget(row)


class Section(QWidget):
    """A heading over a card of rows."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.theme = theme
        self.title = Label(theme, title, weight=600)
        self.card = Card(theme, margins=(16, 0, 16, 0))
        self.card.body.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.card)

    def add(self, widget: QWidget) -> None:
        """Append a row, with a line above it where it is not the first."""
        if self.card.body.count():
            self.card.body.addWidget(Divider(self.theme))
        self.card.body.addWidget(widget)
