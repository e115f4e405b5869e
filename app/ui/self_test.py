"""`likeness self-test`: does this installation work, from the models to the window?"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QElapsedTimer
from PySide6.QtGui import QImage

from app.domain.errors import LikenessError
from app.services.workbench import Workbench
from app.settings.settings import SettingsStore
from app.ui.photos.page import PhotosPage
from app.ui.program import LibraryWindow, application
from app.ui.theme import Theme, ThemeMode

if TYPE_CHECKING:
    from app.rekognition.endpoint.service import EndpointService

_WAIT_SECONDS = 60
# The window without its photographs has hundreds of colours, with them tens of thousands.
_COLOURS_OF_PHOTOGRAPHS = 5000


class SelfTest:
    """Indexes the demo's pictures into a library of its own, searches a face, opens the window."""

    def __init__(
        self,
        open_workbench: Callable[[Path], Workbench],
        fill_demo: Callable[[Workbench], int],
        open_endpoint: Callable[[Workbench, Path], EndpointService],
    ) -> None:
        """`open_endpoint` is given a folder for its secrets, too."""
        self._open_workbench, self._fill_demo = open_workbench, fill_demo
        self._open_endpoint = open_endpoint

    def run(self, screenshot: Path | None) -> int:
        """0 when all of it works; each step is told on stdout, the first failure on stderr."""
        screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if sys.platform.startswith("linux") and not screen:
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        with tempfile.TemporaryDirectory(prefix="likeness-self-test-", ignore_cleanup_errors=True) as folder:
            try:
                self._run(Path(folder), screenshot)
            except (AssertionError, LikenessError, OSError) as error:
                print(f"self-test failed: {error}", file=sys.stderr)  # noqa: T201
                return 1
        _say("self-test passed")
        return 0

    def _run(self, folder: Path, screenshot: Path | None) -> None:
        qt = application(sys.argv[:1])
        theme = Theme(qt, ThemeMode.LIGHT)
        bench = self._open_workbench(folder / "library")
        store = SettingsStore(folder / "settings.json")
        shown = LibraryWindow(
            theme, bench, store, None, self._fill_demo, lambda bench: self._open_endpoint(bench, folder)
        )
        try:
            started = time.monotonic()
            pk = self._fill_demo(bench)
            collection = bench.collections.by_pk(pk)
            _need(
                collection.face_count >= 30,
                f"{collection.face_count} faces were found in the demo's pictures",
            )
            _say(
                f"models loaded; {collection.photo_count} photos indexed, {collection.face_count} faces, "
                f"{collection.user_count} people, {time.monotonic() - started:.1f} s"
            )
            _search(bench, pk)
            shown.show()
            _wait(qt.processEvents, lambda: shown.window.current_key == "photos", "the window did not open")
            grid = cast(PhotosPage, shown.window.page("photos"))
            _wait(qt.processEvents, lambda: grid.model.rowCount() == collection.photo_count, "no photos came")
            _wait(qt.processEvents, lambda: _all_drawn(shown), "the window shows no photographs")
            picture = shown.window.grab()
            target = screenshot or folder / "window.png"
            _need(
                picture.save(str(target), "PNG"), f"the picture of the window could not be saved to {target}"
            )
            _say(
                f"window up, {picture.width()} x {picture.height()} pixels"
                + (f", in {target}" if screenshot else "")
            )
        finally:
            shown.window.close()
            shown.close()


def _search(bench: Workbench, pk: int) -> None:
    """A face that has no name must be found as its person."""
    photos = {bench.photos.detail(pk, photo).name: photo for photo in bench.photos.listing(pk).ids.tolist()}
    face = bench.photos.detail(pk, photos["address-to-congress.jpg"]).faces[0].face
    people = bench.search.users_by_face(pk, face.id, 80, 3)
    name = bench.users.by_pk(people[0].user_pk).display_name if people else "nobody"
    _need(name == "Barack Obama", f"the searched face was taken for {name}")
    _say(f"searched a face: {name}, similarity {people[0].similarity:.1f}")


def _all_drawn(shown: LibraryWindow) -> bool:
    """Whether photographs are to be seen, and painting them has left nothing to wait for."""
    plain = shown.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    colours = np.unique(np.frombuffer(plain.constBits(), np.uint32))
    return len(colours) >= _COLOURS_OF_PHOTOGRAPHS and shown.tasks.idle and not shown.images.waiting


def _wait(pump: Callable[[], None], ready: Callable[[], bool], failure: str) -> None:
    timer = QElapsedTimer()
    timer.start()
    while not ready():
        pump()
        time.sleep(0.005)
        _need(timer.elapsed() < _WAIT_SECONDS * 1000, failure)


def _need(holds: bool, failure: str) -> None:
    if not holds:
        raise AssertionError(failure)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
