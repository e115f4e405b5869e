"""The page: filters, the list by day, and the details of the selected change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.errors import DependedOn
from app.domain.records import ChangeSet, Collection, Origin, User
from app.rekognition.snippets import Where
from app.services.collections import CollectionService
from app.services.history import HistoryDetail, HistoryFilter, HistoryService
from app.services.listing import Listing
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.history.delegate import HistoryDelegate
from app.ui.history.details import HistoryDetails
from app.ui.history.list import ChangeList
from app.ui.history.model import ROW_ROLE, HistoryModel
from app.ui.history.words import KIND_GROUPS, Names
from app.ui.photos.filters import ChoiceChip
from app.ui.theme import Size
from app.ui.widgets.button import Button
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.field import SearchField
from app.ui.widgets.header import FilterBar, Header
from app.ui.widgets.segmented import SegmentedControl

_ROOM_FOR_DETAILS = 860
_Answer = tuple[Listing, list[Collection], list[User]]


class HistoryPage(QWidget):
    """A Page over all changes of the library."""

    key = "history"

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        history: HistoryService,
        collections: CollectionService,
        users: UserService,
        *,
        where: Callable[[], Where],
    ) -> None:
        """`where`: whom the lines of the details are to ask."""
        super().__init__()
        self._host, self._tasks, self._history = host, tasks, history
        self._collections, self._users = collections, users
        self._filter = HistoryFilter()
        self._stale = True
        theme = host.theme
        self._header = Header(theme, "History")
        self._undo = Button(theme, "Undo last", icon="arrow-counter-clockwise", key="Ctrl Z")
        self._redo = Button(theme, "Redo", icon="arrow-clockwise", shortcut_hint="Ctrl+Shift+Z")
        for button, act, verb in (
            (self._undo, history.undo_last, "undo"),
            (self._redo, history.redo_last, "redo"),
        ):
            button.clicked.connect(lambda _=False, run=act, verb=verb: self._do(run, verb=verb))
            self._header.add(button)
        self._origin = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="Where it was done")
        for key, text in (
            ("", "All"),
            (Origin.WINDOW.value, "Window"),
            (Origin.COMMAND_LINE.value, "Command line"),
            (Origin.ENDPOINT.value, "Endpoint"),
        ):
            self._origin.add(key, text)
        kinds = ChoiceChip(theme, "Kind of change")
        kinds.set_choices([(text, {"kinds": frozenset(group)}) for text, group in KIND_GROUPS])
        self._person = ChoiceChip(theme, "Person")
        dates = ChoiceChip(theme, "Date")
        today = date.today()
        dates.set_choices(
            [
                ("today", {"start": today}),
                ("the last 7 days", {"start": today - timedelta(days=6)}),
                ("the last 30 days", {"start": today - timedelta(days=29)}),
            ]
        )
        self._find = SearchField(theme, "Find a change", width=200)
        bar = FilterBar(theme)
        for widget in (self._origin, kinds, self._person, dates):
            bar.add(widget)
        bar.add_right(self._find)
        self.model = HistoryModel(history, tasks, self)
        self._delegate = HistoryDelegate(theme, host.images)
        self.list = ChangeList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.details = HistoryDetails(theme, where)
        self.details.request.copied.connect(lambda: host.toast("Copied"))
        self._nothing = EmptyState(
            theme,
            icon="clock-counter-clockwise",
            missing="Nothing here yet",
            hint="What you do is listed here, to undo at any time.",
        )
        body = QHBoxLayout()
        body.setSpacing(0)
        for part in (self.list, self._nothing):
            body.addWidget(part, 1)
        body.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(bar)
        column.addLayout(body, 1)
        self._chips = (kinds, self._person, dates)
        self._connect()

    def _connect(self) -> None:
        for chip in self._chips:
            chip.chosen.connect(lambda values: self._set(replace(self._filter, **values)))
        self._origin.chosen.connect(
            lambda key: self._set(replace(self._filter, origin=Origin(key) if key else None))
        )
        self._find.searched.connect(lambda text: self._set(replace(self._filter, text=text)))
        self._find.escaped.connect(self.list.setFocus)
        self.list.selectionModel().currentChanged.connect(lambda *_: self._select())
        self.list.viewport().installEventFilter(self)
        self._host.images.ready.connect(self._picture)
        self.details.undo.connect(lambda pk: self._do(self._history.undo, pk))
        self.details.undo_all.connect(lambda pk: self._do(self._history.undo_with_dependents, pk))
        for keys, where, act in (
            ("Ctrl+F", self, self._find.setFocus),
            ("U", self.list, self._undo_current),
            ("U", self.details, self._undo_current),
            ("Return", self.list, self._to_details),
            ("Enter", self.list, self._to_details),
            ("Escape", self.details, self.list.setFocus),
            ("Ctrl+Shift+C", self, self.details.request.copy),
        ):
            shortcut = QShortcut(QKeySequence(keys), where)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the page's life --------------------------------------------------------------------------

    def activate(self, **params: Any) -> None:
        """Params: change_pk (select it)."""
        self._wanted = params.get("change_pk")
        if self._stale or self._wanted:
            self._list()
        self.list.setFocus()

    def deactivate(self) -> None:
        """Nothing runs on behalf of a hidden page."""

    def apply_changes(self, changes: ChangeSet) -> None:
        if not self.isVisible():
            self._stale = True
        else:
            self._list()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.details.setVisible(self.width() >= _ROOM_FOR_DETAILS or self._current() is not None)

    # -- list --------------------------------------------------------------------------------------

    def _set(self, wanted: HistoryFilter) -> None:
        self._filter = wanted
        self._list()

    def _list(self) -> None:
        self._stale = False
        wanted, pk = self._filter, self._host.collection_pk

        def work() -> _Answer:
            people = self._users.list(pk) if pk is not None else []
            return self._history.by_day(wanted), self._collections.list(), people

        self._tasks.run(work, done=self._show, failed=self._host.show_error, key=(self, "list"))

    def _show(self, answer: _Answer) -> None:
        listing, collections, people = answer
        kept = self._wanted or self._current()
        self._wanted = None
        self._delegate.names = Names(
            [*(each.display_name for each in collections), *(each.display_name for each in people)]
        )
        self._person.set_choices(
            [
                (user.display_name, {"user_pk": user.id})
                for user in sorted(people, key=lambda user: -user.face_count)[:30]
            ]
        )
        self._person.setVisible(bool(people))
        self.model.show(listing)
        count = self.model.changes
        self._header.set_caption(f"{count:,} change" if count == 1 else f"{count:,} changes")
        self.list.setVisible(bool(count))
        self._nothing.setVisible(not count)
        place = self.model.place(kept) if kept is not None else -1
        if place < 0 and count:
            place = 1
        if place >= 0:
            self.list.setCurrentIndex(self.model.index(place))
        else:
            self.details.clear()

    def _to_details(self) -> None:
        """The keyboard goes to what the current change did; Esc brings it back."""
        if self._current() is not None:
            self.details.show()
            self.details.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _current(self) -> int | None:
        index = self.list.currentIndex()
        return self.model.id_at(index.row()) if index.isValid() else None

    def _select(self) -> None:
        pk = self._current()
        if pk is not None:
            self._tasks.run(
                self._history.detail,
                pk,
                done=self._show_detail,
                failed=self._host.show_error,
                key=(self, "detail"),
            )

    def _show_detail(self, detail: HistoryDetail) -> None:
        if detail.row.change.id == self._current():
            self.details.show_detail(detail)

    def _picture(self, key: object) -> None:
        if self.isVisible():
            self.list.viewport().update()

    # -- undo --------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            index = self.list.indexAt(event.position().toPoint())
            row = index.data(ROW_ROLE) if index.isValid() else None
            place: QRect = self._delegate.undo_rect(self.list.visualRect(index))
            if row is not None and not row.undone and place.contains(event.position().toPoint()):
                self._do(self._history.undo, row.change.id)
                return True
        return super().eventFilter(watched, event)

    def _undo_current(self) -> None:
        pk = self._current()
        if pk is not None:
            self._do(self._history.undo, pk)

    def _do(self, act: Callable[..., ChangeSet | None], *args: Any, verb: str = "undo") -> None:
        self._tasks.run(act, *args, done=partial(self._done, verb), failed=self._refused)

    def _done(self, verb: str, changes: ChangeSet | None) -> None:
        if changes is None or changes.change is None:
            self._host.toast(f"There is nothing to {verb}.")
        else:
            self._host.toast(changes.change.summary, changes.change.id)

    def _refused(self, error: Exception) -> None:
        """What rests on the change stands in the details, with the offer to undo it all."""
        if isinstance(error, DependedOn):
            self._host.toast(str(error))
            self.details.setVisible(True)
        else:
            self._host.show_error(error)
