"""The page: one column of cards. Everything is saved the moment it is chosen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.records import ChangeSet
from app.rekognition.endpoint.service import EndpointService
from app.services import computing
from app.services.library_care import LibraryCare
from app.services.workbench import Workbench
from app.settings.settings import SettingsStore
from app.ui.controller import PageHost, TaskRunner
from app.ui.settings.about import About
from app.ui.settings.buckets import BucketsSection
from app.ui.settings.choices import Appearance, Computing, Searching
from app.ui.settings.endpoint import EndpointSection
from app.ui.settings.keys import KeysSection
from app.ui.settings.library import LibrarySection
from app.ui.settings.packs import PacksSection
from app.ui.settings.store import Chosen
from app.ui.widgets.header import Header
from app.ui.widgets.scroll import column_of_cards

_WIDTH = 640


class SettingsPage(QWidget):
    """Connect `library_asked` to what opens libraries."""

    key = "settings"
    library_asked = Signal(object)
    """The folder (Path) of another library to open; None to ask for one."""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        settings_store: SettingsStore,
        bench: Workbench,
        endpoint: EndpointService,
    ) -> None:
        super().__init__()
        self._host, self._tasks, self._bench = host, tasks, bench
        theme = host.theme
        self.chosen = Chosen(host, settings_store, self)
        self.appearance = Appearance(host, self.chosen)
        self.matching = Searching(theme, self.chosen)
        self.computing = Computing(theme, self.chosen, computing.providers(), computing.cores())
        self.library = LibrarySection(
            host, tasks, LibraryCare(bench.library), bench.photos, bench.collections
        )
        self.packs = PacksSection(host, tasks, bench.celebrities, bench.jobs)
        self.endpoint = EndpointSection(host, self.chosen, endpoint)
        self.keys = KeysSection(host, tasks, endpoint)
        self.buckets = BucketsSection(host, tasks, bench.buckets)
        self.about = About(host, tasks)
        self.library.library_asked.connect(self.library_asked)
        self._sections = [
            self.appearance,
            self.matching,
            self.computing,
            self.endpoint,
            self.keys,
            self.buckets,
            self.packs,
            self.library,
            self.about,
        ]
        self._scroll = column_of_cards(self._sections, _WIDTH)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(Header(theme, "Settings"))
        page.addWidget(self._scroll, 1)

    def activate(self, **_params: Any) -> None:
        self.library.show_recent(self.chosen.current.recent_libraries)
        self.library.refresh()
        self.packs.refresh()
        self.endpoint.activate()
        self.keys.refresh()
        self.buckets.refresh()
        self._tasks.run(
            computing.in_use,
            self._bench.engine,
            done=self.computing.show_running,
            failed=self._host.show_error,
        )
        self._tasks.run(computing.models, done=self.about.show_models, failed=self._host.show_error)
        self.appearance.mode.setFocus()

    def deactivate(self) -> None:
        self.endpoint.deactivate()
        self.keys.close_secret()

    def apply_changes(self, changes: ChangeSet) -> None:
        """Nothing here shows rows of the library."""

    def regions(self) -> list[QWidget]:
        return [*self._sections]
