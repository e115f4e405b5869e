"""The grid of cards: a click on a name that is missing begins to write it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView

from app.ui.canvas.mime import dragged_faces
from app.ui.people.delegate import CardDelegate, name_rect
from app.ui.people.model import PeopleModel, dragged_people
from app.ui.people.roster import Card
from app.ui.theme import Size
from app.ui.widgets.grid import GridView


class PeopleGrid(GridView):
    """Cards that can be dropped on each other, take faces, and are named in place."""

    named = Signal(object, str)
    """(Card, name typed)"""
    edit_ended = Signal()

    def __init__(self, theme: Any, delegate: CardDelegate, images: Any, model: PeopleModel) -> None:
        super().__init__(theme, delegate, images, side=Size.CARD, top=16)
        self._cards_delegate, self._cards_model = delegate, model
        self.setModel(model)
        self.setAccessibleName("People")
        self.can_drop = self._takes
        delegate.named.connect(self._named)
        delegate.edit_ended.connect(self.edit_ended)

    @property
    def editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def edit_name(self, row: int) -> None:
        """Write the name of a card where it stands."""
        if 0 <= row < self.count():
            self.set_current_row(row)
            self.edit(self.model().index(row, 0))

    def selected_cards(self) -> list[Card]:
        cards = [self._cards_model.card_at(row) for row in self.selected_rows()]
        return [card for card in cards if card is not None]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        row = self._pressed
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or event.modifiers() or row < 0:
            return
        card = self._cards_model.card_at(row)
        if card is not None and not card.name and name_rect(self.cell_rect(row)).contains(point):
            self.edit_name(row)

    def _takes(self, mime: QMimeData, row: int) -> bool:
        target = self._cards_model.card_at(row)
        if target is None:
            return False
        people, faces = dragged_people(mime), dragged_faces(mime)
        if target.user is None:
            # A group takes its name from the one person that is dropped on it.
            takes, words = len(people) == 1 and not faces, "Drop to name"
        else:
            others = [pk for pk in people if pk != target.user.id]
            takes, words = bool(others or faces), "Drop to merge" if others else "Drop to add"
            takes = takes and not (people and not others)
        self._cards_delegate.drop_words = words
        return takes

    def _named(self, key: Any, name: str) -> None:
        card = self._cards_model.card(key)
        if card is not None and name != card.name:
            self.named.emit(card, name)
