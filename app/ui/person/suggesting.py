"""The card of suggestions: how many, the row, and the answers that settle several at once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.ui.person.facts import LINE, SURE, Suggestion
from app.ui.person.suggestions import CELL_HEIGHT, SuggestionList
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Card
from app.ui.widgets.grid import ImageStore
from app.ui.widgets.keycap import KeyCap
from app.ui.widgets.text import ElidedLabel, Label

_NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
_HINTS_FROM = 720  # width of the card from which the keys have room


class SuggestionCard(Card):
    """Hidden while there is nothing to ask."""

    confirm_all = Signal(list)
    """Rows of faces."""
    reject_all = Signal(list)

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme)
        self.title = Label(theme, weight=600)
        self.question = ElidedLabel(theme, token="t2")
        self.below = Label(theme, role="small", token="t2")
        small = Size.CONTROL_SMALL
        self.reject = Button(theme, "Reject the rest", variant=Variant.QUIET, height=small)
        self.confirm = Button(theme, "Confirm", variant=Variant.PRIMARY, icon="checks", height=small)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title)
        row.addWidget(self.question, 1)
        for part in (self.below, self.reject, self.confirm):
            row.addWidget(part)
        self.list = SuggestionList(theme, images)
        self.hints = _Hints(theme)
        strip = QHBoxLayout()
        strip.setSpacing(0)
        strip.addWidget(self.list, 1000)
        strip.addWidget(self.hints)
        strip.addStretch(1)
        self.body.addLayout(row)
        self.body.addLayout(strip)
        self.confirm.clicked.connect(lambda: self.confirm_all.emit(self._sure()))
        self.reject.clicked.connect(lambda: self.reject_all.emit(self._rest()))
        self.list.model().modelReset.connect(self._count)
        self.hide()

    def show_for(self, name: str, found: Sequence[Suggestion]) -> None:
        self.question.setText(f"Is this {name}?")
        self.list.show_suggestions(found)

    def _sure(self) -> list[int]:
        return [one.face_pk for one in self.list.suggestions() if one.similarity >= SURE]

    def _rest(self) -> list[int]:
        return [one.face_pk for one in self.list.suggestions() if one.similarity < SURE]

    def _count(self) -> None:
        found = self.list.suggestions()
        sure, rest = len(self._sure()), len(self._rest())
        below = sum(one.similarity < LINE for one in found)
        self.title.setText(f"{len(found):,} suggestion" if len(found) == 1 else f"{len(found):,} suggestions")
        number = _NUMBERS[below] if below < len(_NUMBERS) else f"{below:,}"
        self.below.setText(f"{number} {'is' if below == 1 else 'are'} below {LINE:g}")
        self.below.setVisible(below > 0)
        self.confirm.setVisible(sure > 0)
        self.confirm.setText(f"Confirm {sure:,} at {SURE:g} or more")
        self.confirm.setToolTip(f"Confirm the {sure:,} most similar faces")
        self.reject.setVisible(rest > 0)
        self.reject.setText("Reject the rest" if sure else "Reject all")
        self.reject.setToolTip(f"Reject the {rest:,} below {SURE:g}: they are not asked again")
        self.setVisible(bool(found))
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= _HINTS_FROM
        self.hints.setVisible(wide)
        self.question.setVisible(event.size().width() >= 620)


class _Hints(QWidget):
    """The three keys, at the foot of the row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 0, 0, 0)
        grid.setSpacing(8)
        grid.setRowStretch(0, 1)
        for row, (key, words) in enumerate((("Enter", "Confirm"), ("Del", "Reject"), ("U", "Undo")), 1):
            cap = QHBoxLayout()
            cap.addWidget(KeyCap(theme, key))
            cap.addSpacing(8)
            cap.addWidget(Label(theme, words, role="small", token="t2"))
            cap.addStretch(1)
            grid.addLayout(cap, row, 0)
        self.setFixedHeight(CELL_HEIGHT)
