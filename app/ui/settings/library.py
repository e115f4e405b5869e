"""The open library: where it is, how large, its copies and caches, and other libraries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.collections import CollectionService
from app.services.library_care import LibraryCare, LibrarySize
from app.services.photos import PhotoFilter, PhotoService
from app.ui.controller import PageHost, Priority, TaskRunner
from app.ui.settings.rows import Row, Section
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import ElidedLabel

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def in_bytes(size: int) -> str:
    """A size as a person reads it: 12 MB, 1.4 GB (powers of 1,000, as the desktop has them)."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    figure = f"{value:.1f}".removesuffix(".0") if unit > 2 and value < 10 else f"{value:.0f}"
    return f"{figure} {_UNITS[unit]}"


class LibrarySection(Section):
    """Every button does its work off the window's thread and says what came of it."""

    library_asked = Signal(object)
    """The folder (Path) of another library; None asks for one."""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        care: LibraryCare,
        photos: PhotoService,
        collections: CollectionService,
    ) -> None:
        super().__init__(host.theme, "Library")
        self._host, self._tasks, self._care = host, tasks, care
        self._photos, self._collections = photos, collections
        theme, folder = host.theme, care.folder
        self.show_button = self._button("Show in folder", "folder-open")
        self.show_button.clicked.connect(lambda: host.reveal([folder / "library.db"]))
        self.folder_row = Row(theme, folder.name or str(folder), str(folder), self.show_button)
        self.add(self.folder_row)
        self.backup_button = self._button("Back up now", "copy")
        self.backup_button.clicked.connect(self.back_up)
        self.backup_row = Row(
            theme, "Backups", "A copy is made every week; the last three are kept.", self.backup_button
        )
        self.add(self.backup_row)
        self.check_button = self._button("Check files now", "check-circle")
        self.check_button.clicked.connect(self.check_files)
        self.check_row = Row(
            theme, "Photo files", "Looks whether every photo is where it was.", self.check_button
        )
        self.add(self.check_row)
        self.clear_button = self._button("Clear", "trash")
        self.clear_button.setToolTip("Clear the small pictures; they are made again from the photos")
        self.clear_button.setAccessibleName("Clear small pictures")
        self.clear_button.clicked.connect(self.clear_thumbnails)
        self.cache_row = Row(
            theme, "Small pictures", "Made again from the photos when they are shown.", self.clear_button
        )
        self.add(self.cache_row)
        self.other_button = Button(
            theme, "Open another library…", icon="folder-open", tooltip="Open or make another library"
        )
        self.other_button.clicked.connect(lambda: self.library_asked.emit(None))
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self.recent_buttons: list[Button] = []
        others = QWidget()
        column = QVBoxLayout(others)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Row(theme, "Other libraries", "Each is a folder of its own.", self.other_button))
        column.addLayout(self._recent)
        self.add(others)

    def _button(self, text: str, icon: str) -> Button:
        return Button(self.theme, text, icon=icon)

    # -- what there is ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Measure the library again; that walks its folders."""
        self._tasks.run(
            self._care.size,
            done=self._sized,
            failed=self._host.show_error,
            key=(id(self), "size"),
            priority=Priority.BACKGROUND,
        )

    def _sized(self, size: LibrarySize) -> None:
        own = f", pasted pictures {in_bytes(size.originals)}" if size.originals else ""
        self.folder_row.say(f"{self._care.folder}\nDatabase {in_bytes(size.database)}{own}")
        copies = f" They take {in_bytes(size.backups)}." if size.backups else ""
        self.backup_row.say(f"A copy is made every week; the last three are kept.{copies}")
        self.cache_row.say(f"{in_bytes(size.cache)} with the index. Made again when they are needed.")

    def show_recent(self, folders: tuple[str, ...]) -> None:
        """Libraries that were open before; the open one is left out."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.recent_buttons = []
        here = str(self._care.folder)
        for name in [name for name in folders if name != here]:
            path = Path(name)
            button = Button(
                self.theme, "Open", variant=Variant.LINK, height=28, tooltip=f"Open the library in {name}"
            )
            button.setAccessibleName(f"Open the library in {name}")
            button.clicked.connect(partial(self._open, path))
            line = QWidget()
            line.setFixedHeight(32)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(16)
            row.addWidget(ElidedLabel(self.theme, name, role="small", token="t2"), 1)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
            self._recent.addWidget(line)
            self.recent_buttons.append(button)
        if self.recent_buttons:
            self._recent.setContentsMargins(0, 0, 0, 12)

    def _open(self, path: Path, *_: object) -> None:
        # Not made anew where it once was: a drive that is not connected must not become an empty library.
        if (path / "library.db").is_file():
            self.library_asked.emit(path)
        else:
            self._host.toast(f"There is no library in {path} now. Is its drive connected?")

    # -- acts --------------------------------------------------------------------------------------------

    def _run(self, button: Button, act: Callable[[], Any], say: Callable[[Any], str]) -> None:
        button.setEnabled(False)

        def done(answer: Any) -> None:
            button.setEnabled(True)
            self._host.toast(say(answer))
            self.refresh()

        def failed(error: Exception) -> None:
            button.setEnabled(True)
            self._host.show_error(error)

        self._tasks.run(act, done=done, failed=failed)

    def back_up(self) -> None:
        self._run(self.backup_button, self._care.back_up, lambda made: f"Backed up as {made.name}.")

    def check_files(self) -> None:
        """Look for the file of every photo; this waits for the disks."""

        def act() -> tuple[int, int]:
            self._photos.check_files()
            found = self._collections.list()
            missing = sum(len(self._photos.listing(each.id, PhotoFilter(missing=True)).ids) for each in found)
            return missing, sum(each.photo_count for each in found)

        def say(answer: tuple[int, int]) -> str:
            missing, total = answer
            if not missing:
                return (
                    f"The files of all {total:,} photos are there." if total else "There are no photos yet."
                )
            noun = "photo has" if missing == 1 else "photos have"
            return f"{missing:,} {noun} no file any more. In Photos, the filter State shows them."

        self._run(self.check_button, act, say)

    def clear_thumbnails(self) -> None:
        self._run(
            self.clear_button,
            self._care.clear_thumbnails,
            lambda _none: "Small pictures cleared. They are made again when they are shown.",
        )
