"""Users (people): made, named, given faces, told apart, merged, split, hidden, deleted."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from app.domain.errors import Conflict, InvalidParameter, ResourceNotFound
from app.domain.records import ChangeKind, ChangeSet, Origin, User
from app.services import associations
from app.services.associations import AssociateResult, DisassociateResult
from app.services.events import EventHub
from app.services.face_acts import set_user
from app.services.face_views import Match
from app.services.faces import Unsuccessful
from app.services.listing import MONTHS
from app.services.lookups import collection_of, of_one_collection, require_same, user_of
from app.services.metrics.meter import UNCOUNTED, Meter, counts
from app.services.naming import checked_name, checked_user_id, counted, joined
from app.services.paging import Page, paged
from app.services.user_acts import (
    NameTaken,
    delete_user,
    existing,
    insert_user,
    merge_into,
    own_faces,
    reject,
    require_free_name,
)
from app.storage import tables
from app.storage.database import Act, Database
from app.storage.repositories import changes, faces, users

__all__ = [
    "AssociateResult",
    "DisassociateResult",
    "NameTaken",
    "SplitResult",
    "Unsuccessful",
    "UserService",
]

MOST_PER_PAGE = 500


@dataclass(frozen=True)
class SplitResult:
    """`user` is the new person."""

    user: User
    changes: ChangeSet


class UserService:
    """Thread-safe. `match` compares faces with a user's other faces (see face_views.Match)."""

    def __init__(
        self,
        database: Database,
        events: EventHub,
        origin: Origin,
        match: Match,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._database = database
        self._events = events
        self._origin = origin
        self._match = match
        self._meter = meter

    # Reading

    def get(self, collection_id: str, user_id: str) -> User:
        """Raises ResourceNotFound for the collection and the user."""
        with self._database.read() as connection:
            return user_of(connection, collection_id, user_id)

    def by_pk(self, pk: int) -> User:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            return existing(connection, pk)

    def some(self, pks: Iterable[int]) -> dict[int, User]:
        """By row; users that are gone are left out."""
        with self._database.read() as connection:
            return users.by_pks(connection, pks)

    def list(self, collection_pk: int, hidden: bool | None = None) -> builtins.list[User]:
        """In order of creation; `hidden` None gives both kinds."""
        with self._database.read() as connection:
            return users.of_collection(connection, collection_pk, hidden=hidden)

    def page(
        self, collection_id: str, max_results: int | None = None, next_token: str | None = None
    ) -> Page[User]:
        """ListUsers. Raises ResourceNotFound, InvalidParameter, InvalidPaginationToken."""
        with self._database.read() as connection:
            collection_pk = collection_of(connection, collection_id)
            return paged(
                f"users of {collection_pk} of {changes.library_mark(connection)}",
                next_token,
                max_results,
                MOST_PER_PAGE,
                lambda after, limit: users.after(connection, collection_pk, after, limit),
                lambda user: user.id,
            )

    # As Rekognition has it

    @counts("CreateUser")
    def create(self, collection_id: str, user_id: str, display_name: str | None = None) -> User:
        """Raises ResourceNotFound, InvalidParameter, Conflict for a UserId that is taken."""
        checked_user_id(user_id)
        name = checked_name(display_name if display_name is not None else user_id)
        with self._database.read() as connection:
            collection_pk = collection_of(connection, collection_id)
        with self._acting(ChangeKind.CREATE_USER, collection_pk) as act:
            require_same(act.work.connection, collection_id, collection_pk)
            if users.by_user_id(act.work.connection, collection_pk, user_id) is not None:
                raise Conflict(f"There is a user “{user_id}” in “{collection_id}” already.")
            pk = insert_user(act.work, collection_pk, name, user_id)
            act.work.summary = f"Person {name} created"
            # Read here: after the commit anybody may delete it.
            return existing(act.work.connection, pk)

    @counts("DeleteUser")
    def delete(self, collection_id: str, user_id: str) -> ChangeSet:
        """Its faces stay, without a user. Of several who delete it at once, one does, and the others are
        told that it is gone. Raises ResourceNotFound."""
        with self._database.read() as connection:
            collection_pk = collection_of(connection, collection_id)
        with self._acting(ChangeKind.DELETE_USER, collection_pk) as act:
            require_same(act.work.connection, collection_id, collection_pk)
            user = user_of(act.work.connection, collection_id, user_id)
            delete_user(act.work, user.id)
            act.work.summary = f"{_people([user])} deleted"
        return act.changes

    @counts("AssociateFaces")
    def associate(
        self,
        collection_id: str,
        user_id: str,
        face_ids: Sequence[str],
        user_match_threshold: float = 75.0,
    ) -> AssociateResult:
        """AssociateFaces: 1-100 ids, at most 100 faces a user; the threshold (0-100) counts once the
        user has a face. Raises ResourceNotFound, InvalidParameter, ServiceQuotaExceeded."""
        result = associations.associate(
            self._database, self._origin, self._match, collection_id, user_id, face_ids, user_match_threshold
        )
        self._events.publish(result.changes)
        return result

    @counts("DisassociateFaces")
    def disassociate(self, collection_id: str, user_id: str, face_ids: Sequence[str]) -> DisassociateResult:
        """DisassociateFaces: 1-100 ids. Raises ResourceNotFound, InvalidParameter."""
        result = associations.disassociate(self._database, self._origin, collection_id, user_id, face_ids)
        self._events.publish(result.changes)
        return result

    # As the window has it: no caps, each one change

    @counts("CreateUser")
    def create_named(self, collection_pk: int, display_name: str) -> User:
        """A person without a face yet. Raises NameTaken, InvalidParameter, ResourceNotFound."""
        name = checked_name(display_name)
        with self._acting(ChangeKind.CREATE_USER, collection_pk) as act:
            require_free_name(act.work.connection, collection_pk, name)
            pk = insert_user(act.work, collection_pk, name)
            act.work.summary = f"Person {name} created"
        return self.by_pk(pk)

    @counts("AssociateFaces")
    def name_faces(self, collection_pk: int, face_pks: Sequence[int], display_name: str) -> ChangeSet:
        """Give the faces to the person of that name (in any case), who is made if new. Faces of another
        person move over. Raises InvalidParameter, ResourceNotFound when none of the faces is left."""
        name = checked_name(display_name)
        with self._acting(ChangeKind.ASSOCIATE, collection_pk) as act:
            work = act.work
            wanted = own_faces(work.connection, collection_pk, face_pks)
            if not wanted:
                raise ResourceNotFound("These faces were deleted.")
            known = users.by_display_name(work.connection, collection_pk, name)
            user_pk = known[0].id if known else insert_user(work, collection_pk, name)
            changed = set_user(work, wanted, user_pk)
            name = known[0].display_name if known else name
            work.summary = f"{counted(len(changed), 'face')} named {name}"
        return act.changes

    @counts("AssociateFaces")
    def assign(self, face_pks: Sequence[int], user_pk: int) -> ChangeSet:
        """Give the faces to the person. Raises ResourceNotFound, InvalidParameter."""
        return self._give(ChangeKind.ASSOCIATE, face_pks, user_pk, "{faces} named {name}")

    @counts("AssociateFaces")
    def confirm(self, face_pks: Sequence[int], user_pk: int) -> ChangeSet:
        """As `assign`, for faces that were suggested."""
        return self._give(ChangeKind.CONFIRM, face_pks, user_pk, "{suggestions} confirmed as {name}")

    @counts("DisassociateFaces")
    def unassign(self, face_pks: Sequence[int]) -> ChangeSet:
        """Take the faces from whoever has them. Raises InvalidParameter."""
        with self._database.read() as connection:
            collection_pk, wanted = of_one_collection(connection, face_pks)
        with self._acting(ChangeKind.DISASSOCIATE, collection_pk) as act:
            owners = faces.users_of(act.work.connection, wanted)
            found = users.by_pks(act.work.connection, {pk for pk in owners.values() if pk is not None})
            changed = set_user(act.work, wanted, None)
            names = joined(user.display_name for user in found.values())
            act.work.summary = f"{counted(len(changed), 'face')} taken from {names}"
        return act.changes

    def reject(self, face_pks: Sequence[int], user_pk: int) -> ChangeSet:
        """These are not that person, which is remembered; faces that the person has are taken away.
        Raises ResourceNotFound, InvalidParameter."""
        with self._acting_on(ChangeKind.REJECT, user_pk) as (act, user):
            wanted = own_faces(act.work.connection, user.collection_pk, face_pks)
            count = reject(act.work, wanted, user_pk)
            act.work.summary = f"{counted(count, 'face')} rejected: not {user.display_name}"
        return act.changes

    def rename(self, user_pk: int, display_name: str) -> ChangeSet:
        """Raises ResourceNotFound, InvalidParameter, NameTaken (which offers to merge)."""
        name = checked_name(display_name)
        with self._acting_on(ChangeKind.EDIT_USER, user_pk) as (act, user):
            require_free_name(act.work.connection, user.collection_pk, name, but=user_pk)
            act.work.update(tables.users, user_pk, {"display_name": name})
            act.work.summary = f"{user.display_name} renamed {name}"
        return act.changes

    def set_cover(self, user_pk: int, face_pk: int | None) -> ChangeSet:
        """None lets the program choose. Raises ResourceNotFound, InvalidParameter."""
        with self._acting_on(ChangeKind.EDIT_USER, user_pk) as (act, user):
            if face_pk is not None and faces.users_of(act.work.connection, [face_pk]) != {face_pk: user_pk}:
                raise InvalidParameter(f"The cover of {user.display_name} must be a face of theirs.")
            act.work.update(tables.users, user_pk, {"cover_face_pk": face_pk})
            act.work.summary = f"Cover of {user.display_name} {'chosen' if face_pk else 'left to Likeness'}"
        return act.changes

    def set_birthday(self, user_pk: int, birthday: date | None) -> ChangeSet:
        """Raises ResourceNotFound, InvalidParameter for a day to come."""
        if birthday is not None and birthday > date.today():
            raise InvalidParameter("A birthday cannot be in the future.")
        with self._acting_on(ChangeKind.EDIT_USER, user_pk) as (act, user):
            value = birthday.isoformat() if birthday else None
            act.work.update(tables.users, user_pk, {"birthday": value})
            to = f"set to {_spelled(birthday)}" if birthday else "removed"
            act.work.summary = f"Birthday of {user.display_name} {to}"
        return act.changes

    def set_color(self, user_pk: int, color: int) -> ChangeSet:
        """0-11. Raises ResourceNotFound, InvalidParameter."""
        if not 0 <= color < users.COLORS:
            raise InvalidParameter(f"There are {users.COLORS} colours, 0 to {users.COLORS - 1}.")
        with self._acting_on(ChangeKind.EDIT_USER, user_pk) as (act, user):
            act.work.update(tables.users, user_pk, {"color": color})
            act.work.summary = f"Colour of {user.display_name} changed"
        return act.changes

    def hide(self, user_pks: Sequence[int], hidden: bool) -> ChangeSet:
        """Hidden people are left out of the People page. People of one collection; those that are
        gone are passed over."""
        with self._acting_on_several(ChangeKind.HIDE, user_pks) as (act, found):
            changed = [user for user in found if act.work.update(tables.users, user.id, {"hidden": hidden})]
            act.work.summary = f"{_people(changed)} {'hidden' if hidden else 'shown again'}"
        return act.changes

    @counts("DeleteUser")
    def delete_pks(self, user_pks: Sequence[int]) -> ChangeSet:
        """Their faces stay, without a person. As for `hide`."""
        with self._acting_on_several(ChangeKind.DELETE_USER, user_pks) as (act, found):
            for user in found:
                delete_user(act.work, user.id)
            act.work.summary = f"{_people(found)} deleted"
        return act.changes

    def merge(self, source_pks: Sequence[int], into_pk: int) -> ChangeSet:
        """The sources' faces and rejections become the other's, and the sources go; a birthday is
        kept where the other has none. Raises ResourceNotFound, InvalidParameter."""
        with self._acting_on(ChangeKind.MERGE_USERS, into_pk) as (act, into):
            wanted = [pk for pk in dict.fromkeys(source_pks) if pk != into_pk]
            sources = [existing(act.work.connection, pk) for pk in wanted]
            if not sources:
                raise InvalidParameter("Choose another person to merge into this one.")
            if any(source.collection_pk != into.collection_pk for source in sources):
                raise InvalidParameter("Only people of one collection can be merged.")
            for source in sources:
                merge_into(act.work, source.id, into_pk)
            birthday = next((source.birthday for source in sources if source.birthday), None)
            if birthday is not None and into.birthday is None:
                act.work.update(tables.users, into_pk, {"birthday": birthday.isoformat()})
            act.work.summary = f"{_people(sources)} merged into {into.display_name}"
        return act.changes

    def split(self, user_pk: int, face_pks: Sequence[int], display_name: str | None = None) -> SplitResult:
        """Some of a person's faces to a new person; without a name, one after the old name.
        Raises ResourceNotFound, InvalidParameter, NameTaken."""
        with self._acting_on(ChangeKind.SPLIT_USER, user_pk) as (act, user):
            work = act.work
            owners = faces.users_of(work.connection, face_pks)
            leaving = [pk for pk in dict.fromkeys(face_pks) if owners.get(pk) == user_pk]
            if not 0 < len(leaving) < user.face_count:
                raise InvalidParameter(
                    f"Choose some of the faces of {user.display_name} to split off, but not all of them."
                )
            if display_name is None:
                name = self._namesake(act, user)
            else:
                name = checked_name(display_name)
                require_free_name(work.connection, user.collection_pk, name)
            new_pk = insert_user(work, user.collection_pk, name)
            set_user(work, leaving, new_pk)
            to = "a new person" if display_name is None else name
            work.summary = f"{user.display_name} split, {counted(len(leaving), 'face')} to {to}"
        return SplitResult(self.by_pk(new_pk), act.changes)

    def _namesake(self, act: Act, user: User) -> str:
        number = 2
        while users.by_display_name(
            act.work.connection, user.collection_pk, name := f"{user.display_name} ({number})"
        ):
            number += 1
        return checked_name(name)

    def _give(self, kind: ChangeKind, face_pks: Sequence[int], user_pk: int, summary: str) -> ChangeSet:
        with self._acting_on(kind, user_pk) as (act, user):
            wanted = own_faces(act.work.connection, user.collection_pk, face_pks)
            changed = set_user(act.work, wanted, user_pk)
            act.work.summary = summary.format(
                faces=counted(len(changed), "face"),
                suggestions=counted(len(changed), "suggestion"),
                name=user.display_name,
            )
        return act.changes

    @contextmanager
    def _acting(self, kind: ChangeKind, collection_pk: int | None) -> Iterator[Act]:
        with self._database.act(kind, self._origin, collection_pk) as act:
            yield act
        self._events.publish(act.changes)

    @contextmanager
    def _acting_on(self, kind: ChangeKind, user_pk: int) -> Iterator[tuple[Act, User]]:
        with self._database.read() as connection:
            collection_pk = existing(connection, user_pk).collection_pk
        with self._acting(kind, collection_pk) as act:
            yield act, existing(act.work.connection, user_pk)

    @contextmanager
    def _acting_on_several(
        self, kind: ChangeKind, user_pks: Sequence[int]
    ) -> Iterator[tuple[Act, builtins.list[User]]]:
        with self._database.read() as connection:
            owners = {user.collection_pk for user in users.by_pks(connection, user_pks).values()}
        if len(owners) > 1:
            raise InvalidParameter("Choose people of one collection.")
        with self._acting(kind, next(iter(owners), None)) as act:
            found = users.by_pks(act.work.connection, user_pks)
            yield act, [found[pk] for pk in dict.fromkeys(user_pks) if pk in found]


def _people(found: Sequence[User]) -> str:
    return joined(user.display_name for user in found)


def _spelled(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
