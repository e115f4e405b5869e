"""Which later changes rest on a change: those that must be undone before it can be.

Undoing a change applies the inverse of its rows, so it is right as long as the rows stand as the change
left them. Every later change of the same rows stands in the way, unless it has been taken back since:
a change and its undoing cancel each other. They do so only if both came later: an undoing of something
older (whose counterpart lies before the change) altered the rows for good, and stands in the way itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, UniqueConstraint, and_, func, select

from app.domain.records import Change, ChangeKind
from app.storage import tables
from app.storage.unit_of_work import change_of, decode_row

_CHANGES = tables.changes
_ROWS = tables.change_rows


def act_of(connection: Connection, change: Change) -> int:
    """The act that an undo or a redo is about; an act's own id."""
    if change.undoes is None:
        return change.id
    query = select(_CHANGES.c.undoes).where(_CHANGES.c.id == change.undoes)
    return int(connection.execute(query).scalar() or change.undoes)


def dependents(connection: Connection, change: Change) -> list[Change]:
    """The live changes that rest on this one, newest first. For a redo, give the act instead."""
    own_act = act_of(connection, change)
    candidates = _conflicting(connection, change.id) | _inside(connection, change.id)
    candidates |= _taking_away_the_collection(connection, change.id, own_act)
    return _standing(connection, change.id, {act for act in candidates if act != own_act})


def occupants(
    connection: Connection, change: Change, table: Table, wanted: Mapping[str, Any]
) -> list[Change]:
    """The live changes that put a row where `wanted` would have to go back to."""
    acts: set[int] = set()
    for columns in _unique_columns(table):
        if any(wanted.get(name) is None for name in columns):
            continue
        same = [table.c[name] == wanted[name] for name in columns]
        if "deleted_at" in table.c:
            same.append(table.c.deleted_at.is_(None))
        for pk in connection.execute(select(table.c.id).where(*same, table.c.id != wanted["id"])).scalars():
            placed = _placed_by(connection, change.id, table, pk)
            acts.update(act_of(connection, each) for each in _read(connection, placed))
    return _standing(connection, change.id, acts)


def _placed_by(connection: Connection, change_pk: int, table: Table, pk: int) -> list[int]:
    """The later change that inserted the row, else the last one that altered it."""
    query = (
        select(_ROWS.c.change_pk)
        .where(_ROWS.c.table_name == table.name, _ROWS.c.row_pk == pk, _ROWS.c.change_pk > change_pk)
        .where(_ROWS.c.op.in_(("i", "u")))
        .order_by(_ROWS.c.op, _ROWS.c.change_pk.desc())
        .limit(1)
    )
    return list(connection.execute(query).scalars())


def _conflicting(connection: Connection, change_pk: int) -> set[int]:
    """The acts behind the later changes of the rows that this change touched."""
    own, later = _ROWS.alias("own"), _ROWS.alias("later")
    query = (
        select(own.c.op, own.c.before, later.c.op, later.c.before, _act(_CHANGES))
        .select_from(own)
        .join(
            later,
            and_(
                later.c.table_name == own.c.table_name,
                later.c.row_pk == own.c.row_pk,
                later.c.change_pk > own.c.change_pk,
            ),
        )
        .join(_CHANGES, _CHANGES.c.id == later.c.change_pk)
        .where(own.c.change_pk == change_pk)
    )
    return {
        act
        for own_op, own_before, op, before, act in connection.execute(query)
        if _conflict(own_op, own_before, op, before)
    }


def _conflict(own_op: str, own_before: str | None, op: str, before: str | None) -> bool:
    if own_op == "r":
        return op == "d"
    if own_op == "u" and op == "u":
        return bool(decode_row(own_before).keys() & decode_row(before).keys())
    # A reference needs the row to be there: that matters only to an insertion, which undo takes away.
    return own_op != "u" or op != "r"


def _inside(connection: Connection, change_pk: int) -> set[int]:
    """All that was done in a collection rests on its creation."""
    created = select(_ROWS.c.row_pk).where(
        _ROWS.c.change_pk == change_pk, _ROWS.c.table_name == tables.collections.name, _ROWS.c.op == "i"
    )
    query = select(_CHANGES.c.id).where(_CHANGES.c.id > change_pk, _CHANGES.c.collection_pk.in_(created))
    return set(connection.execute(query).scalars())


def _taking_away_the_collection(connection: Connection, change_pk: int, own_act: int) -> set[int]:
    """An act can be done again only where its collection is."""
    inside = select(_CHANGES.c.collection_pk).where(_CHANGES.c.id == own_act).scalar_subquery()
    query = (
        select(_act(_CHANGES))
        .join(_ROWS, _ROWS.c.change_pk == _CHANGES.c.id)
        .where(_ROWS.c.table_name == tables.collections.name, _ROWS.c.row_pk == inside)
        .where(_ROWS.c.op == "d", _ROWS.c.change_pk > change_pk)
    )
    return set(connection.execute(query).scalars())


def _standing(connection: Connection, change_pk: int, acts: set[int]) -> list[Change]:
    """Of these acts, what has happened to each since the change, if that did not cancel out."""
    if not acts:
        return []
    later = _CHANGES.alias("later")
    about = _act(later)
    # Chunks keep the statement within SQLite's variables.
    wanted, found = sorted(acts), []
    for start in range(0, len(wanted), 500):
        query = select(about.label("act"), func.count(), func.max(later.c.id)).where(
            later.c.id > change_pk, about.in_(wanted[start : start + 500])
        )
        found += [newest for _, events, newest in connection.execute(query.group_by(about)) if events % 2]
    standing = []
    for change in _read(connection, found):
        act = act_of(connection, change)
        # A redone act is better known by the act itself, where that is later too.
        if change.kind is ChangeKind.REDO and act > change_pk:
            standing += _read(connection, [act])
        else:
            standing.append(change)
    return sorted(standing, key=lambda change: -change.id)


def _act(changes: Any) -> ColumnElement[int]:
    undone = _CHANGES.alias("undone")
    older = (
        select(undone.c.undoes).where(undone.c.id == changes.c.undoes).correlate(changes).scalar_subquery()
    )
    return func.coalesce(older, changes.c.undoes, changes.c.id)


def _read(connection: Connection, pks: Iterable[int]) -> list[Change]:
    wanted = list(pks)
    found: list[Change] = []
    for start in range(0, len(wanted), 500):
        query = select(_CHANGES).where(_CHANGES.c.id.in_(wanted[start : start + 500]))
        found += [change_of(row) for row in connection.execute(query).mappings()]
    return found


def _unique_columns(table: Table) -> list[list[str]]:
    constraints = [
        [column.name for column in each.columns]
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    indexes = [[column.name for column in each.columns] for each in table.indexes if each.unique]
    return constraints + indexes
