"""Which face of the picture was searched, and which were not and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.search.preview import CropView
from app.ui.search.query import Query, others
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Card, Glyph
from app.ui.widgets.text import ElidedLabel, Label

# More than these are behind a link: a group photo has dozens.
_SHOWN = 3


class _Row(QWidget):
    """A face that was not searched: crop, reason, fact, Search."""

    def __init__(self, theme: Theme, query: Query, index: int) -> None:
        super().__init__()
        self.setFixedHeight(48)
        crop = CropView(theme, 40)
        crop.set_image(query.faces[index].crop)
        reason, fact = query.why_not(index)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(ElidedLabel(theme, reason, weight=500))
        words.addWidget(ElidedLabel(theme, fact, role="label", weight=400, token="t3"))
        words.addStretch(1)
        key = str(index + 1) if index < 9 else ""
        self.button = Button(
            theme,
            "Search",
            variant=Variant.LINK,
            height=Size.CONTROL_SMALL,
            tooltip="Search with this face",
            shortcut_hint=key,
        )
        self.button.setAccessibleName(f"Search with face {index + 1}: {reason}, {fact}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(crop)
        row.addLayout(words, 1)
        row.addWidget(self.button)


class SearchedFaces(QWidget):
    """The searched face on a tinted card; the others below it."""

    picked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._query: Query | None = None
        self._all = False
        self.card = Card(theme, margins=(8, 8, 8, 8))
        self.card.set_tokens("tint", "tint")
        self.card.setFixedHeight(72)
        self._crop = CropView(theme, 56)
        self._title = Label(theme, "Searched face", weight=600)
        self._fact = ElidedLabel(theme, role="small", token="t2")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._fact)
        words.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self._crop)
        row.addLayout(words, 1)
        row.addWidget(Glyph(theme, "check-circle", token="accent_text", size=20))
        row.setSpacing(4)
        row.insertSpacing(1, 8)
        self.card.body.addLayout(row)
        self.head = Label(theme, "", weight=600)
        self.head.setFixedHeight(40)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.more = Button(theme, "", variant=Variant.LINK, height=Size.CONTROL_SMALL)
        self.more.clicked.connect(self._show_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.card)
        column.addSpacing(8)
        column.addWidget(self.head)
        column.addLayout(self._rows)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_query(None)

    def show_query(self, query: Query | None) -> None:
        if query is None or self._query is None or query.view is not self._query.view:
            self._all = False
        self._query = query
        self.setVisible(query is not None and bool(query.faces))
        self._clear()
        if query is None or query.face is None:
            return
        self._crop.set_image(query.face.crop)
        which = "Largest" if query.chosen == 0 else f"Face {query.chosen + 1}"
        which = "Only face" if len(query.faces) == 1 else which
        self._fact.setText(f"{which}, {query.size_of(query.chosen)}")
        self.card.setAccessibleName(f"Searched face: {self._fact.text()}")
        rest = others(query)
        self.head.setVisible(bool(rest))
        self.head.setText("1 face not searched" if len(rest) == 1 else f"{len(rest):,} faces not searched")
        shown = rest if self._all or len(rest) <= _SHOWN + 1 else rest[:_SHOWN]
        for index in shown:
            made = _Row(self.theme, query, index)
            made.button.clicked.connect(lambda _=False, face=index: self.picked.emit(face))
            self._rows.addWidget(made)
        self.more.setVisible(len(shown) < len(rest))
        self.more.setText(f"Show all {len(rest):,}")

    def _show_all(self) -> None:
        self._all = True
        self.show_query(self._query)

    def _clear(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
