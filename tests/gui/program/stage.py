"""The whole window over a small library of painted photos, for tests that use it as a person does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.bootstrap.workbench import open_workbench
from app.domain.records import Origin
from app.rekognition.access.secrets import FileSecrets
from app.rekognition.endpoint.service import EndpointService
from app.services.workbench import Workbench
from app.settings.settings import Settings, SettingsStore
from app.ui.program import LibraryWindow
from app.ui.theme import Theme
from app.ui.widgets.drop import url_of
from app.ui.widgets.grid import GridView
from tests.fakes import FakeEngine, Square, fake_describers, painted, person_color, save_image, shade

KEY, MOD = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT, NONE = MOD.ControlModifier, MOD.ShiftModifier, MOD.NoModifier
_TAKEN = 306  # EXIF's DateTime
_WAIT_MS = 10_000
_SOON_MS = 10


def face(person: int, steps: int = 0, *, left: int = 60, side: int = 120) -> Square:
    """A face of the person of that number, `steps` away from how they look otherwise."""
    return shade(person_color(person), steps), (left, 60, side)


def picture(folder: Path, name: str, *faces: Square, background: int, taken: str = "") -> Path:
    """A PNG; `taken` as "2015-03-01". Another background makes another photo of the same faces."""
    exif = Image.Exif()
    if taken:
        exif[_TAKEN] = datetime.fromisoformat(taken).strftime("%Y:%m:%d 12:00:00")
    return save_image(folder / name, painted(faces, background=background), exif=exif)


# Three photos of one person, one of another, one of both, one of nobody, one that is no picture.
PHOTOS: dict[str, tuple[tuple[Square, ...], str]] = {
    "ada-2015.png": ((face(0),), "2015-03-01"),
    "ada-2017.png": ((face(0, 2, side=90),), "2017-06-01"),
    "ada-small.png": ((face(0, 1, side=30),), "2017-06-02"),
    "bea.png": ((face(1, side=100),), "2019-09-09"),
    "both.png": ((face(0, 3), face(1, 2, left=300)), ""),
    "nobody.png": ((), "2019-09-10"),
}
BROKEN = "broken.png"


def furnish(folder: Path) -> None:
    """Paint the pictures and index them into the collection "Archive" of a new library."""
    pictures = folder / "pictures"
    pictures.mkdir()
    paths = [
        picture(pictures, name, *faces, background=100 + number, taken=taken)
        for number, (name, (faces, taken)) in enumerate(PHOTOS.items())
    ]
    broken = pictures / BROKEN
    broken.write_bytes(paths[0].read_bytes()[:60])
    bench = open_workbench(
        folder / "library", Origin.WINDOW, Settings(workers=2), FakeEngine(), fake_describers()
    )
    try:
        pk = bench.collections.create_named("Archive").id
        bench.ingest.run_to_end(bench.ingest.index_paths(pk, [*paths, broken]).id)
    finally:
        bench.close()


def endpoint_in(folder: Path) -> Callable[[Workbench], EndpointService]:
    """Opens the endpoint of a bench, with its secrets in `folder`: the account's keyring is left alone."""
    return lambda bench: EndpointService(bench, FileSecrets(folder / "secrets", folder / "secrets.key"))


class Stage:
    """A library in `folder` and the program's window over it."""

    def __init__(self, folder: Path, theme: Theme, template: Path | None = None) -> None:
        """`template` is a furnished folder to begin with; without one the library is empty."""
        self.folder, self.theme = folder, theme
        self.pictures = folder / "pictures"
        if template is not None:
            shutil.copytree(template / "library", folder / "library")
            self.pictures = template / "pictures"
        else:
            self.pictures.mkdir(exist_ok=True)
        self.demo_asked = 0
        self.engine: FakeEngine = FakeEngine()
        self.program: LibraryWindow | None = None

    def open(self, qtbot: Any, size: tuple[int, int] | None = (1280, 800)) -> LibraryWindow:
        """Show the window and wait until it has come to rest; `size` None leaves it as remembered."""
        bench = open_workbench(
            self.folder / "library", Origin.WINDOW, Settings(workers=2), self.engine, fake_describers()
        )
        store = SettingsStore(self.folder / "settings.json")
        state = QSettings(str(self.folder / "window.ini"), QSettings.Format.IniFormat)
        self.program = LibraryWindow(
            self.theme, bench, store, state, self._fill_demo, endpoint_in(self.folder)
        )
        # What a person's eyes do not need more often, a test need not wait for.
        self.program.controller._counting.setInterval(_SOON_MS)
        self.program.controller._bridge._timer.setInterval(_SOON_MS)
        self.program.controller._bridge._follow.setInterval(_SOON_MS)
        self.qtbot = qtbot
        if size is not None:
            self.program.window.resize(*size)
        self.program.show()
        qtbot.waitExposed(self.program.window)
        self.program.window.activateWindow()
        self.rest()
        return self.program

    def close(self) -> None:
        """As the person closes the window."""
        if self.program is not None:
            program, self.program = self.program, None
            program.window.close()
            program.window.deleteLater()
            program.deleteLater()

    def _fill_demo(self, bench: Workbench) -> int:
        self.demo_asked += 1
        return bench.collections.create_named("Demo").id

    # -- what there is ---------------------------------------------------------------------------

    @property
    def shown(self) -> LibraryWindow:
        assert self.program is not None, "the window is not open"
        return self.program

    @property
    def window(self) -> Any:
        return self.shown.window

    @property
    def bench(self) -> Workbench:
        return self.shown._bench

    @property
    def pk(self) -> int:
        """The collection in force."""
        pk = self.shown.host.collection_pk
        assert pk is not None
        return pk

    @property
    def said(self) -> str:
        """The words of the toast in sight, "" for none."""
        toast = self.window.toasts.current()
        return toast.message.text if toast is not None else ""

    @property
    def offered(self) -> str:
        """What the toast in sight offers to do, "" for nothing."""
        toast = self.window.toasts.current()
        return toast.message.action_text if toast is not None else ""

    @property
    def alarmed(self) -> bool:
        """Whether the toast in sight tells of something that went wrong."""
        toast = self.window.toasts.current()
        return toast is not None and toast.message.danger

    def page(self, key: str) -> Any:
        """Go to a page, as its entry in the sidebar does, and wait for what it shows."""
        self.window.page_asked.emit(key, None)
        self.rest()
        page = self.window.page(key)
        if hasattr(page, "_soon"):
            page._soon.setInterval(_SOON_MS)
        return page

    def names(self) -> dict[str, int]:
        """Names of people in the collection and how many faces each has."""
        return {user.display_name: user.face_count for user in self.bench.users.list(self.pk)}

    def photo_names(self) -> list[str]:
        """The files of the photos in the grid, in its order."""
        page = self.window.page("photos")
        ids = list(page.model.ids())
        cells = self.bench.photos.cells(self.pk, ids)
        return [cells[pk].name for pk in ids]

    def photo(self, name: str) -> int:
        """The row of a photo by its file's name."""
        ids = self.bench.photos.listing(self.pk).ids.tolist()
        return next(pk for pk, cell in self.bench.photos.cells(self.pk, ids).items() if cell.name == name)

    # -- what a person does ----------------------------------------------------------------------

    def settled(self) -> bool:
        """Nothing runs, nothing waits, nothing is still to be told."""
        program = self.shown
        bridge, counting = program.controller._bridge, program.controller._counting
        told = not bridge._pending and not counting.isActive() and not _gathering(self.window)
        idle = program.tasks.idle and told and not program.images.waiting
        return idle and all(view.state.ended for view in self.bench.jobs.views())

    def rest(self, until: Callable[[], bool] = lambda: True) -> None:
        """Wait until the window has come to rest and the condition holds."""
        self.qtbot.waitUntil(lambda: self.settled() and until(), timeout=_WAIT_MS)
        # What was asked with a timer of no time is asked now.
        QApplication.processEvents()
        self.qtbot.waitUntil(lambda: self.settled() and until(), timeout=_WAIT_MS)

    def key(self, widget: QWidget, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(widget, key, held)

    def click_cell(self, grid: GridView, row: int, held: Qt.KeyboardModifier = NONE) -> None:
        point = self.cell_point(grid, row)
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, held, point)

    def cell_point(self, grid: GridView, row: int) -> QPoint:
        grid.scrollTo(grid.model().index(row, 0))
        return grid.cell_rect(row).center()

    def take_offer(self) -> None:
        """Press the button of the toast in sight."""
        toast = self.window.toasts.current()
        assert toast is not None
        QTest.mouseClick(toast.action, Qt.MouseButton.LeftButton)


def _gathering(window: Any) -> bool:
    """Whether a page is about to list again."""
    timers = [getattr(page, "_soon", None) for page in window.built_pages().values()]
    return any(timer is not None and timer.isActive() for timer in timers)


def in_menu(text: str) -> list[str]:
    """When a menu opens: note what it offers and take the line that begins with `text`."""
    offered: list[str] = []

    def take() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        offered.extend(action.text() for action in menu.actions() if action.text())
        action = next((each for each in menu.actions() if text and each.text().startswith(text)), None)
        menu.close()
        if action is not None:
            action.trigger()

    QTimer.singleShot(50, take)
    return offered


def drop(widget: QWidget, mime: QMimeData, point: QPoint) -> bool:
    """Drag over a widget and drop there, as the window system would; True when it was taken."""
    where, copy, left = QPointF(point), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    for kind in (QDragEnterEvent, QDragMoveEvent):
        over = kind(where, copy, mime, left, NONE)
        over.ignore()
        QApplication.sendEvent(widget, over)
        if not over.isAccepted():
            return False
    event = QDropEvent(where, copy, mime, left, NONE, QEvent.Type.Drop)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def urls(*paths: Path) -> QMimeData:
    """What a drag of these files and folders from the desktop carries."""
    mime = QMimeData()
    mime.setUrls([url_of(path) for path in paths])
    return mime
