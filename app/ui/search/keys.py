"""The keys of the page: what they do, and how F1 lists them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ui.search.outcome import Kind
from app.ui.shell.keymap import KeyGroup

if TYPE_CHECKING:
    from app.ui.search.page import SearchPage

_STEP = 16
KEYS = (
    KeyGroup(
        "Search",
        (
            ("[ / ]", "Threshold down, up, with Shift by 5"),
            ("1 … 9", "Search with that face of the picture"),
            ("F / P / O", "Faces, people, photos"),
            ("Ctrl V", "Search with the picture on the clipboard"),
            ("Ctrl S", "Save the search, open a saved one"),
            ("Ctrl I", "Request and response beside the results"),
            ("Ctrl Shift C", "Copy them"),
        ),
    ),
    KeyGroup(
        "Results",
        (
            ("← → ↑ ↓", "Move, with Shift extend"),
            ("Space", "Select or deselect"),
            ("Enter", "Open the photo or the person"),
            ("N / F2", "Name"),
            ("X", "Not this person"),
            ("C / S", "Compare with, search with"),
            ("Ctrl + / -", "Larger, smaller cells"),
        ),
    ),
)


def add_keys(page: SearchPage) -> None:
    """Letters act while the keyboard is on the page and not in a field."""
    threshold, grid, acts = page.panel.threshold, page.results.grid, page.acts
    larger = partial(_resize, page, _STEP)
    keys: list[tuple[str, Callable[[], object], QWidget]] = [
        ("[", partial(threshold.step, -1.0), page),
        ("]", partial(threshold.step, 1.0), page),
        *((key, partial(threshold.step, -5.0), page) for key in ("Shift+[", "{")),
        *((key, partial(threshold.step, 5.0), page) for key in ("Shift+]", "}")),
        *((str(number + 1), partial(page.pick, number), page) for number in range(9)),
        ("F", partial(page.set_kind, Kind.FACES), page),
        ("P", partial(page.set_kind, Kind.PEOPLE), page),
        ("O", partial(page.set_kind, Kind.PHOTOS), page),
        ("Ctrl+S", page.ask_save, page),
        ("Ctrl+Shift+C", page.asking.copy, page),
        ("Ctrl+I", page.asking.drawer.toggle, page),
        ("N", page.results.bar.ask_name, page),
        ("F2", page.results.bar.ask_name, page),
        ("X", acts.not_this, grid),
        ("C", partial(page.use, "compare"), grid),
        ("S", partial(page.use, "search"), grid),
        ("Ctrl++", larger, page),
        ("Ctrl+=", larger, page),
        ("Ctrl+-", partial(_resize, page, -_STEP), page),
    ]
    for sequence, act, owner in keys:
        shortcut = QShortcut(QKeySequence(sequence), owner)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(partial(_call, act))


def _resize(page: SearchPage, by: int) -> None:
    page.results.grid.set_cell_side(page.results.grid.cell_side() + by)


def _call(act: Callable[[], object]) -> None:
    act()
