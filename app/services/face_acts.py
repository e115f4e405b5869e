"""What several acts do to faces inside their unit of work.

Undo puts old values back, so an act notes every row that its undoing would need: a face that is taken
from a person makes the person's creation and deletion wait for that, and a face that is deleted or moved
the removal of its photo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.storage import tables
from app.storage.repositories import faces
from app.storage.unit_of_work import UnitOfWork


def delete_faces(work: UnitOfWork, face_pks: Sequence[int]) -> None:
    """The faces with their vectors and rejections."""
    rest_on_photos(work, face_pks)
    resting = {user for user in faces.users_of(work.connection, face_pks).values() if user is not None}
    for pk in faces.embedding_pks(work.connection, face_pks):
        work.delete(tables.embeddings, pk)
    for pk, _, user in faces.rejections_of(work.connection, face_pks):
        work.delete(tables.rejections, pk)
        resting.add(user)
    for pk in face_pks:
        work.delete(tables.faces, pk)
    rest_on_users(work, resting)


def set_user(work: UnitOfWork, face_pks: Iterable[int], user_pk: int | None) -> list[int]:
    """Give the faces to the user, or to none; those that changed hands. A rejection of this user by
    one of the faces ends."""
    before = faces.users_of(work.connection, face_pks)
    changed = [pk for pk, owner in before.items() if owner != user_pk]
    for pk in changed:
        work.update(tables.faces, pk, {"user_pk": user_pk})
    resting = {owner for pk in changed if (owner := before[pk]) is not None}
    if user_pk is not None:
        for row, face, user in faces.rejections_of(work.connection, before):
            if user == user_pk:
                work.delete(tables.rejections, row)
                work.refer(tables.faces, face)
        if changed:
            resting.add(user_pk)
    rest_on_users(work, resting)
    return changed


def drop_rejections(work: UnitOfWork, rejections: Iterable[tuple[int, int, int]]) -> None:
    """Rows of (rejection, face, user)."""
    users = set()
    for pk, face, user in rejections:
        work.delete(tables.rejections, pk)
        work.refer(tables.faces, face)
        users.add(user)
    rest_on_users(work, users)


def rest_on_users(work: UnitOfWork, user_pks: Iterable[int]) -> None:
    for pk in sorted(user_pks):
        work.refer(tables.users, pk)


def rest_on_photos(work: UnitOfWork, face_pks: Iterable[int]) -> None:
    """Undoing this act needs the faces' photos to be in their collection."""
    for pk in faces.membership_pks(work.connection, face_pks):
        work.refer(tables.memberships, pk)
