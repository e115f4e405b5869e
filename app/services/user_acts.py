"""What several acts do to users inside their unit of work."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import Conflict, InvalidParameter, ResourceNotFound
from app.domain.records import User
from app.services.face_acts import drop_rejections, rest_on_users, set_user
from app.services.naming import free_slug
from app.storage import tables
from app.storage.clock import now_ms
from app.storage.repositories import collections, faces, users
from app.storage.repositories.rows import Connection
from app.storage.unit_of_work import UnitOfWork


class NameTaken(Conflict):
    """Another person has the name: `user_pk`. Merge into that one instead."""

    def __init__(self, name: str, user_pk: int) -> None:
        super().__init__(f"There is a person called “{name}” already. Choose another name, or merge the two.")
        self.user_pk = user_pk


def existing(connection: Connection, user_pk: int) -> User:
    """Raises ResourceNotFound, also where the collection was deleted."""
    user = users.by_pk(connection, user_pk)
    if user is None or collections.name_of(connection, user.collection_pk) is None:
        raise ResourceNotFound("This person was deleted.")
    return user


def require_free_name(connection: Connection, collection_pk: int, name: str, but: int | None = None) -> None:
    """Raises NameTaken; `but` is the user that may have it."""
    for user in users.by_display_name(connection, collection_pk, name):
        if user.id != but:
            raise NameTaken(user.display_name, user.id)


def insert_user(work: UnitOfWork, collection_pk: int, name: str, user_id: str | None = None) -> int:
    """Without `user_id`, one that reads like the name and that no undo can want back."""
    if collections.name_of(work.connection, collection_pk) is None:
        raise ResourceNotFound("This collection was deleted.")
    if user_id is None:
        user_id = free_slug(name, users.used_user_ids(work.connection, collection_pk), "person")
    return work.insert(
        tables.users,
        {
            "collection_pk": collection_pk,
            "user_id": user_id,
            "display_name": name,
            "color": users.free_color(work.connection, collection_pk),
            "hidden": False,
            "created_at": now_ms(),
        },
    )


def delete_user(work: UnitOfWork, user_pk: int) -> None:
    """Its faces stay, without a person."""
    set_user(work, faces.pks_of_user(work.connection, user_pk).tolist(), None)
    drop_rejections(work, faces.rejections_of_user(work.connection, user_pk))
    work.delete(tables.users, user_pk)


def own_faces(connection: Connection, collection_pk: int, face_pks: Sequence[int]) -> list[int]:
    """Those of the faces that are there, once each. Raises InvalidParameter for another collection's."""
    found = faces.by_pks(connection, face_pks)
    if any(face.collection_pk != collection_pk for face in found.values()):
        raise InvalidParameter("A face and its person must be of one collection: move the face first.")
    return [pk for pk in dict.fromkeys(face_pks) if pk in found]


def reject(work: UnitOfWork, face_pks: Sequence[int], user_pk: int) -> int:
    """Note that the faces are not this user's, and take them from the user where they are. How many
    were not rejected before."""
    owners = faces.users_of(work.connection, face_pks)
    set_user(work, [pk for pk, owner in owners.items() if owner == user_pk], None)
    known = {face for _, face, user in faces.rejections_of(work.connection, owners) if user == user_pk}
    added = [pk for pk in owners if pk not in known]
    for pk in added:
        work.insert(tables.rejections, {"face_pk": pk, "user_pk": user_pk, "created_at": now_ms()})
        work.refer(tables.faces, pk)
    if added:
        rest_on_users(work, [user_pk])
    return len(added)


def merge_into(work: UnitOfWork, source_pk: int, into_pk: int) -> None:
    """The source's faces and rejections become the other's; the source goes."""
    connection = work.connection
    set_user(work, faces.pks_of_user(connection, source_pk).tolist(), into_pk)
    inherited = faces.rejections_of_user(connection, source_pk)
    owners = faces.users_of(connection, [face for _, face, _ in inherited])
    known = {face for _, face, _ in faces.rejections_of_user(connection, into_pk)}
    moving = [each for each in inherited if each[1] not in known and owners[each[1]] != into_pk]
    for pk, _, _ in moving:
        work.update(tables.rejections, pk, {"user_pk": into_pk})
    drop_rejections(work, [each for each in inherited if each not in moving])
    rest_on_users(work, [into_pk])
    work.delete(tables.users, source_pk)
