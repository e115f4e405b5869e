"""One transaction that journals every row it touches."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, insert, select, update

from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.storage import tables
from app.storage.clock import from_ms, now_ms

Row = Mapping[str, Any]


class UnitOfWork:
    """Rows are touched through `insert`, `update`, `delete` and `refer`, and each is journalled.

    The change row is written with the first touched row, so an act that does nothing leaves no
    trace. Not thread-safe: a unit of work belongs to the call that opened it.
    """

    def __init__(
        self,
        connection: Connection,
        kind: ChangeKind,
        origin: Origin,
        collection_pk: int | None = None,
        *,
        undoes: int | None = None,
        change_pk: int | None = None,
    ) -> None:
        self.connection = connection
        self.summary = str(kind)
        self._kind = kind
        self._origin = origin
        self._collection_pk = collection_pk
        self._undoes = undoes
        self._change_pk = change_pk
        self._continues = change_pk is not None
        self._touched: dict[str, set[int]] = {
            "collections": set(),
            "photos": set(),
            "faces": set(),
            "users": set(),
        }

    @property
    def change_pk(self) -> int:
        """The change's row, made on first use."""
        if self._change_pk is None:
            values = {
                "kind": self._kind.value,
                "origin": self._origin.value,
                "collection_pk": self._collection_pk,
                "summary": self.summary,
                "created_at": now_ms(),
                "undoes": self._undoes,
            }
            result = self.connection.execute(insert(tables.changes).values(values))
            self._change_pk = _new_key(result)
        return self._change_pk

    def insert(self, table: Table, values: Row) -> int:
        """The new row's id. Pass `id` in `values` to put a row back under its old key."""
        result = self.connection.execute(insert(table).values(dict(values)))
        pk = _new_key(result)
        self._journal(table, pk, "i", None, None)
        self._touch(table, pk, values)
        return pk

    def update(self, table: Table, pk: int, values: Row) -> bool:
        """False when the row already had those values."""
        before = self.row(table, pk)
        changed = {key: value for key, value in values.items() if before[key] != value}
        if not changed:
            return False
        self.connection.execute(update(table).where(table.c.id == pk).values(changed))
        self._journal(table, pk, "u", {key: before[key] for key in changed}, changed)
        self._touch(table, pk, before)
        self._touch(table, pk, {**before, **changed})
        return True

    def delete(self, table: Table, pk: int) -> None:
        before = self.row(table, pk)
        self.connection.execute(table.delete().where(table.c.id == pk))
        self._journal(table, pk, "d", before, None)
        self._touch(table, pk, before)

    def refer(self, table: Table, pk: int) -> None:
        """Note that this act rests on that row, so that undoing the row's insertion is refused."""
        self._journal(table, pk, "r", None, None)

    def row(self, table: Table, pk: int) -> dict[str, Any]:
        found = self.connection.execute(select(table).where(table.c.id == pk)).mappings().one()
        return dict(found)

    def finish(self) -> ChangeSet:
        """Write the summary and say what was touched. Called once, before the commit."""
        change = None
        if self._change_pk is not None:
            where = tables.changes.c.id == self._change_pk
            if not self._continues:
                self.connection.execute(update(tables.changes).where(where).values(summary=self.summary))
            change = change_of(self.connection.execute(select(tables.changes).where(where)).mappings().one())
        return ChangeSet(
            change,
            collections=frozenset(self._touched["collections"]),
            photos=frozenset(self._touched["photos"]),
            faces=frozenset(self._touched["faces"]),
            users=frozenset(self._touched["users"]),
        )

    def _journal(self, table: Table, pk: int, op: str, before: Row | None, after: Row | None) -> None:
        self.connection.execute(
            insert(tables.change_rows).values(
                change_pk=self.change_pk,
                table_name=table.name,
                row_pk=pk,
                op=op,
                before=encode_row(before),
                after=encode_row(after),
            )
        )

    def _touch(self, table: Table, pk: int, row: Row) -> None:
        if table.name in self._touched:
            self._touched[table.name].add(pk)
        for column, group in (
            ("collection_pk", "collections"),
            ("photo_pk", "photos"),
            ("face_pk", "faces"),
            ("user_pk", "users"),
        ):
            value = row.get(column)
            if value is not None:
                self._touched[group].add(value)


def _new_key(result: CursorResult[Any]) -> int:
    key = result.inserted_primary_key
    assert key is not None, "an INSERT always has a key"
    return int(key[0])


def change_of(row: Any) -> Change:
    """A row of `changes` as the domain's Change."""
    return Change(
        id=row["id"],
        kind=ChangeKind(row["kind"]),
        origin=Origin(row["origin"]),
        summary=row["summary"],
        created_at=from_ms(row["created_at"]),
        undoes=row["undoes"],
        undone_by=row["undone_by"],
        open=row["open"],
    )


def encode_row(row: Row | None) -> str | None:
    if row is None:
        return None
    plain = {
        key: {"$b": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
        for key, value in row.items()
    }
    return json.dumps(plain, separators=(",", ":"))


def decode_row(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    plain: dict[str, Any] = json.loads(text)
    return {
        key: base64.b64decode(value["$b"]) if isinstance(value, dict) else value
        for key, value in plain.items()
    }
