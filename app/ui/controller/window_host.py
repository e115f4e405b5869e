"""The window as its pages see it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.domain.errors import LikenessError
from app.domain.records import Change, ChangeKind
from app.ui.shell import MainWindow
from app.ui.theme import Theme
from app.ui.widgets.grid import ImageStore
from app.ui.widgets.toast import ToastMessage

_log = logging.getLogger(__name__)


class WindowHost:
    """A PageHost over the shell; the controller fills in what the `on_...` do."""

    def __init__(self, window: MainWindow, theme: Theme, images: ImageStore) -> None:
        self.theme = theme
        self.images = images
        self._window = window
        self._collection: tuple[int, str] | None = None
        self.on_add_photos: Callable[[], None] = lambda: None
        self.on_navigate: Callable[[str, int | None, dict[str, Any]], None] = lambda *_: None
        self.on_undo: Callable[[int], None] = lambda _change: None

    @property
    def collection_pk(self) -> int | None:
        return self._collection[0] if self._collection else None

    @property
    def collection_name(self) -> str:
        return self._collection[1] if self._collection else ""

    def set_collection(self, pk: int | None, name: str) -> None:
        self._collection = None if pk is None else (pk, name)

    def add_photos(self) -> None:
        self.on_add_photos()

    def toast(self, text: str, undo: int | None = None) -> None:
        if undo is None:
            self._window.toast(ToastMessage(text, icon="info"))
            return
        self._offer(text, undo, "Undo", "Ctrl+Z")

    def tell(self, change: Change) -> None:
        """Say what a change did and offer the way back, which is Redo after an undo."""
        if change.kind is ChangeKind.UNDO:
            self._offer(change.summary, change.id, "Redo", "Ctrl+Shift+Z")
        else:
            self._offer(change.summary, change.id, "Undo", "Ctrl+Z")

    def _offer(self, text: str, change_pk: int, way_back: str, key: str) -> None:
        self._window.toast(
            ToastMessage(
                text, action_text=way_back, action=lambda: self.on_undo(change_pk), shortcut_hint=key
            )
        )

    def show_error(self, error: Exception) -> None:
        if isinstance(error, LikenessError):
            text = str(error)
        else:
            _log.error("unexpected error", exc_info=error)
            text = "That did not work: an error in the program. What was there is kept; the log has details."
        self._window.toast(ToastMessage(text, icon="warning-circle", danger=True))

    def navigate(self, page_key: str, **params: Any) -> None:
        self.on_navigate(page_key, params.pop("collection_pk", None), params)

    def reveal(self, paths: Sequence[Path]) -> None:
        there = next((path for path in paths if path.exists()), None)
        if there is None:
            self.toast("The file is not where it was. Is its drive connected?")
        elif sys.platform == "darwin":
            subprocess.Popen(["open", "-R", str(there)])
        elif sys.platform == "win32":
            subprocess.Popen(["explorer", "/select,", str(there)])
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(there.parent)))
