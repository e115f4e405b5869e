"""Undo: apply the inverse of a change as a new change, if nothing later rests on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, DependedOn, ResourceNotFound
from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.storage import tables
from app.storage.unit_of_work import UnitOfWork, change_of, decode_row

_REVERSALS = (ChangeKind.UNDO.value, ChangeKind.REDO.value)


@dataclass(frozen=True, slots=True)
class TouchedRow:
    table: str
    pk: int
    op: str
    before: dict[str, object]
    after: dict[str, object]


def get_change(connection: Connection, change_pk: int) -> Change:
    row = (
        connection.execute(select(tables.changes).where(tables.changes.c.id == change_pk)).mappings().first()
    )
    if row is None:
        raise ResourceNotFound(f"There is no change {change_pk} in this library.")
    return change_of(row)


def touched_rows(connection: Connection, change_pk: int) -> list[TouchedRow]:
    """In the order they were touched."""
    query = (
        select(tables.change_rows)
        .where(tables.change_rows.c.change_pk == change_pk)
        .order_by(tables.change_rows.c.id)
    )
    return [
        TouchedRow(
            row["table_name"], row["row_pk"], row["op"], decode_row(row["before"]), decode_row(row["after"])
        )
        for row in connection.execute(query).mappings()
    ]


def dependents(connection: Connection, change_pk: int) -> list[Change]:
    """The live later changes that rest on this one, newest first.

    A change that was undone no longer counts, and neither does the undoing: the two cancel.
    """
    later = tables.change_rows.alias("later")
    own = tables.change_rows.alias("own")
    changes = tables.changes
    query = (
        select(
            own.c.op.label("own_op"), own.c.before.label("own_before"), later.c.op, later.c.before, changes
        )
        .select_from(own)
        .join(
            later,
            and_(
                later.c.table_name == own.c.table_name,
                later.c.row_pk == own.c.row_pk,
                later.c.change_pk > own.c.change_pk,
            ),
        )
        .join(changes, changes.c.id == later.c.change_pk)
        .where(own.c.change_pk == change_pk, own.c.op.in_(("i", "u")))
        .where(changes.c.undone_by.is_(None), changes.c.kind.not_in(_REVERSALS))
    )
    found: dict[int, Change] = {}
    for row in connection.execute(query).mappings():
        if row["own_op"] == "u":
            if row["op"] == "r":
                continue
            if row["op"] == "u" and not (
                decode_row(row["own_before"]).keys() & decode_row(row["before"]).keys()
            ):
                continue
        found.setdefault(row["id"], change_of(row))
    return [found[key] for key in sorted(found, reverse=True)]


def last_undoable(connection: Connection) -> Change | None:
    """What Ctrl+Z takes back: the newest live act."""
    query = (
        select(tables.changes)
        .where(
            tables.changes.c.undone_by.is_(None),
            tables.changes.c.open.is_(False),
            tables.changes.c.kind.not_in(_REVERSALS),
        )
        .order_by(tables.changes.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return change_of(row) if row else None


def last_redoable(connection: Connection) -> Change | None:
    """What Ctrl+Shift+Z brings back: the newest live undo with no newer act after it."""
    query = (
        select(tables.changes)
        .where(tables.changes.c.undone_by.is_(None), tables.changes.c.kind == ChangeKind.UNDO.value)
        .order_by(tables.changes.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    newest = last_undoable(connection)
    if newest is not None and newest.id > row["id"]:
        return None
    return change_of(row)


def reverse(connection: Connection, change_pk: int, origin: Origin) -> ChangeSet:
    """Undo a change, or redo it when it is itself an undo. Raises DependedOn, Conflict."""
    change = get_change(connection, change_pk)
    if change.kind is ChangeKind.REDO and change.undoes is not None:
        # A redo stands for the act that it brought back.
        undo = get_change(connection, change.undoes)
        return reverse(connection, int(undo.undoes or 0), origin)
    if change.undone_by is not None:
        raise Conflict(f"“{change.summary}” is undone already.")
    if change.open:
        raise Conflict(f"“{change.summary}” is still running: cancel it or wait, then undo it.")
    blocking = dependents(connection, change_pk)
    if blocking:
        count = len(blocking)
        noun = "later change rests" if count == 1 else "later changes rest"
        raise DependedOn(
            f"“{change.summary}” cannot be undone alone: {count} {noun} on it.",
            tuple(item.id for item in blocking),
        )
    redo = change.kind is ChangeKind.UNDO
    work = UnitOfWork(connection, ChangeKind.REDO if redo else ChangeKind.UNDO, origin, undoes=change_pk)
    original = get_change(connection, change.undoes) if redo and change.undoes is not None else change
    work.summary = f"{'Redone' if redo else 'Undone'}: {original.summary}"
    reversal = work.change_pk
    try:
        for touched in reversed(touched_rows(connection, change_pk)):
            _invert(work, touched)
    except IntegrityError as error:
        raise Conflict(
            f"“{change.summary}” cannot be undone: something with the same name exists by now. "
            "Rename or remove that first."
        ) from error
    connection.execute(
        update(tables.changes).where(tables.changes.c.id == change_pk).values(undone_by=reversal)
    )
    if redo:
        connection.execute(
            update(tables.changes).where(tables.changes.c.id == change.undoes).values(undone_by=None)
        )
    return work.finish()


def _invert(work: UnitOfWork, touched: TouchedRow) -> None:
    table = tables.JOURNALLED[touched.table]
    if touched.op == "i":
        work.delete(table, touched.pk)
    elif touched.op == "u":
        work.update(table, touched.pk, touched.before)
    elif touched.op == "d":
        work.insert(table, touched.before)
