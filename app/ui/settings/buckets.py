"""Buckets: folders under a name, so that requests can say S3Object."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import printable
from app.services.buckets import Bucket, BucketService
from app.ui.controller import PageHost, TaskRunner
from app.ui.settings.rows import Row, RowList, Section
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.text import Paragraph

_NONE = (
    "None yet. A bucket is a folder under a name: a request that reads its pictures from S3 finds them there."
)


class BucketsSection(Section):
    """A removed bucket leaves its folder as it is."""

    def __init__(self, host: PageHost, tasks: TaskRunner, buckets: BucketService) -> None:
        super().__init__(host.theme, "Buckets")
        self._host, self._tasks, self._buckets = host, tasks, buckets
        theme = host.theme
        self.add_button = Button(theme, "Add a folder…", icon="folder-simple-plus")
        self.add_button.clicked.connect(self.ask_folder)
        self.head = Row(theme, "Buckets of this library", _NONE, self.add_button)
        self.name = TextField(theme, "Name of the bucket")
        self.save = Button(theme, "Add", variant=Variant.PRIMARY)
        self.cancel = Button(theme, "Cancel", variant=Variant.QUIET)
        self.problem = Paragraph(theme, "", role="small", token="t3")
        self.form = QWidget()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.name, 1)
        line.addWidget(self.save)
        line.addWidget(self.cancel)
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self.problem)
        self.form.hide()
        top = QWidget()
        both = QVBoxLayout(top)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        both.addWidget(self.head)
        both.addWidget(self.form)
        self.add(top)
        self.list = RowList(theme)
        self.card.body.addWidget(self.list)
        self.removers: dict[str, IconButton] = {}
        self._folder = Path()
        self.save.clicked.connect(self._save)
        self.name.returnPressed.connect(self._save)
        self.name.textChanged.connect(lambda text: self.save.setEnabled(bool(text)))
        self.name.escaped.connect(self._end)
        self.cancel.clicked.connect(self._end)

    def refresh(self) -> None:
        self._tasks.run(
            self._buckets.list, done=self._show, failed=self._host.show_error, key=(id(self), "buckets")
        )

    def _show(self, buckets: list[Bucket]) -> None:
        self.head.say("Pictures are read from them, and from nowhere else." if buckets else _NONE)
        self.removers = {}
        rows = []
        for bucket in buckets:
            remove = IconButton(self.theme, "trash", f"Remove {bucket.name}; its folder stays")
            remove.clicked.connect(partial(self.remove, bucket))
            self.removers[bucket.name] = remove
            rows.append(Row(self.theme, bucket.name, printable(str(bucket.folder)), remove))
        self.list.show_rows(rows)

    # -- adding ------------------------------------------------------------------------------------------

    def ask_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "A folder to read pictures from")
        if folder:
            self.begin(Path(folder))

    def begin(self, folder: Path) -> None:
        """Ask for the name of the folder's bucket; its own is offered."""
        self._folder = folder
        self.name.setText(suggested(folder))
        self._say(printable(str(folder)), "t3")
        self.form.show()
        self.add_button.setEnabled(False)
        self.name.setFocus()
        self.name.selectAll()

    def _end(self) -> None:
        self.form.hide()
        self.add_button.setEnabled(True)
        self.add_button.setFocus()

    def _save(self) -> None:
        name, folder = self.name.text().strip(), self._folder
        if not name:
            return

        def done(_bucket: Bucket) -> None:
            self._end()
            self.refresh()

        self._tasks.run(
            self._buckets.add, name, folder, done=done, failed=lambda error: self._say(str(error), "danger")
        )

    def _say(self, words: str, token: str) -> None:
        self.problem.setText(words)
        self.problem.set_token(token)

    def remove(self, bucket: Bucket, _checked: bool = False) -> None:
        def done(_none: Any) -> None:
            self._host.toast(f"The bucket {bucket.name} is removed. Its folder stays as it is.")
            self.refresh()

        work: Callable[[str], None] = self._buckets.remove
        self._tasks.run(work, bucket.name, done=done, failed=self._host.show_error)


def suggested(folder: Path) -> str:
    """A name that S3 allows, made of the folder's."""
    words = re.sub(r"[^a-z0-9]+", "-", folder.name.casefold()).strip("-")[:63].strip("-")
    return words if len(words) >= 3 else f"bucket-{words}".strip("-")
