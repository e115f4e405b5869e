"""What ids that come from outside stand for."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import InvalidParameter, ResourceNotFound
from app.domain.records import User
from app.storage.repositories import collections, faces, users
from app.storage.repositories.rows import Connection


def of_one_collection(connection: Connection, face_pks: Sequence[int]) -> tuple[int | None, list[int]]:
    """The faces that are there, once each in the order given, and their collection (None without any).
    Raises InvalidParameter when they are of several."""
    found = faces.by_pks(connection, face_pks)
    owners = {face.collection_pk for face in found.values()}
    if len(owners) > 1:
        raise InvalidParameter("These faces are of several collections: choose faces of one.")
    return next(iter(owners), None), [pk for pk in dict.fromkeys(face_pks) if pk in found]


def collection_of(connection: Connection, collection_id: str) -> int:
    """Raises ResourceNotFound."""
    pk = collections.pk_of(connection, collection_id)
    if pk is None:
        raise ResourceNotFound(f"There is no collection “{collection_id}”.")
    return pk


def require_same(connection: Connection, collection_id: str, collection_pk: int) -> None:
    """For an act that looked the collection up before it took the lock. Raises ResourceNotFound for one
    that was deleted meanwhile, even if another of its name was made."""
    if collection_of(connection, collection_id) != collection_pk:
        raise ResourceNotFound(f"The collection “{collection_id}” was deleted.")


def distinct(face_ids: Sequence[str], most: int) -> list[str]:
    """Once each. Raises InvalidParameter for none, and for more than `most`."""
    if not 1 <= len(face_ids) <= most:
        raise InvalidParameter(f"FaceIds takes 1 to {most:,} ids, not {len(face_ids):,}.")
    return list(dict.fromkeys(face_ids))


def user_of(connection: Connection, collection_id: str, user_id: str) -> User:
    """Raises ResourceNotFound for the collection and the user."""
    user = users.by_user_id(connection, collection_of(connection, collection_id), user_id)
    if user is None:
        raise ResourceNotFound(f"There is no user “{user_id}” in “{collection_id}”.")
    return user
