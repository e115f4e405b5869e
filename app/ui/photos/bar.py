"""The bar at the foot while photos are selected."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.header import DockedBar


class SelectionBar(DockedBar):
    """Count, name field (when each photo has one face), Compare, Search, Remove."""

    named = Signal(str)
    compare = Signal()
    search = Signal()
    remove = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._field = TextField(theme, "Name…", icon="user", key="Enter", width=240)
        self._field.returnPressed.connect(self._take)
        self._field.escaped.connect(self.closed)
        self.add(self._field)
        self._single = [
            Button(theme, "Compare", variant=Variant.QUIET, icon="arrows-left-right", shortcut_hint="C"),
            Button(theme, "Search", variant=Variant.QUIET, icon="magnifying-glass", shortcut_hint="S"),
        ]
        for button, signal in zip(self._single, (self.compare, self.search), strict=True):
            button.clicked.connect(signal)
            self.add_right(button)
        remove = Button(theme, "Remove", variant=Variant.DANGER, icon="trash", shortcut_hint="Del")
        remove.clicked.connect(self.remove)
        self.add_right(remove)
        self.hide()

    def show_for(self, count: int, nameable: bool) -> None:
        """`nameable`: every selected photo has exactly one face."""
        self.set_words(f"{count:,} selected")
        self._field.setVisible(nameable)
        for button in self._single:
            button.setVisible(count == 1)
        self.set_shown(count > 0)

    def ask_name(self) -> None:
        """Put the cursor into the name field, if there is something to name."""
        self.show_now()
        if self._field.isVisible():
            self._field.setFocus()

    def _take(self) -> None:
        name = self._field.text().strip()
        if name:
            self._field.clear()
            self.named.emit(name)
