"""The context menu of the results."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from app.ui.search.outcome import Kind

if TYPE_CHECKING:
    from app.ui.search.page import SearchPage


def show_menu(page: SearchPage, where: QPoint) -> None:
    """At `where` on the screen, for what is selected."""
    ids = page.results.grid.selected_ids()
    if not ids:
        return
    entries: list[tuple[str, Callable[[], object]]] = [("Open\tReturn", lambda: page.open(ids[0]))]
    if ids[0][0] == Kind.FACES:
        entries += [
            ("Name…\tN", page.results.bar.ask_name),
            ("Not this person\tX", page.acts.not_this),
        ]
        if len(ids) == 1:
            entries += [
                ("Compare with…\tC", lambda: page.use("compare")),
                ("Search with this face\tS", lambda: page.use("search")),
            ]
    menu = QMenu(page)
    for text, act in entries:
        menu.addAction(text).triggered.connect(partial(_call, act))
    menu.exec(where)
    menu.deleteLater()


def _call(act: Callable[[], object], *_: object) -> None:
    act()
