"""Alt alone opens the menu: pressed and let go with nothing in between."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget


class AltKey(QObject):
    """Watches the application's keys only between the press and the release of Alt."""

    def __init__(self, window: QWidget, opened: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._opened, self._alone = window, opened, False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Alt and not event.modifiers() & ~Qt.KeyboardModifier.AltModifier:
                self._watch(True)
            else:
                self._watch(False)
        elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.WindowDeactivate):
            self._watch(False)
        elif kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent) and self._alone:
            self._watch(False)
            if event.key() == Qt.Key.Key_Alt and self._window.isActiveWindow():
                self._opened()
        return False

    def _watch(self, alone: bool) -> None:
        application = QApplication.instance()
        if alone == self._alone or application is None:
            return
        self._alone = alone
        if alone:
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)
