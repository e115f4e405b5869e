"""Runs the window: one library after the other, until the person is done."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox

from app.domain.errors import LikenessError
from app.services.workbench import Workbench
from app.settings.settings import SettingsError, SettingsStore
from app.ui.program import LibraryWindow, application
from app.ui.theme import Theme, ThemeMode
from app.ui.widgets.focus import FocusRing

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService

_log = logging.getLogger(__name__)


class Program:
    """The application and the window in force."""

    def __init__(
        self,
        folder: Path,
        store: SettingsStore,
        state_file: Path,
        open_workbench: Callable[[Path], Workbench],
        fill_demo: Callable[[Workbench], int],
        open_endpoint: Callable[[Workbench], EndpointService],
        *,
        with_demo: bool = False,
    ) -> None:
        """`with_demo` fills the library with the demo's pictures, and it is not remembered."""
        self._folder, self._with_demo, self._store = folder, with_demo, store
        self._state_file, self._open_workbench, self._fill_demo = state_file, open_workbench, fill_demo
        self._open_endpoint = open_endpoint
        self._application = application(sys.argv[:1])
        current = store.current
        self._theme = Theme(self._application, ThemeMode(current.theme), current.reduce_motion)
        self._ring = FocusRing(self._application, self._theme)
        self._window: LibraryWindow | None = None

    def run(self) -> int:
        """Until the last window is closed; the exit status."""
        try:
            self._open(self._folder)
        except LikenessError as error:
            QMessageBox.critical(None, "Likeness", str(error))
            return 1
        return self._application.exec()

    def _open(self, folder: Path) -> None:
        bench = self._open_workbench(folder)
        state = QSettings(str(self._state_file), QSettings.Format.IniFormat)
        shown = LibraryWindow(self._theme, bench, self._store, state, self._fill_demo, self._open_endpoint)
        shown.library_asked.connect(self._switch)
        previous, self._window = self._window, shown
        shown.show()
        if previous is not None:
            previous.window.close()
            previous.window.deleteLater()
            previous.deleteLater()
        if self._with_demo and previous is None:
            shown.fill_demo()
        elif not self._with_demo:
            self._remember(folder)
        if self._store.problem:
            shown.host.toast(self._store.problem)

    def _switch(self, folder: Path) -> None:
        """Open another library; the old one stays when the new one cannot be opened."""
        if folder.absolute() == self._folder.absolute() and self._window is not None:
            self._window.host.toast("This library is open already.")
            return
        try:
            self._open(folder)
            self._folder = folder
        except LikenessError as error:
            if self._window is not None:
                self._window.host.show_error(error)

    def _remember(self, folder: Path) -> None:
        try:
            self._store.save(self._store.current.with_recent(folder))
        except SettingsError as error:
            _log.warning("%s", error)
