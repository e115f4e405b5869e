"""A widget that takes pictures and faces dropped anywhere on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class PictureTarget(QWidget):
    """`takes` judges a drag, `take` is given the drop; `drag_active` says when one is over the widget."""

    drag_active = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.takes: Callable[[QMimeData], bool] = lambda _mime: False
        self.take: Callable[[QMimeData], bool] = lambda _mime: False
        self.own_source: QWidget | None = None
        """What is dragged out of this one counts only once it has left it."""
        self.setAcceptDrops(True)

    def _welcome(self, event: QDropEvent) -> bool:
        own = self.own_source
        if own is not None and event.source() is own:
            inside = own.rect().contains(own.mapFrom(self, event.position().toPoint()))
            if inside:
                return False
        return self.takes(event.mimeData())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self.takes(event.mimeData()):
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.drag_active.emit(self._welcome(event))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        welcome = self._welcome(event)
        self.drag_active.emit(welcome)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(welcome)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drag_active.emit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.drag_active.emit(False)
        if self._welcome(event) and self.take(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
