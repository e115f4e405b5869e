"""Keeps the roster in step with the library: people at once, groups of alike faces when they are found."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import Cancelled
from app.domain.records import ChangeSet, User
from app.services.search import Clusters, SearchService
from app.services.users import UserService
from app.ui.controller import PageHost, Priority, TaskRunner
from app.ui.people.roster import Roster

_PAUSE_MS = 400


class RosterLoader(QObject):
    """Looking for groups takes a second or two for ten thousand faces, and minutes for many more: it is
    done in the background, given up when the page goes, and paced while faces stream in."""

    changed = Signal()

    def __init__(
        self, host: PageHost, tasks: TaskRunner, users: UserService, search: SearchService, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks, self._users, self._search = host, tasks, users, search
        self.collection_pk: int | None = None
        self.roster = Roster()
        self.loaded = False
        self._active = False
        self._stale = self._groups_stale = True
        self._give_up = [False]
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_for_groups)

    def start(self, collection_pk: int | None) -> None:
        """The page is seen: load what is missing or changed meanwhile."""
        self._active = True
        if collection_pk != self.collection_pk:
            self.collection_pk = collection_pk
            self.roster, self.loaded = Roster(), False
            self._stale = self._groups_stale = True
            self.changed.emit()
        if self._stale or self._groups_stale:
            self.load()

    def stop(self) -> None:
        """The page is not seen any more."""
        self._active = False
        self._give_up[0] = True
        self._pause.stop()

    def note(self, changes: ChangeSet) -> None:
        """Load again when people or faces changed: now, or when the page is seen again."""
        if not (changes.users or changes.faces or changes.collections):
            return
        self._stale = True
        self._groups_stale = self._groups_stale or bool(changes.faces)
        if self._active:
            self.load()

    def load(self) -> None:
        pk = self.collection_pk
        if pk is None:
            return
        self._stale = False
        self._tasks.run(
            self._users.list, pk, done=self._listed, failed=self._host.show_error, key=(self, "people")
        )
        if self._groups_stale and not self._pause.isActive():
            self._pause.start(self._pause.interval() if self.loaded else 0)

    def _listed(self, people: list[User]) -> None:
        self.roster, self.loaded = self.roster.with_people(people), True
        self.changed.emit()

    def _look_for_groups(self) -> None:
        pk = self.collection_pk
        if pk is None or not self._active:
            return
        self._groups_stale = False
        self._give_up[0] = True  # an earlier search for groups has nothing to say any more
        give_up = self._give_up = [False]

        def heard(_share: float) -> None:
            if give_up[0]:
                raise Cancelled("The page is not shown any more.")

        def work() -> tuple[Clusters, float]:
            begun = time.monotonic()
            return self._search.clusters(pk, heard), time.monotonic() - begun

        self._tasks.run(
            work,
            done=self._grouped,
            failed=self._not_grouped,
            key=(self, "groups"),
            priority=Priority.BACKGROUND,
        )

    def _grouped(self, answer: tuple[Clusters, float]) -> None:
        clusters, seconds = answer
        # While photos stream in, most of the time is left for other work.
        self._pause.setInterval(max(_PAUSE_MS, round(4000 * seconds)))
        self.roster = self.roster.with_groups(clusters)
        self.changed.emit()

    def _not_grouped(self, error: Exception) -> None:
        self._groups_stale = True
        if not isinstance(error, Cancelled):
            self._host.show_error(error)
