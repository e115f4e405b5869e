"""Runs the window: one library after the other, until the person is done."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

# onnxruntime before Qt: on Windows the two bring clashing runtime libraries, and the first one wins.
import onnxruntime  # noqa: F401  isort: skip

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox

from app.bootstrap import demo
from app.bootstrap.workbench import open_workbench
from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.settings import paths
from app.settings.settings import SettingsError, SettingsStore
from app.ui.program import LibraryWindow, application
from app.ui.theme import Theme, ThemeMode

_log = logging.getLogger(__name__)


def run_window(folder: Path | None, with_demo: bool = False) -> int:
    """Open the window on a library (the default one without `folder`); the exit status."""
    if not with_demo:
        return _Program(folder or paths.default_library()).run()
    with tempfile.TemporaryDirectory(prefix="likeness-demo-", ignore_cleanup_errors=True) as temporary:
        return _Program(Path(temporary) / "Demo library", with_demo=True).run()


class _Program:
    """The application and the window in force."""

    def __init__(self, folder: Path, with_demo: bool = False) -> None:
        self._folder, self._with_demo = folder, with_demo
        self._application = application(sys.argv[:1])
        self._store = SettingsStore(paths.settings_file())
        current = self._store.current
        self._theme = Theme(self._application, ThemeMode(current.theme), current.reduce_motion)
        self._window: LibraryWindow | None = None

    def run(self) -> int:
        try:
            self._open(self._folder)
        except LikenessError as error:
            QMessageBox.critical(None, "Likeness", str(error))
            return 1
        return self._application.exec()

    def _open(self, folder: Path) -> None:
        bench = open_workbench(folder, Origin.WINDOW, self._store.current)
        path = paths.window_state_file()
        state = QSettings(str(path), QSettings.Format.IniFormat)
        shown = LibraryWindow(self._theme, bench, self._store, state, demo.fill)
        shown.library_asked.connect(self._switch)
        previous, self._window = self._window, shown
        shown.show()
        if previous is not None:
            previous.window.close()
            previous.deleteLater()
        if self._with_demo and previous is None:
            shown.fill_demo()
        elif not self._with_demo:
            self._remember(folder)
        if self._store.problem:
            shown.host.toast(self._store.problem)

    def _switch(self, folder: Path) -> None:
        """Open another library; the old one stays when the new one cannot be opened."""
        try:
            self._open(folder)
        except LikenessError as error:
            if self._window is not None:
                self._window.host.show_error(error)

    def _remember(self, folder: Path) -> None:
        try:
            self._store.save(self._store.current.with_recent(folder))
        except SettingsError as error:
            _log.warning("%s", error)
