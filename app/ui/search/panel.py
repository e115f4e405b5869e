"""The query panel: what is searched with, how alike, where, how many, and with whom."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.domain.records import Collection
from app.ui.search.preview import Preview
from app.ui.search.query import Query
from app.ui.search.searched import SearchedFaces
from app.ui.search.threshold import ThresholdField
from app.ui.search.together import TogetherField
from app.ui.theme import Theme
from app.ui.widgets.chip import Chip
from app.ui.widgets.glyph import Divider, Panel
from app.ui.widgets.text import Label

LIMITS = (10, 25, 50, 100, 250, 500, 1000, 4096)


class Choice(Chip):
    """A chip that shows the choice in force, over a menu of them."""

    chose = Signal(object)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name, plain=True)
        self._menu = QMenu(self)
        self._group = QActionGroup(self._menu)
        self._group.triggered.connect(lambda action: self.chose.emit(action.data()))
        self.set_menu(self._menu)

    def show_choices(self, choices: Sequence[tuple[object, str]], current: object) -> None:
        self._menu.clear()
        for action in self._group.actions():
            self._group.removeAction(action)
        for value, text in choices:
            action = self._menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(value == current)
            action.setData(value)
            self._group.addAction(action)
            if value == current:
                self.set_value(text)


class QueryPanel(Panel):
    """336 wide with a line at the right; scrolls where it must."""

    collection_chosen = Signal(object)
    limit_chosen = Signal(object)

    def __init__(self, theme: Theme, threshold: float) -> None:
        super().__init__(theme, "window", lines=("right",))
        self.preview = Preview(theme)
        self.searched = SearchedFaces(theme)
        self.threshold = ThresholdField(theme, threshold)
        self.where = Choice(theme, "Search in")
        self.most = Choice(theme, "At most")
        self.together = TogetherField(theme)
        self.where.chose.connect(self.collection_chosen)
        self.most.chose.connect(self.limit_chosen)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 10, 23, 16)
        column.setSpacing(0)
        self._line = Divider(theme)
        for widget, above in (
            (self.preview, 0),
            (self.searched, 12),
            (self._line, 12),
            (self.threshold, 12),
            (self._named("Search in", self.where), 16),
            (self._named("At most", self.most), 4),
            (Divider(theme), 12),
            (self.together, 10),
        ):
            column.addSpacing(above)
            column.addWidget(widget)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        body.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        self._scroll, self._column = scroll, column
        scroll.verticalScrollBar().rangeChanged.connect(self._keep_width)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 1, 0)
        whole.addWidget(scroll)

    def _keep_width(self, _least: int, most: int) -> None:
        """The scroll bar lies in the padding: what is beside it keeps its width."""
        bar = self._scroll.verticalScrollBar().sizeHint().width() if most > 0 else 0
        self._column.setContentsMargins(24, 10, 23 - bar, 16)

    def _named(self, name: str, chip: Chip) -> QWidget:
        line = QWidget()
        line.setFixedHeight(32)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Label(self.theme, name, token="t2"))
        row.addStretch(1)
        row.addWidget(chip)
        chip.setAccessibleName(name)
        return line

    def show_query(self, query: Query | None) -> None:
        self.preview.show_query(query)
        self.searched.show_query(query)

    def show_collections(self, found: Sequence[Collection], current: int | None) -> None:
        self.where.show_choices([(each.id, each.display_name) for each in found], current)
        self.where.setEnabled(bool(found))

    def show_limit(self, limit: int, noun: str = "faces") -> None:
        self.most.show_choices([(each, f"{each:,} {noun}") for each in LIMITS], limit)
