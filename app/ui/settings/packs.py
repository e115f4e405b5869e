"""Celebrity packs: loaded, switched, exported, removed and put back, and made of a collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QScrollArea, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityPack, PackError, RemovedPack
from app.jobs import JobQueue, JobState, JobView
from app.services.celebrities import CelebrityService, PackPlan
from app.services.naming import counted
from app.ui.controller import PageHost, Priority, TaskRunner
from app.ui.settings.pack_form import PackForm
from app.ui.settings.pack_rows import PackRow, RemovedRow
from app.ui.settings.rows import Row, Section
from app.ui.widgets.button import Button
from app.ui.widgets.glyph import Divider

_LISTS = ("pack.toml", "pack.json")
_LOOK_S = 0.3
_NONE = "None is loaded. A pack is a zip or a folder with pictures of people and a list of their names."


class PacksSection(Section):
    """Everything is read and done off the window's thread."""

    def __init__(
        self, host: PageHost, tasks: TaskRunner, celebrities: CelebrityService, jobs: JobQueue
    ) -> None:
        super().__init__(host.theme, "Celebrity packs")
        self._host, self._tasks, self._celebrities, self._jobs = host, tasks, celebrities, jobs
        theme = host.theme
        self.load_button = Button(
            theme, "Load a pack…", icon="folder-open", tooltip="Load a zip, or a folder by its pack.toml"
        )
        self.load_button.clicked.connect(self.ask_pack)
        self.load_row = Row(theme, "Packs of this library", _NONE, self.load_button)
        self.add(self.load_row)
        lists = QWidget()
        self._list = QVBoxLayout(lists)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.card.body.addWidget(lists)
        self.rows: list[PackRow] = []
        self.removed: list[RemovedRow] = []
        self._focus_next = ""
        self.make_button = Button(
            theme, "Make a pack…", icon="users", tooltip="Make a pack of the people of the open collection"
        )
        self.make_button.clicked.connect(self.begin_making)
        self.make_row = Row(theme, "A pack of your own", " ", self.make_button)
        self.form = PackForm(theme)
        self.form.hide()
        self.form.cancelled.connect(self._end_making)
        self.form.accepted.connect(self._ask_where)
        making = QWidget()
        column = QVBoxLayout(making)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.make_row)
        column.addWidget(self.form)
        self.add(making)

    # -- what there is ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask for the packs again."""
        pk = self._host.collection_pk
        name = self._host.collection_name
        self.make_button.setEnabled(pk is not None and self.form.isHidden())
        self.make_row.say(
            f"The people of {name}, with their names and faces." if pk is not None else "There is none yet."
        )
        self._tasks.run(
            lambda: (self._celebrities.packs(), self._celebrities.removed()),
            done=lambda found: self._show(*found),
            failed=self._host.show_error,
            key=(id(self), "packs"),
        )

    def _show(self, packs: list[CelebrityPack], removed: list[RemovedPack]) -> None:
        people = sum(pack.recognisable for pack in packs if pack.enabled)
        self.load_row.say(
            f"{counted(people, 'person is', 'people are')} looked for in pictures that you analyse."
            if packs
            else _NONE
        )
        if (packs, removed) != ([row.pack for row in self.rows], [line.pack for line in self.removed]):
            self._show_rows(packs, removed)
        wanted, self._focus_next = self._focus_next, ""
        for row in self.rows:
            if row.pack.id == wanted:
                row.remove.setFocus()
        for line in self.removed:
            if line.pack.token == wanted:
                line.back.setFocus()

    def _show_rows(self, packs: list[CelebrityPack], removed: list[RemovedPack]) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.rows, self.removed = [], []
        for pack in packs:
            row = PackRow(self.theme, pack)
            row.switched.connect(self._switch)
            row.export_asked.connect(self.ask_export)
            row.remove_asked.connect(self._remove)
            row.measure_asked.connect(self._measure)
            self.rows.append(row)
            self._append(row)
        for gone in removed:
            line = RemovedRow(self.theme, gone)
            line.restore_asked.connect(self._restore)
            line.discard_asked.connect(self._discard)
            self.removed.append(line)
            self._append(line)

    def _append(self, widget: QWidget) -> None:
        self._list.addWidget(Divider(self.theme))
        self._list.addWidget(widget)

    # -- loading and exporting ---------------------------------------------------------------------------

    def ask_pack(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Load a celebrity pack", "", f"Celebrity packs (*.zip {' '.join(_LISTS)});;All files (*)"
        )
        if name:
            self.load(Path(name))

    def load(self, path: Path) -> None:
        """A zip; or a folder, itself or by the list in it."""
        self._begin(lambda: self._celebrities.load(path.parent if path.name in _LISTS else path))

    def ask_export(self, pack_id: str) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Export the pack", f"{pack_id}.zip", "Zip (*.zip)")
        if name:
            path, may_replace = _as_zip(name)
            self._begin(lambda: self._celebrities.export(pack_id, path, replace=may_replace))

    def _measure(self, pack_id: str) -> None:
        self._begin(lambda: self._celebrities.measure(pack_id))

    # -- switching, removing, putting back ---------------------------------------------------------------

    def _switch(self, pack_id: str, enabled: bool) -> None:
        for row in self.rows:
            if row.pack.id == pack_id:
                row.pack = replace(row.pack, enabled=enabled)
        self._act(lambda: self._celebrities.set_enabled(pack_id, enabled), lambda _none: "")

    def _remove(self, pack_id: str) -> None:
        name = next((row.pack.name for row in self.rows if row.pack.id == pack_id), pack_id)

        def say(token: str) -> str:
            self._focus_next = token
            return f"{name} removed. Put it back here."

        self._act(lambda: self._celebrities.remove(pack_id), say)

    def _restore(self, token: str) -> None:
        def say(pack: CelebrityPack) -> str:
            self._focus_next = pack.id
            return f"{pack.name} is back."

        self._act(lambda: self._celebrities.restore(token), say)

    def _discard(self, token: str) -> None:
        self._act(lambda: self._celebrities.discard(token), lambda _none: "Deleted for good.")

    def _act(self, act: Callable[[], Any], say: Callable[[Any], str]) -> None:
        def done(answer: Any) -> None:
            words = say(answer)
            if words:
                self._host.toast(words)
            self.refresh()

        def failed(error: Exception) -> None:
            self._host.show_error(error)
            self.refresh()

        self._tasks.run(act, done=done, failed=failed)

    # -- making ------------------------------------------------------------------------------------------

    def begin_making(self) -> None:
        self.form.show()
        self.make_button.setEnabled(False)
        self.form.begin(self._host.collection_name)
        # Once it has its place: the foot of the form first, so that all of it is in sight.
        QTimer.singleShot(0, self.form, self._show_form)

    def _show_form(self) -> None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if around is not None:
            around.ensureWidgetVisible(self.form.save, 0, 24)

    def _end_making(self) -> None:
        self.form.hide()
        self.make_button.setEnabled(self._host.collection_pk is not None)
        self.make_button.setFocus()

    def _ask_where(self, plan: PackPlan) -> None:
        pk = self._host.collection_pk
        if pk is None:
            self._end_making()
            return
        name, _ = QFileDialog.getSaveFileName(self, "Save the pack", f"{plan.name}.zip", "Zip (*.zip)")
        if not name:
            return
        path, may_replace = _as_zip(name)
        self._end_making()
        self._begin(lambda: self._celebrities.make_from_collection(pk, path, plan, replace=may_replace))

    # -- jobs --------------------------------------------------------------------------------------------

    def _begin(self, begin: Callable[[], JobView]) -> None:
        self._tasks.run(begin, done=self._follow, failed=self._host.show_error)

    def _follow(self, view: JobView | None) -> None:
        """The foot of the sidebar shows how it goes on; here its end is waited for."""
        if view is None:
            self.refresh()
        elif not view.state.ended:
            self._tasks.run(
                self._jobs.wait, view.id, _LOOK_S, done=self._follow, priority=Priority.BACKGROUND
            )
        else:
            if view.state is JobState.FAILED:
                self._host.show_error(PackError(view.message))
            self.refresh()


def _as_zip(name: str) -> tuple[Path, bool]:
    """The path, and whether the dialog has asked if what is there may go: not where an ending is added."""
    path = Path(name)
    asked = path.suffix.lower() == ".zip"
    return (path if asked else path.with_name(f"{path.name}.zip")), asked
