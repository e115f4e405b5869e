"""Saved searches: a pop-up that keeps the one on the page and opens or deletes others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.services.search import SavedSearch
from app.ui.people.popup import Popup
from app.ui.theme import Theme
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.glyph import Divider
from app.ui.widgets.text import Label

_WIDTH, _MOST_HEIGHT = 304, 264


class SavedRow(QWidget):
    """A saved search: its name opens it, the bin deletes it."""

    opened = Signal(object)
    deleted = Signal(object)

    def __init__(self, theme: Theme, search: SavedSearch) -> None:
        super().__init__()
        self.search = search
        self.open_button = Button(theme, search.name, variant=Variant.QUIET, icon="bookmark-simple")
        self.open_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.open_button.setToolTip(f"Open “{search.name}”, saved {search.created_at:%d %b %Y}")
        self.open_button.clicked.connect(lambda: self.opened.emit(search))
        self.delete_button = IconButton(theme, "trash", f"Delete “{search.name}”")
        self.delete_button.clicked.connect(lambda: self.deleted.emit(search))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.open_button, 1)
        row.addWidget(self.delete_button)


class SavedPopup(Popup):
    """The name for this search with Enter; below it the saved ones."""

    saved = Signal(str)
    opened = Signal(object)
    deleted = Signal(object)

    def __init__(
        self, theme: Theme, searches: Sequence[SavedSearch], parent: QWidget, *, name: str, can_save: bool
    ) -> None:
        super().__init__(theme, "Save this search" if can_save else "Saved searches", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.field = TextField(theme, "Name of the search")
        self.field.setText(name)
        self.field.returnPressed.connect(self._save)
        self.field.escaped.connect(self.close)
        self.save_button = Button(
            theme, "Save", variant=Variant.PRIMARY, tooltip="Save", shortcut_hint="Return"
        )
        self.save_button.clicked.connect(self._save)
        if can_save:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(self.field, 1)
            row.addWidget(self.save_button)
            self.column.addLayout(row)
            if searches:
                self.column.addSpacing(4)
                self.column.addWidget(Divider(theme))
                self.column.addWidget(Label(theme, "Saved searches", role="section", token="t3"))
        self.rows = [SavedRow(theme, search) for search in searches]
        if self.rows:
            self.column.addWidget(self._list())
        self._can_save = can_save

    def _list(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in self.rows:
            row.opened.connect(self._open)
            row.deleted.connect(self._delete)
            column.addWidget(row)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        body.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setFixedHeight(min(32 * len(self.rows), _MOST_HEIGHT))
        return scroll

    def open_below(self, anchor: QWidget) -> None:
        super().open_below(anchor)
        if self._can_save:
            self.field.setFocus(Qt.FocusReason.PopupFocusReason)
            self.field.selectAll()
        elif self.rows:
            self.rows[0].open_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def _save(self) -> None:
        name = " ".join(self.field.text().split())
        if name and self.isVisible():
            self.close()
            self.saved.emit(name)

    def _open(self, search: SavedSearch) -> None:
        self.close()
        self.opened.emit(search)

    def _delete(self, search: SavedSearch) -> None:
        self.close()
        self.deleted.emit(search)
