"""Stored faces: the row and back, and what else hangs on a face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, and_, func, select

from app.domain.faces import DetectedFace, Face, FaceSource
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.storage import tables
from app.storage.clock import from_ms
from app.storage.repositories.rows import among, column

_FACES = tables.faces


def detected_values(face: DetectedFace) -> dict[str, Any]:
    """The columns of `faces` that say where the face is and how it looks."""
    return {
        "left": float(face.box.left),
        "top": float(face.box.top),
        "width": float(face.box.width),
        "height": float(face.box.height),
        "landmarks": face.landmarks.points.astype("<f4").tobytes(),
        "confidence": float(face.confidence),
        "roll": float(face.pose.roll),
        "yaw": float(face.pose.yaw),
        "pitch": float(face.pose.pitch),
        "brightness": float(face.quality.brightness),
        "sharpness": float(face.quality.sharpness),
    }


def detected_of(row: Any) -> DetectedFace:
    """The inverse of detected_values."""
    points = np.frombuffer(row["landmarks"], "<f4").reshape(5, 2).astype(np.float32)
    return DetectedFace(
        box_of(row),
        Landmarks(points),
        row["confidence"],
        Pose(row["roll"], row["yaw"], row["pitch"]),
        Quality(row["brightness"], row["sharpness"]),
    )


def box_of(row: Any) -> BoundingBox:
    return BoundingBox(row["left"], row["top"], row["width"], row["height"])


def face_of(row: Any) -> Face:
    """A row of `faces` joined with the photo's `image_id`."""
    return Face(
        id=row["id"],
        face_id=row["face_id"],
        photo_pk=row["photo_pk"],
        collection_pk=row["collection_pk"],
        image_id=row["image_id"],
        external_image_id=row["external_image_id"],
        detected=detected_of(row),
        source=FaceSource(row["source"]),
        user_pk=row["user_pk"],
        created_at=from_ms(row["created_at"]),
    )


def by_pk(connection: Connection, pk: int) -> Face | None:
    return next(iter(_read(connection, _query().where(_FACES.c.id == pk))), None)


def by_pks(connection: Connection, pks: Iterable[int]) -> dict[int, Face]:
    return {face.id: face for face in _read(connection, _query().where(among(_FACES.c.id, pks)))}


def by_face_ids(connection: Connection, collection_pk: int, face_ids: Iterable[str]) -> dict[str, Face]:
    # The collection is compared here: asked of SQLite, it would read all of a collection to find one face.
    found = _read(connection, _query().where(among(_FACES.c.face_id, face_ids)))
    return {face.face_id: face for face in found if face.collection_pk == collection_pk}


def of_photo(connection: Connection, collection_pk: int, photo_pk: int) -> list[Face]:
    """The largest first."""
    query = _query().where(_FACES.c.collection_pk == collection_pk, _FACES.c.photo_pk == photo_pk)
    faces = _read(connection, query)
    return sorted(faces, key=lambda face: (-face.detected.box.area, face.id))


def of_photos(connection: Connection, photo_pks: Iterable[int]) -> list[Face]:
    """Those of every collection that is not deleted, in order of creation."""
    query = (
        _query()
        .join(tables.collections, tables.collections.c.id == _FACES.c.collection_pk)
        .where(among(_FACES.c.photo_pk, photo_pks), tables.collections.c.deleted_at.is_(None))
    )
    return _read(connection, query.order_by(_FACES.c.id))


def pks_of_photos(connection: Connection, collection_pk: int, photo_pks: Iterable[int]) -> NDArray[np.int64]:
    query = select(_FACES.c.id).where(
        _FACES.c.collection_pk == collection_pk, among(_FACES.c.photo_pk, photo_pks)
    )
    return column(connection, query.order_by(_FACES.c.id))


def pks_of_user(connection: Connection, user_pk: int) -> NDArray[np.int64]:
    """In order of creation."""
    return column(connection, select(_FACES.c.id).where(_FACES.c.user_pk == user_pk).order_by(_FACES.c.id))


def after(
    connection: Connection,
    collection_pk: int,
    pk: int,
    limit: int,
    *,
    user_pk: int | None = None,
    face_ids: Sequence[str] | None = None,
) -> list[Face]:
    """At most `limit` faces after that row, in order of creation."""
    if face_ids is not None:
        # As by_face_ids compares; and only the rows of this page are read whole.
        keys = select(_FACES.c.id, _FACES.c.collection_pk, _FACES.c.user_pk)
        found = sorted(
            row.id
            for row in connection.execute(keys.where(among(_FACES.c.face_id, face_ids)))
            if row.id > pk and row.collection_pk == collection_pk and user_pk in (None, row.user_pk)
        )
        listed = by_pks(connection, found[:limit])
        return [listed[each] for each in found[:limit]]
    # A user is of one collection, and has the fewer faces.
    of = _FACES.c.collection_pk == collection_pk if user_pk is None else _FACES.c.user_pk == user_pk
    query = _query().where(of, _FACES.c.id > pk)
    return _read(connection, query.order_by(_FACES.c.id).limit(limit))


def hidden_among(connection: Connection, pks: Iterable[int]) -> set[int]:
    query = select(_FACES.c.id).where(among(_FACES.c.id, pks), _FACES.c.hidden.is_(True))
    return set(connection.execute(query).scalars())


def embedding_pks(connection: Connection, face_pks: Iterable[int]) -> list[int]:
    """Rows of every vector of those faces, whatever their contract."""
    table = tables.embeddings
    return list(connection.execute(select(table.c.id).where(among(table.c.face_pk, face_pks))).scalars())


def rejections_of(connection: Connection, face_pks: Iterable[int]) -> list[tuple[int, int, int]]:
    """(row, face, user) of every rejection of those faces."""
    table = tables.rejections
    query = select(table.c.id, table.c.face_pk, table.c.user_pk).where(among(table.c.face_pk, face_pks))
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(table.c.id))]


def rejections_of_user(connection: Connection, user_pk: int) -> list[tuple[int, int, int]]:
    table = tables.rejections
    query = select(table.c.id, table.c.face_pk, table.c.user_pk).where(table.c.user_pk == user_pk)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(table.c.id))]


def users_of(connection: Connection, face_pks: Iterable[int]) -> dict[int, int | None]:
    """The user of each face that exists."""
    query = select(_FACES.c.id, _FACES.c.user_pk).where(among(_FACES.c.id, face_pks))
    return {row[0]: row[1] for row in connection.execute(query)}


def membership_pks(connection: Connection, face_pks: Iterable[int]) -> list[int]:
    """Rows of the faces' photos in the faces' collection, each once."""
    members = tables.memberships
    query = (
        select(members.c.id)
        .join(
            _FACES,
            and_(_FACES.c.photo_pk == members.c.photo_pk, _FACES.c.collection_pk == members.c.collection_pk),
        )
        .where(among(_FACES.c.id, face_pks))
        .distinct()
        .order_by(members.c.id)
    )
    return list(connection.execute(query).scalars())


def count(connection: Connection, collection_pk: int) -> int:
    query = select(func.count()).where(_FACES.c.collection_pk == collection_pk)
    return int(connection.execute(query).scalar_one())


def _query() -> Select[Any]:
    return select(_FACES, tables.photos.c.image_id).join(
        tables.photos, tables.photos.c.id == _FACES.c.photo_pk
    )


def _read(connection: Connection, query: Select[Any]) -> list[Face]:
    return [face_of(row) for row in connection.execute(query).mappings()]
