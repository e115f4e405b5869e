"""A face as a page shows it: with its person, how alike they are, and whom it was said not to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.faces import Face
from app.domain.records import User
from app.storage.database import Database
from app.storage.repositories import faces, users
from app.storage.repositories.rows import Connection

Match = Callable[[int, int, Sequence[int]], Mapping[int, float]]
"""(collection, user, faces) -> similarity 0-100 of each face to the user's other faces. A face without
a vector, and every face of a user without other faces, is left out."""


@dataclass(frozen=True)
class FaceView:
    """`similarity_to_user` is 0-100, None where there is nothing to compare with."""

    face: Face
    user: User | None
    similarity_to_user: float | None
    rejected_users: tuple[User, ...]
    hidden: bool

    @property
    def user_id(self) -> str | None:
        return None if self.user is None else self.user.user_id


@dataclass(frozen=True, slots=True)
class KnownFace:
    """A face and the UserId of whose it is: all that Rekognition says of a stored one."""

    face: Face
    user_id: str | None


def known_faces(connection: Connection, found: Sequence[Face]) -> list[KnownFace]:
    """In the order given. Costs two queries, where a view compares the face with its person's others."""
    owners = users.user_ids(connection, {face.user_pk for face in found if face.user_pk is not None})
    return [KnownFace(face, None if face.user_pk is None else owners[face.user_pk]) for face in found]


def views_of(database: Database, found: Sequence[Face], match: Match | None) -> list[FaceView]:
    """In the order given."""
    pks = [face.id for face in found]
    with database.read() as connection:
        rejections = faces.rejections_of(connection, pks)
        wanted = {face.user_pk for face in found if face.user_pk is not None}
        known = users.by_pks(connection, wanted | {user for _, _, user in rejections})
        hidden = faces.hidden_among(connection, pks)
    rejected: dict[int, list[User]] = {}
    for _, face_pk, user_pk in rejections:
        rejected.setdefault(face_pk, []).append(known[user_pk])
    similar: dict[int, float] = {}
    if match is not None:
        for collection_pk, owner in {(face.collection_pk, face.user_pk) for face in found}:
            if owner is not None:
                own = [face.id for face in found if face.user_pk == owner]
                similar.update(match(collection_pk, owner, own))
    return [
        FaceView(
            face=face,
            user=known.get(face.user_pk) if face.user_pk is not None else None,
            similarity_to_user=similar.get(face.id),
            rejected_users=tuple(rejected.get(face.id, ())),
            hidden=face.id in hidden,
        )
        for face in found
    ]
