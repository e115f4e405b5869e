"""The journal as History reads it: which changes, what each touched, and the names of that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, distinct, func, select

from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.storage import tables
from app.storage.clock import to_ms
from app.storage.repositories import users
from app.storage.repositories.rows import among, column, numbers
from app.storage.unit_of_work import change_of, decode_row

_CHANGES = tables.changes
_ROWS = tables.change_rows
_OF_PHOTOS = (ChangeKind.INDEX.value, ChangeKind.REMOVE_PHOTOS.value)
# Enough rows to find the largest face of a few photos, however many a change touched.
_LOOKED_AT = 64


@dataclass(frozen=True)
class HistoryFilter:
    """All that is given must hold. `start` and `end` are days on this machine's clock, both included;
    `text` is part of the summary in any case; `user_pk` finds what touched that person."""

    origin: Origin | None = None
    kinds: frozenset[ChangeKind] | None = None
    user_pk: int | None = None
    collection_pk: int | None = None
    text: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Alteration:
    """A touched row; `before` and `after` as in the table change_rows."""

    table: str
    pk: int
    op: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def library_mark(connection: Connection) -> str:
    """What tells this library from others: its first change, which nothing takes back. Empty before that."""
    query = select(_CHANGES.c.created_at, _CHANGES.c.kind, _CHANGES.c.origin).order_by(_CHANGES.c.id).limit(1)
    row = connection.execute(query).first()
    return "" if row is None else "/".join(str(value) for value in row)


def newest_first(
    connection: Connection, wanted: HistoryFilter
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(ids, milliseconds) of the changes."""
    query = select(_CHANGES.c.id, _CHANGES.c.created_at)
    if wanted.origin is not None:
        query = query.where(_CHANGES.c.origin == wanted.origin.value)
    if wanted.kinds is not None:
        query = query.where(among(_CHANGES.c.kind, sorted(kind.value for kind in wanted.kinds)))
    if wanted.collection_pk is not None:
        query = query.where(_CHANGES.c.collection_pk == wanted.collection_pk)
    if wanted.start is not None:
        query = query.where(_CHANGES.c.created_at >= _midnight(wanted.start))
    if wanted.end is not None:
        query = query.where(_CHANGES.c.created_at < _midnight(wanted.end + timedelta(days=1)))
    if wanted.user_pk is not None:
        touched = select(_ROWS.c.change_pk).where(
            _ROWS.c.table_name == tables.users.name, _ROWS.c.row_pk == wanted.user_pk
        )
        query = query.where(_CHANGES.c.id.in_(touched))
    text = wanted.text.strip().casefold()
    if text:
        # SQLite folds ASCII alone, so the lines are compared here.
        lines = connection.execute(query.with_only_columns(_CHANGES.c.id, _CHANGES.c.summary))
        query = query.where(among(_CHANGES.c.id, [pk for pk, line in lines if text in line.casefold()]))
    ids, moments = numbers(connection, query)
    order = np.argsort(ids)[::-1]
    return ids[order], moments[order]


def by_pks(connection: Connection, pks: Iterable[int]) -> dict[int, Change]:
    found = connection.execute(select(_CHANGES).where(among(_CHANGES.c.id, pks))).mappings()
    return {row["id"]: change_of(row) for row in found}


def collection_of(connection: Connection, change_pk: int) -> int | None:
    """The collection that the change was made in."""
    return connection.execute(select(_CHANGES.c.collection_pk).where(_CHANGES.c.id == change_pk)).scalar()


def face_count(connection: Connection, change_pk: int) -> int:
    """Distinct faces that the change touched or rested on."""
    query = select(func.count(distinct(_ROWS.c.row_pk))).where(
        _ROWS.c.change_pk == change_pk, _ROWS.c.table_name == tables.faces.name
    )
    return int(connection.execute(query).scalar_one())


def shown_faces(connection: Connection, change: Change, most: int) -> list[int]:
    """Faces to picture the change with: of photos the largest of each, of people the cover."""
    query = (
        select(_ROWS.c.row_pk, _ROWS.c.before)
        .where(_ROWS.c.change_pk == change.id, _ROWS.c.table_name == tables.faces.name)
        .order_by(_ROWS.c.op, _ROWS.c.row_pk)
        .limit(_LOOKED_AT)
    )
    touched = {pk: decode_row(before) for pk, before in connection.execute(query)}
    if not touched:
        return _covers(connection, change.id, most)
    if change.kind.value in _OF_PHOTOS:
        return _largest_of_photos(connection, touched)[:most]
    return list(touched)[:most]


def _largest_of_photos(connection: Connection, touched: Mapping[int, Mapping[str, Any]]) -> list[int]:
    table = tables.faces
    places = {pk: row for pk, row in touched.items() if "photo_pk" in row and "width" in row}
    living = select(table.c.id, table.c.photo_pk, table.c.width, table.c.height).where(
        among(table.c.id, [pk for pk in touched if pk not in places])
    )
    places.update({row["id"]: dict(row) for row in connection.execute(living).mappings()})
    largest: dict[int, int] = {}
    for pk in sorted(places, key=lambda pk: -places[pk]["width"] * places[pk]["height"]):
        largest.setdefault(places[pk]["photo_pk"], pk)
    return [largest[photo] for photo in sorted(largest)]


def _covers(connection: Connection, change_pk: int, most: int) -> list[int]:
    query = (
        select(_ROWS.c.row_pk, _ROWS.c.after)
        .where(_ROWS.c.change_pk == change_pk, _ROWS.c.table_name == tables.users.name)
        .order_by(_ROWS.c.id)
        .limit(most)
    )
    touched = {pk: decode_row(after).get("cover_face_pk") for pk, after in connection.execute(query)}
    now = users.by_pks(connection, touched)
    covers = [chosen or (now[pk].cover_face_pk if pk in now else None) for pk, chosen in touched.items()]
    return list(dict.fromkeys(cover for cover in covers if cover is not None))


def counts(connection: Connection, change_pk: int) -> dict[tuple[str, str], int]:
    """How many rows the change touched, by (table, op)."""
    query = (
        select(_ROWS.c.table_name, _ROWS.c.op, func.count(distinct(_ROWS.c.row_pk)))
        .where(_ROWS.c.change_pk == change_pk)
        .group_by(_ROWS.c.table_name, _ROWS.c.op)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def alterations(
    connection: Connection, change_pk: int, table: str, ops: str = "iudr", most: int = 10_000
) -> list[Alteration]:
    """The rows of that table, in the order in which they were touched."""
    query = (
        select(_ROWS)
        .where(_ROWS.c.change_pk == change_pk, _ROWS.c.table_name == table, _ROWS.c.op.in_(list(ops)))
        .order_by(_ROWS.c.id)
        .limit(most)
    )
    return [
        Alteration(
            row["table_name"], row["row_pk"], row["op"], decode_row(row["before"]), decode_row(row["after"])
        )
        for row in connection.execute(query).mappings()
    ]


def rows_of(connection: Connection, table: str, pks: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Rows as they are, or as they were last if they have been deleted since."""
    wanted = set(pks)
    source = tables.JOURNALLED[table]
    living = connection.execute(select(source).where(among(source.c.id, wanted))).mappings()
    found = {row["id"]: dict(row) for row in living}
    gone = select(_ROWS.c.row_pk, _ROWS.c.before).where(
        _ROWS.c.table_name == table, among(_ROWS.c.row_pk, wanted - found.keys()), _ROWS.c.op == "d"
    )
    for pk, before in connection.execute(gone.order_by(_ROWS.c.id)):
        found[pk] = decode_row(before)
    return found


def photo_pks_indexed(connection: Connection, change_pk: int, most: int) -> list[int]:
    """Photos that the change put into a collection and that are there still."""
    members = tables.memberships
    query = (
        select(members.c.photo_pk)
        .join(_ROWS, _ROWS.c.row_pk == members.c.id)
        .where(_ROWS.c.change_pk == change_pk, _ROWS.c.table_name == members.name, _ROWS.c.op == "i")
        .limit(most)
    )
    return [int(pk) for pk in column(connection, query)]


def _midnight(day: date) -> int:
    return int(to_ms(datetime.combine(day, time()).astimezone()) or 0)


def last_row(connection: Connection) -> int:
    """The newest row of the journal, 0 when it is empty."""
    return int(connection.execute(select(func.max(tables.change_rows.c.id))).scalar() or 0)


def touched_since(connection: Connection, row_pk: int) -> ChangeSet:
    """The rows that journal entries after that one touched. Rows that are gone by now are known by
    their collection alone."""
    rows, acts = tables.change_rows, tables.changes
    named = connection.execute(
        select(rows.c.table_name, rows.c.row_pk).where(rows.c.id > row_pk).distinct()
    ).all()
    found: dict[str, set[int]] = {}
    for table, pk in named:
        found.setdefault(table, set()).add(pk)
    collections = set(
        connection.execute(
            select(acts.c.collection_pk)
            .join(rows, rows.c.change_pk == acts.c.id)
            .where(rows.c.id > row_pk, acts.c.collection_pk.is_not(None))
            .distinct()
        ).scalars()
    )
    faces = connection.execute(
        select(tables.faces.c.photo_pk, tables.faces.c.collection_pk, tables.faces.c.user_pk).where(
            among(tables.faces.c.id, sorted(found.get("faces", ())))
        )
    ).all()
    members = connection.execute(
        select(tables.memberships.c.photo_pk).where(
            among(tables.memberships.c.id, sorted(found.get("memberships", ())))
        )
    ).scalars()
    users = found.get("users", set()) | {user for _, _, user in faces if user is not None}
    return ChangeSet(
        collections=frozenset(collections | found.get("collections", set()) | {pk for _, pk, _ in faces}),
        photos=frozenset({photo for photo, _, _ in faces} | set(members)),
        faces=frozenset(found.get("faces", ())),
        users=frozenset(users),
    )
