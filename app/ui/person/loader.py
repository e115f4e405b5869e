"""Reads a person for the page, and again when something about them changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.errors import ResourceNotFound
from app.domain.records import ChangeSet
from app.services.faces import FaceService
from app.services.photos import PhotoService
from app.services.search import SearchService, UserMatch
from app.services.users import UserService
from app.ui.controller import PageHost, TaskRunner
from app.ui.person.facts import PersonFacts, Suggestion, read_facts, read_suggestions

_MOST_OTHERS = 500


class PersonLoader(QObject):
    facts_read = Signal(object)
    """PersonFacts."""
    suggestions_read = Signal(list, int)
    """(suggestions, number of the reading)"""
    gone = Signal(object)
    """The person was deleted: the error that says so."""

    def __init__(
        self,
        host: PageHost,
        tasks: TaskRunner,
        users: UserService,
        faces: FaceService,
        photos: PhotoService,
        search: SearchService,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks = host, tasks
        self._users, self._faces, self._photos, self._search = users, faces, photos, search
        self.user_pk: int | None = None
        self._collection_pk: int | None = None
        self._active, self._stale = False, True
        self._reading, self._again = False, False
        self.readings = 0

    def start(self, user_pk: int) -> None:
        """The page is seen with this person."""
        self._active = True
        if user_pk != self.user_pk:
            self.user_pk, self._stale = user_pk, True
            self._reading = self._again = False  # what is being read is someone else
            self._tasks.cancel((self, "facts"))
            self._tasks.cancel((self, "suggestions"))
        if self._stale:
            self.load()

    def stop(self) -> None:
        self._active = False

    def note(self, changes: ChangeSet) -> None:
        """Whoever gets a face changes what may be this person's: any change of faces or people counts."""
        if changes.faces or changes.users:
            self._stale = True
            if self._active:
                self.load()

    def load(self) -> None:
        """Read now, or once more after what is being read: while faces stream in, one at a time."""
        pk = self.user_pk
        if pk is None:
            return
        if self._reading:
            self._again = True
            return
        self._stale, self._again, self._reading = False, False, True
        self.readings += 1
        self._tasks.run(
            lambda: read_facts(self._users, self._faces, self._search, pk),
            done=self._facts,
            failed=self._failed,
            key=(self, "facts"),
        )

    def load_similar(self, done: Callable[[dict[int, float]], None]) -> None:
        """Similarity of the other people to this one, by row."""
        if self.user_pk is None or self._collection_pk is None:
            return

        def show(matches: list[UserMatch]) -> None:
            done({match.user_pk: match.similarity for match in matches})

        self._tasks.run(
            self._search.people_like,
            self._collection_pk,
            self.user_pk,
            0.0,
            _MOST_OTHERS,
            done=show,
            failed=self._host.show_error,
            key=(self, "similar"),
        )

    def run(self, act: Callable[..., Any], argument: Any, done: Callable[[Any], None]) -> None:
        """Another act, off the window's thread."""
        self._tasks.run(act, argument, done=done, failed=self._host.show_error)

    def _facts(self, facts: PersonFacts) -> None:
        if facts.user.id != self.user_pk:
            return
        self._collection_pk = facts.user.collection_pk
        self.facts_read.emit(facts)
        pk, collection_pk = facts.user.id, facts.user.collection_pk
        self._tasks.run(
            lambda: read_suggestions(self._search, self._photos, collection_pk, pk),
            done=self._suggested,
            failed=self._failed,
            key=(self, "suggestions"),
        )

    def _suggested(self, found: list[Suggestion]) -> None:
        self.suggestions_read.emit(found, self.readings)
        self._ended()

    def _ended(self) -> None:
        self._reading = False
        if self._again:
            self.load()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, ResourceNotFound):
            self.user_pk, self._reading = None, False
            self.gone.emit(error)
        else:
            self._host.show_error(error)
            self._ended()
