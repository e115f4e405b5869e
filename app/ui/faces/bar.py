"""The bar at the foot while faces are selected: name once, or say who they are not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter

from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.header import DockedBar


class FaceBar(DockedBar):
    """Count, name field with the known names, Not this person, Move…, Delete."""

    named = Signal(str)
    not_this = Signal()
    move_asked = Signal()
    delete = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._field = TextField(theme, "Name…", icon="user", key="Enter", width=240)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._field.setCompleter(completer)
        self._field.returnPressed.connect(self._take)
        self._field.escaped.connect(self.closed)
        self.add(self._field)
        self._not_this = Button(
            theme, "Not this person", variant=Variant.QUIET, icon="user-minus", shortcut_hint="X"
        )
        move = Button(theme, "Move…", variant=Variant.QUIET, icon="folder-simple-plus")
        delete = Button(theme, "Delete", variant=Variant.DANGER, icon="trash", shortcut_hint="Del")
        for button, signal in (
            (self._not_this, self.not_this),
            (move, self.move_asked),
            (delete, self.delete),
        ):
            button.clicked.connect(signal)
            self.add_right(button)
        self.hide()

    def set_names(self, names: Sequence[str]) -> None:
        """The people to complete to."""
        self._names.setStringList(list(names))

    def show_for(self, count: int, any_named: bool) -> None:
        self.set_words(f"{count:,} selected")
        self._not_this.setVisible(any_named)
        self.set_shown(count > 0)

    def ask_name(self) -> None:
        self.show_now()
        if self.isVisible():
            self._field.setFocus()

    def _take(self) -> None:
        name = self._field.text().strip()
        if name:
            self._field.clear()
            self.named.emit(name)
