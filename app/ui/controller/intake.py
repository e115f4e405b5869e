"""What comes in: drops, dialogs, the clipboard, addresses. All of it ends as jobs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from app.jobs import JobView
from app.services.collections import CollectionService
from app.services.fetch import fetch
from app.services.ingest import READABLE_SUFFIXES, IngestService
from app.ui.controller.host import PageHost
from app.ui.controller.tasks import TaskRunner
from app.ui.widgets.drop import DroppedContent

# More than this is work in the background; fewer are what a person waits for.
_A_FEW = 20
FIRST_COLLECTION = "My photos"


class Intake(QObject):
    """Indexes into the collection named, else into the one in force, else into a new first one."""

    started = Signal(object, int)
    """(JobView, the collection's row)"""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        ingest: IngestService,
        collections: CollectionService,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._host, self._tasks, self._window = host, tasks, window
        self._ingest, self._collections = ingest, collections

    def take(self, content: DroppedContent, collection_pk: int | None = None) -> None:
        """Files first; an image before its address, which a browser sends along with it."""
        if content.paths:
            self.index(content.paths, collection_pk)
        elif content.image is not None:
            self._index_image(content.image, collection_pk)
        else:
            for url in content.urls:
                self.index_url(url, collection_pk)

    def ask_photos(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(READABLE_SUFFIXES))
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Add photos", "", f"Photos ({suffixes});;All files (*)"
        )
        if names:
            self.index([Path(name) for name in names])

    def ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self._window, "Add a folder of photos")
        if name:
            self.index([Path(name)])

    def ask_url(self) -> None:
        url, accepted = QInputDialog.getText(self._window, "Add from a URL", "Address of the picture:")
        if accepted and url.strip():
            self.index_url(url)

    def index(self, paths: Sequence[Path], collection_pk: int | None = None) -> None:
        """Submit one job for these files and folders."""
        urgent = len(paths) <= _A_FEW and not any(path.is_dir() for path in paths)
        name = paths[0].name if len(paths) == 1 and paths[0].is_dir() else FIRST_COLLECTION
        self._submit(collection_pk, name, lambda pk: self._ingest.index_paths(pk, list(paths), urgent=urgent))

    def index_url(self, url: str, collection_pk: int | None = None) -> None:
        """Fetch a picture and index it; the library keeps its bytes."""

        def work(pk: int) -> JobView:
            data, name = fetch(url)
            return self._ingest.index_bytes(pk, data, name)

        self._submit(collection_pk, FIRST_COLLECTION, work)

    def _index_image(self, image: QImage, collection_pk: int | None) -> None:
        def work(pk: int) -> JobView:
            return self._ingest.index_bytes(pk, png_of(image), "Pasted image")

        self._submit(collection_pk, FIRST_COLLECTION, work)

    def _submit(self, collection_pk: int | None, name: str, work: Callable[[int], JobView]) -> None:
        known = collection_pk if collection_pk is not None else self._host.collection_pk

        def run() -> tuple[JobView, int]:
            pk = self._collections.create_named(_readable(name)).id if known is None else known
            return work(pk), pk

        self._tasks.run(run, done=lambda answer: self.started.emit(*answer), failed=self._host.show_error)


def _readable(name: str) -> str:
    return re.sub(r"[_\s]+", " ", name).strip() or FIRST_COLLECTION


def png_of(image: QImage) -> bytes:
    """The picture as a PNG file's bytes; safe on any thread."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # The stub asks for bytes, the binding for str.
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(data.data())
