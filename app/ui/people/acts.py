"""What is done to people: each act runs off the window's thread and ends in a toast with Undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.domain.records import ChangeKind, ChangeSet, User
from app.services.users import NameTaken, SplitResult, UserService
from app.ui.controller import PageHost, TaskRunner


class PeopleActs(QObject):
    """Acts on people and on who has which face, for the People page and a person's page."""

    done = Signal(object)
    """The ChangeSet of an act that succeeded."""
    failed = Signal()
    """An act failed; its error was shown. What is shown may be ahead of what is stored."""
    clashed = Signal(int, str, int)
    """(person, the name wanted, the person who has it): offer to merge."""
    created = Signal(object)
    """A User that was made."""

    def __init__(
        self, host: PageHost, tasks: TaskRunner, users: UserService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._host, self._tasks, self._users = host, tasks, users
        self._made_now: dict[int, str] = {}
        self._heard = ChangeSet()

    def create(self, collection_pk: int, name: str) -> None:
        self._tasks.run(
            self._users.create_named, collection_pk, name, done=self._made, failed=self._host.show_error
        )

    def rename(self, user_pk: int, name: str) -> None:
        self._tasks.run(
            self._users.rename,
            user_pk,
            name,
            done=self._finish,
            failed=partial(self._not_renamed, user_pk, name),
        )

    def name_faces(self, collection_pk: int, face_pks: Sequence[int], name: str) -> None:
        self._run(self._users.name_faces, collection_pk, list(face_pks), name)

    def assign(self, face_pks: Sequence[int], user_pk: int) -> None:
        self._run(self._users.assign, list(face_pks), user_pk)

    def unassign(self, face_pks: Sequence[int]) -> None:
        self._run(self._users.unassign, list(face_pks))

    def confirm(self, face_pks: Sequence[int], user_pk: int) -> None:
        self._run(self._users.confirm, list(face_pks), user_pk)

    def reject(self, face_pks: Sequence[int], user_pk: int) -> None:
        self._run(self._users.reject, list(face_pks), user_pk)

    def merge(self, sources: Sequence[int], into_pk: int) -> None:
        self._run(self._users.merge, [pk for pk in sources if pk != into_pk], into_pk)

    def split(self, user_pk: int, face_pks: Sequence[int], name: str | None) -> None:
        self._run(self._users.split, user_pk, list(face_pks), name)

    def hide(self, user_pks: Sequence[int], hidden: bool) -> None:
        self._run(self._users.hide, list(user_pks), hidden)

    def delete(self, user_pks: Sequence[int]) -> None:
        self._run(self._users.delete_pks, list(user_pks))

    def set_cover(self, user_pk: int, face_pk: int | None) -> None:
        self._run(self._users.set_cover, user_pk, face_pk)

    def set_birthday(self, user_pk: int, birthday: date | None) -> None:
        self._run(self._users.set_birthday, user_pk, birthday)

    def set_color(self, user_pk: int, color: int) -> None:
        self._run(self._users.set_color, user_pk, color)

    def run(self, act: Callable[..., ChangeSet], *args: Any) -> None:
        """Another act that answers with its ChangeSet."""
        self._run(act, *args)

    def _run(self, act: Callable[..., Any], *args: Any) -> None:
        self._tasks.run(act, *args, done=self._finish, failed=self._fail)

    def _finish(self, answer: ChangeSet | SplitResult) -> None:
        changes = answer.changes if isinstance(answer, SplitResult) else answer
        if changes.change is not None:
            self._host.toast(changes.change.summary, changes.change.id)
        self.done.emit(changes)

    def _made(self, user: User) -> None:
        self._made_now[user.id] = user.display_name
        self._tell_made()
        self.created.emit(user)

    def note(self, changes: ChangeSet) -> None:
        """The page heard of changes. Making a person answers with the person: the change that can be
        undone is known from here, before or after the answer."""
        self._heard = changes
        self._tell_made()

    def _tell_made(self) -> None:
        for pk in self._made_now.keys() & self._heard.users:
            name, change = self._made_now.pop(pk), self._heard.change
            own = change is not None and change.kind is ChangeKind.CREATE_USER
            self._host.toast(f"Person {name} created", change.id if change is not None and own else None)

    def _not_renamed(self, user_pk: int, name: str, error: Exception) -> None:
        if isinstance(error, NameTaken):
            self.clashed.emit(user_pk, name, error.user_pk)
        else:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._host.show_error(error)
        self.failed.emit()
