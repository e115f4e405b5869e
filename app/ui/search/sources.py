"""Where pictures come from: other pages, drops, the clipboard, a file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.services.fetch import fetch
from app.services.ingest import READABLE_SUFFIXES
from app.ui.canvas.mime import FACES_MIME, dragged_faces
from app.ui.controller import PageHost, TaskRunner
from app.ui.controller.intake import png_of
from app.ui.search.query import Load, Queries, Query
from app.ui.theme import Duration
from app.ui.widgets.drop import DroppedContent, can_take, content_of


class Sources(QObject):
    """`loaded` carries the Query of the picture asked for last; `late` comes when that takes a while."""

    loaded = Signal(object)
    failed = Signal()
    late = Signal()

    def __init__(self, host: PageHost, tasks: TaskRunner, queries: Queries, page: QWidget) -> None:
        super().__init__(page)
        self._host, self._tasks, self._queries, self._page = host, tasks, queries, page
        self.collection_pk: int | None = None
        """Where faces and photos of the program come from."""
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(Duration.PROGRESS_AFTER)
        self._late.timeout.connect(self.late)

    def of_face(self, face_pk: int) -> None:
        if self.collection_pk is not None:
            self._load(self._queries.of_face(self.collection_pk, face_pk))

    def of_photo(self, photo_pk: int) -> None:
        if self.collection_pk is not None:
            self._load(self._queries.of_photo(self.collection_pk, photo_pk))

    def of_file(self, path: Path) -> None:
        self._load(self._queries.of_file(path))

    def of_bytes(self, data: bytes, name: str = "Pasted image") -> None:
        self._load(self._queries.of_bytes(data, name))

    def of_url(self, url: str) -> None:
        """A picture of which a browser gave only the address."""

        def load() -> Query:
            data, name = fetch(url)
            return self._queries.of_bytes(data, name)()

        self._load(load)

    def takes(self, mime: QMimeData) -> bool:
        return mime.hasFormat(FACES_MIME) or can_take(mime)

    def take_mime(self, mime: QMimeData) -> bool:
        """A drop: a face of the program, else a file, an image, an address. False: nothing of use."""
        faces = dragged_faces(mime)
        if faces:
            self.of_face(faces[0])
            return True
        return self.take(content_of(mime))

    def take(self, content: DroppedContent) -> bool:
        """A file before an image before its address."""
        if content.paths:
            self.of_file(content.paths[0])
        elif content.image is not None:
            image = content.image
            # A large image takes a moment to encode: on the task's thread, like the rest.
            self._load(lambda: self._queries.of_bytes(png_of(image), "Pasted image")())
        elif content.urls:
            self.of_url(content.urls[0])
        return bool(content)

    def paste(self) -> None:
        mime = QGuiApplication.clipboard().mimeData()
        if mime is None or not self.take_mime(mime):
            self._host.toast("There is no picture on the clipboard.")

    def open(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in sorted(READABLE_SUFFIXES))
        name, _ = QFileDialog.getOpenFileName(
            self._page, "Search with a picture", "", f"Pictures ({suffixes});;All files (*)"
        )
        if name:
            self.of_file(Path(name))

    def cancel(self) -> None:
        self._late.stop()
        self._tasks.cancel((id(self), "picture"))

    def _load(self, load: Load) -> None:
        """The picture that is shown stays until the new one is there."""
        self._late.start()
        self._tasks.run(load, done=self._loaded, failed=self._failed, key=(id(self), "picture"))

    def _loaded(self, query: Query) -> None:
        self._late.stop()
        self.loaded.emit(query)

    def _failed(self, error: Exception) -> None:
        self._late.stop()
        self._host.show_error(error)
        self.failed.emit()
