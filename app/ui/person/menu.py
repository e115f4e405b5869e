"""The context menu of selected faces."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QMenu, QWidget


class FaceActs(Protocol):
    """What the page can do with its selection."""

    @property
    def grid(self) -> QWidget: ...

    def open_selected(self) -> None: ...

    def cover_selected(self) -> None: ...

    def reject_selected(self) -> None: ...

    def move_selected(self) -> None: ...

    def remove_selected(self) -> None: ...


def faces_menu(page: FaceActs, count: int) -> QMenu:
    """The acts that fit `count` selected faces."""
    menu = QMenu(page.grid)
    if count == 1:
        menu.addAction("Open the photo\tReturn", page.open_selected)
        menu.addAction("Use as cover", page.cover_selected)
    menu.addAction("Not this person\tX", page.reject_selected)
    menu.addAction("Someone else…\tN", page.move_selected)
    menu.addSeparator()
    what = "this face" if count == 1 else f"{count:,} faces"
    menu.addAction(f"Delete {what}\tDel", page.remove_selected)
    return menu
