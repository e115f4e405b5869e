"""The page's keys and the menu of a face."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from app.ui.canvas.tools import Tool
from app.ui.photo.state import PhotoState

if TYPE_CHECKING:
    from app.ui.photo.page import PhotoPage


def add_shortcuts(page: PhotoPage) -> None:
    """Keys of the whole page. On a selected face the canvas takes letters and arrows first; with
    Alt+Shift the letters always act."""
    canvas, header = page.canvas, page.header
    letters: dict[str, Callable[[], object]] = {
        "V": lambda: canvas.set_tool(Tool.SELECT),
        "D": lambda: canvas.set_tool(Tool.DRAW),
        "H": lambda: canvas.set_tool(Tool.PAN),
        "B": header.boxes.toggle,
        "N": header.names.toggle,
        "L": header.layers.step,
    }
    for letter, act in letters.items():
        _key(page, act, letter, f"Alt+Shift+{letter}")
    _key(page, lambda: page.step(-1), "Left")
    _key(page, lambda: page.step(1), "Right")
    _key(page, page.go_back, "Escape")
    _key(page, canvas.fit, "0")
    _key(page, lambda: canvas.zoom_to(1.0, animated=True), "1")
    _key(page, canvas.zoom_in, "+", "=")
    _key(page, canvas.zoom_out, "-")
    _key(page, header.inspector.toggle, "Ctrl+I")
    _key(page, page.copy_json, "Ctrl+Shift+C")


def _key(page: PhotoPage, act: Callable[[], object], *keys: str) -> None:
    for key in keys:
        shortcut = QShortcut(QKeySequence(key), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: act() and None)


def face_menu(page: PhotoPage, state: PhotoState | None, face_pk: int | None) -> QMenu:
    """What can be done with a face, or with the picture where there is none."""
    menu = QMenu(page)
    view = state.face(face_pk) if state else None
    if view is None or state is None:
        menu.addAction("Draw a missed face", lambda: page.canvas.set_tool(Tool.DRAW)).setShortcut("D")
        menu.addAction("Show the whole picture", page.canvas.fit).setShortcut("0")
        menu.addAction("Turn clockwise", lambda: page.turn(90))
        menu.addAction("Turn counterclockwise", lambda: page.turn(270))
        menu.addAction("Copy as JSON", page.copy_json).setShortcut("Ctrl+Shift+C")
        return menu
    key = view.face.id
    menu.addAction("Name…", lambda: page.begin_name(key, "")).setShortcut("F2")
    suggestion = state.suggestions.get(key)
    if suggestion is not None:
        user = suggestion.user
        menu.addAction(f"Yes, {user.display_name}", lambda: page.acts.confirm(key, user.id))
        menu.addAction(f"Not {user.display_name}", lambda: page.acts.reject(key, user.id))
    if view.user is not None:
        person = view.user
        menu.addAction(f"Show {person.display_name}", lambda: page.navigate_to_person(person.id))
        menu.addAction(f"Not {person.display_name}", lambda: page.acts.reject(key, person.id))
        menu.addAction("Remove the name", lambda: page.acts.unassign(key))
    menu.addSeparator()
    menu.addAction("Find this face", lambda: page.navigate_with_face("search", key))
    menu.addAction("Compare with…", lambda: page.navigate_with_face("compare", key))
    menu.addSeparator()
    menu.addAction("Remove this face", lambda: page.acts.delete(key)).setShortcut("Delete")
    return menu
