"""The context menu of cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.people.roster import Card


class CardActs(Protocol):
    """What the page can do with its selection."""

    @property
    def grid(self) -> QWidget: ...

    def open_selected(self) -> None: ...

    def rename(self) -> None: ...

    def merge(self) -> None: ...

    def hide_selected(self) -> None: ...

    def remove(self) -> None: ...


def card_menu(page: CardActs, cards: Sequence[Card], target: Card | None) -> QMenu:
    """The acts that fit these cards. `target` is whom they would merge into."""
    menu = QMenu(page.grid)
    people = [card for card in cards if card.user is not None]
    single = cards[0] if len(cards) == 1 else None

    def add(text: str, keys: str, act: object) -> QAction:
        action = menu.addAction(f"{text}\t{keys}")
        action.triggered.connect(act)
        return action

    if single is not None and people:
        add("Open", "Return", page.open_selected)
    if single is not None:
        add("Rename" if people else "Name…", "N", page.rename)
    if single is not None and people:
        add("Merge…", "M", page.merge)
    elif target is not None:
        add(f"Merge into {target.name}".replace("&", "&&"), "M", page.merge)
    hidden = bool(people) and people[0].user is not None and people[0].user.hidden
    faces = "Hide these faces" if not people else "Hide"
    add("Show again" if hidden else faces, "H", page.hide_selected)
    if people:
        menu.addSeparator()
        names = people[0].name if len(people) == 1 else f"{len(people):,} people"
        add(f"Delete {names}".replace("&", "&&"), "Del", page.remove)
    return menu
