"""Settings that are saved the moment they are chosen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from app.settings.settings import Settings, SettingsError, SettingsStore
from app.ui.controller import PageHost


class Chosen(QObject):
    """Over the SettingsStore: `choose` saves at once and says so when that failed."""

    changed = Signal()

    def __init__(self, host: PageHost, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host, self._store = host, store

    @property
    def current(self) -> Settings:
        return self._store.current

    def choose(self, **values: Any) -> None:
        """What was chosen holds for this run even where the file cannot be written."""
        wanted = self._store.current.changed(**values)
        if wanted == self._store.current:
            return
        try:
            self._store.save(wanted)
        except SettingsError as error:
            self._host.show_error(error)
        self.changed.emit()
