"""The window over one library: theme, shell, pages and controller put together, and taken apart."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.rekognition.snippets import Where
from app.services.workbench import Workbench
from app.settings.settings import SettingsStore
from app.ui.controller.alarms import AlarmNotices
from app.ui.controller.pictures import PictureLoader
from app.ui.controller.remembered import Remembered
from app.ui.controller.tasks import TaskRunner
from app.ui.controller.window import WindowController
from app.ui.controller.window_host import WindowHost
from app.ui.garbage import GarbageCollector
from app.ui.shell import EmptyLibrary, MainWindow, PageSpec
from app.ui.theme import Theme
from app.ui.widgets.grid import ImageStore

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService

Factory = Callable[[], QWidget]


class LibraryWindow(QObject):
    """A shown window over a workbench. It owns both: closing the window closes the library."""

    closed = Signal()
    library_asked = Signal(object)
    """The folder (Path) of another library that the person wants to open instead."""

    def __init__(
        self,
        theme: Theme,
        bench: Workbench,
        settings: SettingsStore,
        state: QSettings | None,
        fill_demo: Callable[[Workbench], int],
        open_endpoint: Callable[[Workbench], EndpointService],
    ) -> None:
        """`open_endpoint` gives the library's endpoint, off; it is asked once, when that is needed."""
        super().__init__()
        self._open_endpoint = open_endpoint
        self._endpoint: EndpointService | None = None
        self._bench, self._fill_demo, self._settings = bench, fill_demo, settings
        self._remembered = Remembered(state, bench.library.folder)
        self.tasks = TaskRunner(threads=4)
        self.images = ImageStore(PictureLoader(bench.photos, bench.faces))
        self.window = MainWindow(theme, state)
        self.host = WindowHost(self.window, theme, self.images)
        for spec in self._pages():
            self.window.register(spec)
        self.controller = WindowController(
            self.window, self.host, self.tasks, bench, lambda: settings.current.describe
        )
        self.controller.library_asked.connect(self._ask_library)
        self._alarms = AlarmNotices(self.host, self.window, bench.alarms)
        self.window.closing.connect(self.close)
        self._open = True

    def show(self) -> None:
        self.window.show()
        self.controller.start(*self._remembered.read())
        chosen = self._settings.current
        if chosen.endpoint_on:
            self.endpoint().switch(True, chosen.endpoint_port)

    def endpoint(self) -> EndpointService:
        if self._endpoint is None:
            self._endpoint = self._open_endpoint(self._bench)
        return self._endpoint

    def fill_demo(self) -> None:
        """Index the demo's pictures into this library, off the window's thread."""

        def done(pk: int) -> None:
            self.controller.refresh(lambda: self.controller.show_page("photos", pk))

        self.tasks.run(self._fill_demo, self._bench, done=done, failed=self.host.show_error)

    def close(self) -> None:
        """Stop everything and join its threads; the jobs can be resumed."""
        if not self._open:
            return
        self._open = False
        self._remembered.write(self.window.current_key, self.host.collection_pk)
        for page in self.window.built_pages().values():
            if hasattr(page, "deactivate"):
                page.deactivate()
        if self._endpoint is not None:
            self._endpoint.close()
        self._alarms.close()
        self.controller.close()
        self.tasks.close()
        self.images.close()
        self._bench.close()
        self.closed.emit()

    def _ask_library(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self.window, "Open a library, or choose a folder for a new one"
        )
        if folder:
            self.library_asked.emit(Path(folder))

    def _open_library(self, folder: Path | None) -> None:
        if folder is None:
            self._ask_library()
        else:
            self.library_asked.emit(folder)

    def _pages(self) -> list[PageSpec]:
        return [
            PageSpec("empty", "", "", self._empty),
            PageSpec("photos", "Photos", "image-square", self._photos),
            PageSpec("photo", "Photo", "image-square", self._photo),
            PageSpec("faces", "Faces", "user-focus", self._faces),
            PageSpec("people", "People", "users", self._people),
            PageSpec("person", "Person", "user", self._person),
            PageSpec("compare", "Compare", "arrows-left-right", self._compare),
            PageSpec("search", "Search", "magnifying-glass", self._search),
            PageSpec("analyse", "Analyse", "bounding-box", self._analyse),
            PageSpec("metrics", "Metrics", "chart-line-up", self._metrics),
            PageSpec("history", "History", "clock-counter-clockwise", self._history),
            PageSpec("models", "Models", "cube", self._models),
            PageSpec("settings", "Settings", "gear-six", self._settings_page),
        ]

    def _where(self) -> Where:
        """Whom the lines and snippets beside results are to ask."""
        bench = self._bench
        url = self._endpoint.status.url if self._endpoint is not None else ""
        buckets = tuple((each.name, each.folder) for each in bench.buckets.list())
        return Where(bench.library.folder.absolute(), url or None, buckets)

    # Pages are imported when they are first shown: the window paints sooner.

    def _empty(self) -> QWidget:
        page = EmptyLibrary(self.host.theme)
        intake = self.controller.intake
        page.choose_photos.connect(intake.ask_photos)
        page.choose_folder.connect(intake.ask_folder)
        page.paste_image.connect(self.window.commands.paste.trigger)
        page.open_demo.connect(self.fill_demo)
        return page

    def _photos(self) -> QWidget:
        from app.ui.photos.page import PhotosPage

        bench = self._bench
        return PhotosPage(self.host, self.tasks, bench.photos, bench.users, bench.describe)

    def _photo(self) -> QWidget:
        from app.ui.photo.page import PhotoPage

        bench = self._bench
        return PhotoPage(
            self.host,
            self.tasks,
            bench.photos,
            bench.faces,
            bench.users,
            bench.face_edits,
            bench.search,
            bench.ingest,
            bench.collections,
            bench.engine.contract,
            bench.describe,
            bench.celebrities,
            where=self._where,
        )

    def _faces(self) -> QWidget:
        from app.ui.faces.page import FacesPage

        bench = self._bench
        return FacesPage(
            self.host,
            self.tasks,
            bench.faces,
            bench.users,
            bench.search,
            bench.collections,
            bench.photos,
            bench.describe,
        )

    def _people(self) -> QWidget:
        from app.ui.people.page import PeoplePage

        return PeoplePage(self.host, self.tasks, self._bench.users, self._bench.faces, self._bench.search)

    def _person(self) -> QWidget:
        from app.ui.person.page import PersonPage

        bench = self._bench
        return PersonPage(
            self.host, self.tasks, bench.users, bench.faces, bench.photos, bench.search, bench.history
        )

    def _compare(self) -> QWidget:
        from app.ui.compare.page import ComparePage

        bench = self._bench
        engine = bench.engine
        return ComparePage(
            self.host,
            self.tasks,
            bench.compare,
            bench.photos,
            bench.faces,
            engine.scale,
            engine.contract,
            default_threshold=lambda: self._settings.current.threshold,
            where=self._where,
        )

    def _search(self) -> QWidget:
        from app.ui.search.page import SearchPage

        bench = self._bench
        return SearchPage(
            self.host,
            self.tasks,
            bench.search,
            bench.photos,
            bench.faces,
            bench.users,
            bench.collections,
            default_threshold=lambda: self._settings.current.threshold,
            where=self._where,
        )

    def _analyse(self) -> QWidget:
        from app.ui.analyse.page import AnalysePage

        bench = self._bench
        return AnalysePage(
            self.host,
            self.tasks,
            bench.describe,
            bench.photos,
            bench.faces,
            bench.celebrities,
            where=self._where,
        )

    def _metrics(self) -> QWidget:
        from app.ui.metrics.page import MetricsPage

        return MetricsPage(self.host, self.tasks, self._bench.metrics, self._bench.alarms)

    def _history(self) -> QWidget:
        from app.ui.history.page import HistoryPage

        bench = self._bench
        return HistoryPage(
            self.host, self.tasks, bench.history, bench.collections, bench.users, where=self._where
        )

    def _models(self) -> QWidget:
        from app.ui.models.page import ModelsPage

        return ModelsPage(self.host, self.tasks, self._bench.models, self._bench.jobs)

    def _settings_page(self) -> QWidget:
        from app.ui.settings.page import SettingsPage

        page = SettingsPage(self.host, self.tasks, self._settings, self._bench, self.endpoint())
        page.library_asked.connect(self._open_library)
        return page


# How long a thread keeps the interpreter while the window's waits for it. At Python's 5 ms a few busy
# workers, one after the other, hold up a frame.
SWITCH_S: Final = 0.0005


def application(arguments: list[str]) -> QApplication:
    """The one QApplication, named for the desktop."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    made = QApplication(arguments)
    made.setApplicationName("Likeness")
    made.setApplicationDisplayName("Likeness")
    made.setDesktopFileName("likeness")
    GarbageCollector(made)
    sys.setswitchinterval(SWITCH_S)
    return made
