"""Which faces a grid shows and in which order, and what it paints of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, cast, func, select

from app.domain.geometry import BoundingBox, Quality
from app.storage import tables
from app.storage.clock import from_ms
from app.storage.repositories.faces import box_of
from app.storage.repositories.looks import Looks, looking_like, showing
from app.storage.repositories.photo_listing import NO_DATE, first_names
from app.storage.repositories.rows import among, numbers

_FACES = tables.faces
_USERS = tables.users
_PHOTOS = tables.photos


class FaceSort(StrEnum):
    QUALITY = "quality"
    SIZE = "size"
    DATE = "date"
    ADDED = "added"


@dataclass(frozen=True)
class FaceFilter:
    """All that is given must hold. Quality and confidence 0-100.

    named: True for faces with a person, False for those without.
    user_pks: faces of one of these people.
    min_size: the longer side of the box in pixels of the photo.
    hidden: False (as given) leaves hidden faces out, True gives them alone, None both.
    looks: what it looks like; labels: each of these is seen in its photo.
    """

    named: bool | None = None
    user_pks: frozenset[int] | None = None
    photo_pks: frozenset[int] | None = None
    min_sharpness: float | None = None
    min_brightness: float | None = None
    min_confidence: float | None = None
    min_size: float | None = None
    hidden: bool | None = False
    looks: Looks | None = None
    labels: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FaceCell:
    """A face as a grid paints it. Confidence 0-100; `color` is the person's."""

    id: int
    face_id: str
    photo_pk: int
    box: BoundingBox
    user_pk: int | None
    user_name: str | None
    color: int | None
    quality: Quality
    confidence: float
    photo_name: str
    taken_at: datetime | None
    hidden: bool


def sorted_faces(
    connection: Connection, collection_pk: int, wanted: FaceFilter, sort: FaceSort, descending: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(ids, keys), keys as whole numbers: thousandths of a quality, pixels, or milliseconds (NO_DATE
    for none, which come last in both directions)."""
    side = func.max(_FACES.c.width * _PHOTOS.c.width, _FACES.c.height * _PHOTOS.c.height)
    key: Any = {
        # A blurred face is a bad one however bright, and the other way round.
        FaceSort.QUALITY: cast(func.min(_FACES.c.sharpness, _FACES.c.brightness) * 1000, Integer),
        FaceSort.SIZE: cast(side, Integer),
        FaceSort.DATE: func.coalesce(_PHOTOS.c.taken_at, NO_DATE),
        FaceSort.ADDED: _FACES.c.created_at,
    }[sort]
    query = select(_FACES.c.id, key.label("key")).where(_FACES.c.collection_pk == collection_pk)
    if sort in (FaceSort.SIZE, FaceSort.DATE) or wanted.min_size is not None:
        query = query.join(_PHOTOS, _PHOTOS.c.id == _FACES.c.photo_pk)
    if wanted.named is not None:
        query = query.where(_FACES.c.user_pk.is_not(None) if wanted.named else _FACES.c.user_pk.is_(None))
    for column, values in ((_FACES.c.user_pk, wanted.user_pks), (_FACES.c.photo_pk, wanted.photo_pks)):
        if values is not None:
            query = query.where(among(column, sorted(values)))
    for least, value in (
        (wanted.min_sharpness, _FACES.c.sharpness),
        (wanted.min_brightness, _FACES.c.brightness),
        (wanted.min_confidence, _FACES.c.confidence),
        (wanted.min_size, side),
    ):
        if least is not None:
            query = query.where(value >= least)
    if wanted.looks:
        query = query.where(_FACES.c.id.in_(looking_like(wanted.looks)))
    for label in sorted(wanted.labels or ()):
        query = query.where(_FACES.c.photo_pk.in_(showing(label)))
    if wanted.hidden is not None:
        query = query.where(_FACES.c.hidden.is_(wanted.hidden))
    ids, keys = numbers(connection, query)
    order = np.lexsort((ids, keys))
    undated = int(np.count_nonzero(keys == NO_DATE))
    if descending:
        order = order[::-1]
    elif undated:
        order = np.concatenate((order[undated:], order[:undated]))
    return ids[order], keys[order]


def cells(connection: Connection, face_pks: Sequence[int]) -> dict[int, FaceCell]:
    """Faces that are gone are left out."""
    query = (
        select(
            _FACES,
            _USERS.c.display_name,
            _USERS.c.color,
            _PHOTOS.c.taken_at,
            _PHOTOS.c.image_id,
        )
        .join(_PHOTOS, _PHOTOS.c.id == _FACES.c.photo_pk)
        .outerjoin(_USERS, _USERS.c.id == _FACES.c.user_pk)
        .where(among(_FACES.c.id, face_pks))
    )
    rows = connection.execute(query).mappings().all()
    names = first_names(connection, {row["photo_pk"] for row in rows})
    return {
        row["id"]: FaceCell(
            id=row["id"],
            face_id=row["face_id"],
            photo_pk=row["photo_pk"],
            box=box_of(row),
            user_pk=row["user_pk"],
            user_name=row["display_name"],
            color=row["color"],
            quality=Quality(row["brightness"], row["sharpness"]),
            confidence=row["confidence"],
            photo_name=names.get(row["photo_pk"], row["image_id"]),
            taken_at=None if row["taken_at"] is None else from_ms(row["taken_at"]),
            hidden=row["hidden"],
        )
        for row in rows
    }
