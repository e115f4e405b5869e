"""Users (people) with their counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.domain.records import User, UserStatus
from app.storage import tables
from app.storage.clock import from_ms
from app.storage.repositories.rows import among

_USERS = tables.users
COLORS = 12


def of_collection(connection: Connection, collection_pk: int, *, hidden: bool | None = None) -> list[User]:
    """In order of creation; `hidden` None gives both kinds."""
    query = _query().where(_USERS.c.collection_pk == collection_pk).order_by(_USERS.c.id)
    if hidden is not None:
        query = query.where(_USERS.c.hidden.is_(hidden))
    return _read(connection, query)


def after(connection: Connection, collection_pk: int, pk: int, limit: int) -> list[User]:
    query = (
        _query()
        .where(_USERS.c.collection_pk == collection_pk, _USERS.c.id > pk)
        .order_by(_USERS.c.id)
        .limit(limit)
    )
    return _read(connection, query)


def by_pk(connection: Connection, pk: int) -> User | None:
    return next(iter(_read(connection, _query().where(_USERS.c.id == pk))), None)


def by_pks(connection: Connection, pks: Iterable[int]) -> dict[int, User]:
    return {user.id: user for user in _read(connection, _query().where(among(_USERS.c.id, pks)))}


def user_ids(connection: Connection, pks: Iterable[int]) -> dict[int, str]:
    """UserId of each user that exists; nothing is counted."""
    query = select(_USERS.c.id, _USERS.c.user_id).where(among(_USERS.c.id, pks))
    return {row[0]: row[1] for row in connection.execute(query)}


def by_user_id(connection: Connection, collection_pk: int, user_id: str) -> User | None:
    query = _query().where(_USERS.c.collection_pk == collection_pk, _USERS.c.user_id == user_id)
    return next(iter(_read(connection, query)), None)


def by_display_name(connection: Connection, collection_pk: int, name: str) -> list[User]:
    """Same name in any case, in any script; the oldest first."""
    # SQLite folds ASCII alone, so the names are compared here.
    query = select(_USERS.c.id, _USERS.c.display_name).where(_USERS.c.collection_pk == collection_pk)
    folded = name.casefold()
    pks = [pk for pk, other in connection.execute(query) if other.casefold() == folded]
    found = by_pks(connection, pks)
    return [found[pk] for pk in sorted(pks)]


def matching(connection: Connection, collection_pk: int, text: str) -> list[int]:
    """Rows of the users whose name holds the text, in any case."""
    query = select(_USERS.c.id, _USERS.c.display_name).where(_USERS.c.collection_pk == collection_pk)
    folded = text.casefold()
    return [pk for pk, name in connection.execute(query) if folded in name.casefold()]


def used_user_ids(connection: Connection, collection_pk: int) -> set[str]:
    """Ids of the users that are there, and of those that an undo could bring back."""
    living = select(_USERS.c.user_id).where(_USERS.c.collection_pk == collection_pk)
    gone = select(func.json_extract(tables.change_rows.c.before, "$.user_id")).where(
        tables.change_rows.c.table_name == _USERS.name,
        tables.change_rows.c.op == "d",
        func.json_extract(tables.change_rows.c.before, "$.collection_pk") == collection_pk,
    )
    return set(connection.execute(living).scalars()) | set(connection.execute(gone).scalars())


def free_color(connection: Connection, collection_pk: int) -> int:
    """The colour that the fewest people have, the lowest of several."""
    query = (
        select(_USERS.c.color, func.count())
        .where(_USERS.c.collection_pk == collection_pk)
        .group_by(_USERS.c.color)
    )
    used: dict[int, int] = {row[0]: row[1] for row in connection.execute(query)}
    return min(range(COLORS), key=lambda color: (used.get(color, 0), color))


def _query() -> Select[Any]:
    faces = tables.faces
    own = faces.c.user_pk == _USERS.c.id
    count = select(func.count()).where(own).correlate(_USERS).scalar_subquery()
    chosen = (
        select(faces.c.id)
        .where(faces.c.id == _USERS.c.cover_face_pk, own)
        .correlate(_USERS)
        .scalar_subquery()
    )
    first = select(func.min(faces.c.id)).where(own).correlate(_USERS).scalar_subquery()
    return select(_USERS, count.label("face_count"), func.coalesce(chosen, first).label("cover"))


def _read(connection: Connection, query: Select[Any]) -> list[User]:
    return [user_of(row) for row in connection.execute(query).mappings()]


def user_of(row: Any) -> User:
    """The chosen cover counts while it is the user's face; else the user's first face is the cover."""
    return User(
        id=row["id"],
        collection_pk=row["collection_pk"],
        user_id=row["user_id"],
        display_name=row["display_name"],
        color=row["color"],
        cover_face_pk=row["cover"],
        birthday=date.fromisoformat(row["birthday"]) if row["birthday"] else None,
        hidden=row["hidden"],
        status=UserStatus.ACTIVE if row["face_count"] else UserStatus.CREATED,
        created_at=from_ms(row["created_at"]),
        face_count=row["face_count"],
    )
