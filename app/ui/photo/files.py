"""What the page does with the file and the clipboard."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.records import ChangeSet
from app.services.ingest import IngestService
from app.services.photos import PhotoService
from app.ui.controller import PageHost, TaskRunner
from app.ui.photo.state import PhotoState, last_seen


class FileActs(QObject):
    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        ingest: IngestService,
        photos: PhotoService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks, self._ingest, self._photos = host, tasks, ingest, photos

    def copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._host.toast("Copied")

    def locate(self, state: PhotoState, parent: QWidget) -> None:
        """Ask where the file is now."""
        seen = last_seen(state)
        start = str(seen.parent) if seen is not None and seen.parent.is_dir() else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(parent, f"Where is {state.detail.name} now?", start)
        if name:
            self.located(state.collection_pk, Path(name))

    def turn(self, state: PhotoState, degrees: int) -> None:
        """Show the photo turned clockwise by so much more than now; its file is not touched."""
        wanted = (state.turned + degrees) % 360
        self._tasks.run(
            self._photos.turn,
            state.collection_pk,
            [state.photo_pk],
            wanted,
            done=self._turned,
            failed=self._host.show_error,
        )

    def _turned(self, changes: ChangeSet) -> None:
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)

    def located(self, collection_pk: int, path: Path) -> None:
        """The photo is known again by its content: indexing the file only notes its new place."""
        self._tasks.run(
            self._ingest.index_paths,
            collection_pk,
            [path],
            done=partial(self._said, path),
            failed=self._host.show_error,
        )

    def _said(self, path: Path, _job: object) -> None:
        self._host.toast(f"Looking at {path.name}")
