"""Which photos a grid shows and in which order: 100,000 rows as numbers, filtered and sorted in numpy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Text, cast, func, select

from app.domain.records import PhotoStatus
from app.domain.text import printable
from app.storage import tables
from app.storage.clock import to_ms
from app.storage.repositories import users
from app.storage.repositories.looks import Looks, looking_like, showing
from app.storage.repositories.rows import among, column, numbers

Ids = NDArray[np.int64]

NO_DATE = np.iinfo(np.int64).min
_FACES = tables.faces
_SEPARATOR = os.fsencode(os.sep)
_OTHER_SEPARATOR = os.fsencode(os.altsep) if os.altsep else None


class PhotoSort(StrEnum):
    TAKEN = "taken"
    ADDED = "added"
    NAME = "name"
    FACES = "faces"


@dataclass(frozen=True)
class PhotoFilter:
    """All that is given must hold.

    text: part of the file's name or of a named person's name, in any case.
    people: at least one face of one of these users.
    any_named: True for at least one named face, False for none.
    min_faces, max_faces: faces that are not hidden.
    min_sharpness: at least one face of that sharpness (0-100) or more.
    taken_from, taken_to: both days included; a photo without a date matches neither.
    missing: True for photos with no file left.
    labels: each of these is seen in the photo; looks: at least one shown face looks so.
    """

    text: str = ""
    people: frozenset[int] | None = None
    any_named: bool | None = None
    min_faces: int | None = None
    max_faces: int | None = None
    min_sharpness: float | None = None
    taken_from: date | None = None
    taken_to: date | None = None
    status: PhotoStatus | None = None
    missing: bool | None = None
    labels: frozenset[str] | None = None
    looks: Looks | None = None


@dataclass(frozen=True)
class SortedPhotos:
    """`keys` run along with `ids`: milliseconds (NO_DATE for none), or counts of faces, or zeros."""

    ids: Ids
    keys: Ids


def sorted_photos(
    connection: Connection, collection_pk: int, wanted: PhotoFilter, sort: PhotoSort, descending: bool
) -> SortedPhotos:
    """Photos without a date come last in both directions."""
    ids, taken, added = _members(connection, collection_pk, wanted.status, sort)
    keep = _kept(connection, collection_pk, wanted, ids, taken)
    ids, taken, added = ids[keep], taken[keep], added[keep]
    if sort is PhotoSort.NAME:
        order = _name_order(connection, ids, descending)
        return SortedPhotos(ids[order], np.zeros(len(order), np.int64))
    keys = taken
    if sort is PhotoSort.ADDED:
        keys = added
    elif sort is PhotoSort.FACES:
        keys = _looked_up(*_face_counts(connection, collection_pk), ids)
    order = np.lexsort((ids, keys))
    if descending:
        order = order[::-1]
    elif sort is PhotoSort.TAKEN:
        undated = int(np.count_nonzero(keys == NO_DATE))
        order = np.concatenate((order[undated:], order[:undated]))
    return SortedPhotos(ids[order], keys[order])


def file_name(path: bytes) -> str:
    """The last part of a stored path, to be shown."""
    # By hand: os.path and Path cost a multiple of this, 100,000 times.
    start = path.rfind(_SEPARATOR) + 1
    if _OTHER_SEPARATOR is not None:
        start = max(start, path.rfind(_OTHER_SEPARATOR) + 1)
    return printable(os.fsdecode(path[start:]))


def _members(
    connection: Connection, collection_pk: int, status: PhotoStatus | None, sort: PhotoSort
) -> tuple[Ids, Ids, Ids]:
    members, photos = tables.memberships, tables.photos
    taken = func.coalesce(photos.c.taken_at, NO_DATE)
    # The unique index covers the ids; only this order needs the membership's own row.
    added: Any = members.c.added_at if sort is PhotoSort.ADDED else members.c.photo_pk
    query = (
        select(members.c.photo_pk, taken.label("taken"), added.label("added"))
        .join(photos, photos.c.id == members.c.photo_pk)
        .where(members.c.collection_pk == collection_pk)
    )
    if status is not None:
        query = query.where(members.c.status == status.value)
    ids, taken_at, added_at = numbers(connection, query)
    return ids, taken_at, added_at


def _kept(
    connection: Connection, collection_pk: int, wanted: PhotoFilter, ids: Ids, taken: Ids
) -> NDArray[np.bool_]:
    keep = np.ones(len(ids), np.bool_)
    in_collection = _FACES.c.collection_pk == collection_pk

    def photos_of_faces(*conditions: Any) -> Ids:
        return column(connection, select(_FACES.c.photo_pk).where(in_collection, *conditions))

    if wanted.taken_from is not None:
        keep = keep & (taken >= _day(wanted.taken_from))
    if wanted.taken_to is not None:
        keep &= (taken < _day(wanted.taken_to + timedelta(days=1))) & (taken != NO_DATE)
    if wanted.people is not None:
        keep &= np.isin(ids, photos_of_faces(among(_FACES.c.user_pk, sorted(wanted.people))))
    if wanted.any_named is not None:
        has_name = np.isin(ids, photos_of_faces(_FACES.c.user_pk.is_not(None)))
        keep &= has_name if wanted.any_named else ~has_name
    if wanted.min_faces is not None or wanted.max_faces is not None:
        counts = _looked_up(*_face_counts(connection, collection_pk), ids)
        keep &= counts >= (wanted.min_faces or 0)
        if wanted.max_faces is not None:
            keep &= counts <= wanted.max_faces
    if wanted.min_sharpness is not None:
        keep &= np.isin(ids, photos_of_faces(_FACES.c.sharpness >= wanted.min_sharpness))
    for label in sorted(wanted.labels or ()):
        keep &= np.isin(ids, column(connection, showing(label)))
    if wanted.looks:
        alike = _FACES.c.id.in_(looking_like(wanted.looks))
        keep &= np.isin(ids, photos_of_faces(_FACES.c.hidden.is_(False), alike))
    if wanted.missing is not None:
        present = column(connection, select(tables.photo_paths.c.photo_pk).where(_PRESENT))
        found = np.isin(ids, present)
        keep &= ~found if wanted.missing else found
    text = wanted.text.strip()
    if text:
        people = users.matching(connection, collection_pk, text)
        named = photos_of_faces(among(_FACES.c.user_pk, people)) if people else np.zeros(0, np.int64)
        keep &= np.isin(ids, named) | np.isin(ids, _named_like(connection, text))
    return keep


_PRESENT = tables.photo_paths.c.missing_since.is_(None)


def _day(day: date) -> int:
    return int(to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC)) or 0)


def _face_counts(connection: Connection, collection_pk: int) -> tuple[Ids, Ids]:
    """Photos with faces that are not hidden, and how many."""
    query = (
        select(_FACES.c.photo_pk, func.count().label("faces"))
        .where(_FACES.c.collection_pk == collection_pk, _FACES.c.hidden.is_(False))
        .group_by(_FACES.c.photo_pk)
    )
    photos, counts = numbers(connection, query)
    order = np.argsort(photos)
    return photos[order], counts[order]


def _looked_up(keys: Ids, values: Ids, wanted: Ids) -> Ids:
    """The value of each wanted key, 0 where there is none. `keys` rise."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


def _named_like(connection: Connection, text: str) -> Ids:
    paths = tables.photo_paths
    query: Select[Any] = select(paths.c.photo_pk, paths.c.path)
    if text.isascii():
        # SQLite's LIKE ignores case in ASCII alone; the folder's part is ruled out below.
        pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(cast(paths.c.path, Text).like(f"%{pattern}%", escape="\\"))
    folded = text.casefold()
    found = [pk for pk, path in connection.execute(query) if folded in file_name(path).casefold()]
    return np.array(found, np.int64)


def first_names(connection: Connection, photo_pks: Iterable[int] | None = None) -> dict[int, str]:
    """The file's name of each photo that has a path: of one that is there, else of a missing one."""
    paths = tables.photo_paths
    query = select(paths.c.photo_pk, paths.c.path)
    if photo_pks is not None:
        query = query.where(among(paths.c.photo_pk, photo_pks))
    # The last one written into the dict stays.
    query = query.order_by(_PRESENT, paths.c.id.desc())
    return {pk: file_name(path) for pk, path in connection.execute(query)}


def _name_order(connection: Connection, ids: Ids, descending: bool) -> Ids:
    paths = tables.photo_paths
    query = select(paths.c.photo_pk, paths.c.path, _PRESENT)
    names: dict[int, str] = {}
    for pk, path, present in connection.execute(query):
        if present or pk not in names:
            names[pk] = file_name(path).casefold()
    keys = [(names.get(pk, ""), pk) for pk in ids.tolist()]
    order = sorted(range(len(keys)), key=keys.__getitem__, reverse=descending)
    return np.array(order, np.int64)
