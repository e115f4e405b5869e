"""Undo: apply the inverse of a change as a new change, if nothing later rests on it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import Conflict, DependedOn, ResourceNotFound
from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.storage import dependents as _dependents
from app.storage import inverted_vectors as vectors
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
    """The live later changes that rest on this one, newest first."""
    return _dependents.dependents(connection, act_if_redo(connection, get_change(connection, change_pk)))


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
    change = act_if_redo(connection, get_change(connection, change_pk))
    if change.undone_by is not None:
        raise Conflict(f"“{change.summary}” is undone already.")
    if change.open:
        raise Conflict(f"“{change.summary}” is still running: cancel it or wait, then undo it.")
    blocking = _dependents.dependents(connection, change)
    if blocking:
        noun = "later change rests" if len(blocking) == 1 else "later changes rest"
        raise DependedOn(
            f"“{change.summary}” cannot be undone alone: {len(blocking)} {noun} on it.",
            tuple(item.id for item in blocking),
        )
    redo = change.kind is ChangeKind.UNDO
    work = UnitOfWork(connection, ChangeKind.REDO if redo else ChangeKind.UNDO, origin, undoes=change.id)
    original = get_change(connection, change.undoes) if redo and change.undoes is not None else change
    work.summary = f"{'Redone' if redo else 'Undone'}: {original.summary}"
    reversal = work.change_pk
    rows = touched_rows(connection, change.id)
    own = {touched.pk for touched in rows if touched.table == tables.embeddings.name}
    for touched in reversed(rows):
        try:
            _invert(work, touched, own)
        except IntegrityError as error:
            raise _refusal(connection, change, touched) from error
    connection.execute(
        update(tables.changes).where(tables.changes.c.id == change.id).values(undone_by=reversal)
    )
    if redo:
        connection.execute(
            update(tables.changes).where(tables.changes.c.id == change.undoes).values(undone_by=None)
        )
    return work.finish()


def reverse_with_dependents(connection: Connection, change_pk: int, origin: Origin) -> ChangeSet:
    """Undo what rests on a change, newest first, and then the change; each is a change of its own.

    Raises Conflict when one of them cannot be undone; the caller then gives up the transaction.
    """
    return _reverse_all(connection, change_pk, origin, frozenset())


def _reverse_all(
    connection: Connection, change_pk: int, origin: Origin, resting: frozenset[int]
) -> ChangeSet:
    changes = ChangeSet()
    while True:
        try:
            return changes.merged(reverse(connection, change_pk, origin))
        except DependedOn as refusal:
            newest = refusal.changes[0]
            if newest in resting:
                raise
            changes = changes.merged(_reverse_all(connection, newest, origin, resting | {change_pk}))


def act_if_redo(connection: Connection, change: Change) -> Change:
    """A redo stands for the act that it brought back."""
    if change.kind is not ChangeKind.REDO:
        return change
    return get_change(connection, _dependents.act_of(connection, change))


def _refusal(connection: Connection, change: Change, touched: TouchedRow) -> Conflict:
    table = tables.JOURNALLED[touched.table]
    now = connection.execute(select(table).where(table.c.id == touched.pk)).mappings().first()
    wanted = {**(now or {}), **touched.before, "id": touched.pk}
    blocking = _dependents.occupants(connection, change, table, wanted)
    again = table is tables.memberships
    what = "its photo was added again" if again else "something with the same name exists"
    sentence = f"“{change.summary}” cannot be undone: {what} by now. "
    if blocking:
        return DependedOn(sentence + "Undo what made that first.", tuple(item.id for item in blocking))
    return Conflict(sentence + "Rename or remove that first.")


def _invert(work: UnitOfWork, touched: TouchedRow, own: set[int]) -> None:
    """`own`: the vectors that the change touched itself."""
    table = tables.JOURNALLED[touched.table]
    vectors.make_way(work, touched.table, touched.op, touched.pk, touched.before, own)
    if table is tables.embeddings and touched.op != "d" and not vectors.there(work, touched.pk):
        # Its model was dropped from the collection: it can be measured again at any time.
        return
    if touched.op == "i":
        work.delete(table, touched.pk)
    elif touched.op == "u":
        work.update(table, touched.pk, touched.before)
    elif touched.op == "d":
        work.insert(table, touched.before)
    else:
        # What the act rested on, its being taken back and done again rests on too.
        work.refer(table, touched.pk)
