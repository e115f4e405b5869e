"""The list of changes: its headings are passed over by every key."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QListView

_Move = QAbstractItemView.CursorAction


class ChangeList(QListView):
    """A QListView whose Home and Page Up reach the first row although a heading stands above it."""

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setAccessibleName("Changes")

    def moveCursor(self, action: _Move, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        found = super().moveCursor(action, modifiers)
        # Qt goes to row 0, finds that it cannot be chosen, and stays where it is.
        stuck = not _can_be_chosen(found) or found == self.currentIndex()
        if action != _Move.MoveHome and not (action == _Move.MovePageUp and stuck):
            return found
        rows = (self.model().index(row, 0) for row in range(self.model().rowCount()))
        first = next(filter(_can_be_chosen, rows), found)
        self.scrollToTop()
        return first


def _can_be_chosen(index: QModelIndex) -> bool:
    return index.isValid() and bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
