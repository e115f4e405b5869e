"""The cards as the grid's model, and what drags of them carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.canvas.mime import FACES_MIME, faces_mime
from app.ui.controller.pictures import face_key
from app.ui.people.roster import Card, CardKey
from app.ui.widgets.grid import CellContent, IdListModel

_Index = QModelIndex | QPersistentModelIndex

PEOPLE_MIME = "application/x-likeness-people"
"""Rows of people (`user_pk`), decimal, separated by spaces."""


def dragged_people(data: QMimeData) -> list[int]:
    """The rows of the people that a drag carries; empty when it carries none."""
    text = bytes(data.data(PEOPLE_MIME).data()).decode("ascii", "replace")
    return [int(word) for word in text.split() if word.isdecimal()]


class PeopleModel(IdListModel):
    """Cards by key. All of them are known at once: people are few beside photos and faces."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent, keep=1 << 30)
        self._cards: dict[CardKey, Card] = {}

    def show(self, cards: Sequence[Card]) -> None:
        """Replace what is shown; cards that stay keep their place in the selection."""
        old = self._cards
        self._cards = {card.key: card for card in cards}
        self.set_ids([card.key for card in cards])
        self.provide(
            {
                card.key: content_of(card)
                for row, card in enumerate(cards)
                if old.get(card.key) != card or self.cell(row) is None
            }
        )

    def card(self, key: CardKey) -> Card | None:
        return self._cards.get(key)

    def card_at(self, row: int) -> Card | None:
        return self._cards.get(self.id_at(row)) if 0 <= row < self.rowCount() else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def mimeData(self, indexes: Sequence[Any]) -> QMimeData:
        """People as people; groups without a name as their faces."""
        cards = [self.card_at(index.row()) for index in indexes]
        faces = [face for card in cards if card is not None for face in card.faces]
        people = [card.user.id for card in cards if card is not None and card.user is not None]
        mime = faces_mime(faces) if faces else QMimeData()
        if people:
            mime.setData(PEOPLE_MIME, " ".join(map(str, people)).encode("ascii"))
        return mime


def carries_people_or_faces(data: QMimeData) -> bool:
    return data.hasFormat(PEOPLE_MIME) or data.hasFormat(FACES_MIME)


def content_of(card: Card) -> CellContent:
    """What the grid paints and reads out."""
    name = card.name or "Not named"
    return CellContent(
        name=f"{name}, {card.caption}",
        image=None if card.cover is None else face_key(card.cover),
        caption=card.caption,
        dot=card.color,
        tooltip=name if card.name else "Not named: alike faces. Press N to name them.",
        subject=card,
    )
