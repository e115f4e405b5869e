"""Access keys of the endpoint. Their secrets are not in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.storage import tables
from app.storage.clock import from_ms, now_ms

_KEYS = tables.access_keys


@dataclass(frozen=True, slots=True)
class AccessKeyRow:
    """`policy` is JSON text, for the access package to read."""

    access_key_id: str
    name: str
    policy: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def every(connection: Connection) -> list[AccessKeyRow]:
    """In order of creation, the revoked ones too."""
    return [_row(row) for row in connection.execute(select(_KEYS).order_by(_KEYS.c.id)).mappings()]


def valid(connection: Connection) -> list[AccessKeyRow]:
    """Those that are not revoked."""
    query = select(_KEYS).where(_KEYS.c.revoked_at.is_(None)).order_by(_KEYS.c.id)
    return [_row(row) for row in connection.execute(query).mappings()]


def get(connection: Connection, access_key_id: str) -> AccessKeyRow | None:
    query = select(_KEYS).where(_KEYS.c.access_key_id == access_key_id)
    row = connection.execute(query).mappings().first()
    return _row(row) if row else None


def add(connection: Connection, access_key_id: str, name: str, policy: str) -> AccessKeyRow:
    values = {"access_key_id": access_key_id, "name": name, "policy": policy, "created_at": now_ms()}
    connection.execute(insert(_KEYS).values(values))
    found = get(connection, access_key_id)
    assert found is not None, "it was only just inserted"
    return found


def set_policy(connection: Connection, access_key_id: str, policy: str) -> bool:
    """False where there is no such key, or it is revoked."""
    return _change(connection, access_key_id, policy=policy)


def revoke(connection: Connection, access_key_id: str) -> bool:
    """False where there is no such key, or it is revoked already."""
    return _change(connection, access_key_id, revoked_at=now_ms())


def used(connection: Connection, access_key_id: str, at: int) -> None:
    """`at`: milliseconds since 1970."""
    _change(connection, access_key_id, last_used_at=at)


def _change(connection: Connection, access_key_id: str, **values: Any) -> bool:
    own = (_KEYS.c.access_key_id == access_key_id) & _KEYS.c.revoked_at.is_(None)
    return connection.execute(update(_KEYS).where(own).values(values)).rowcount > 0


def _row(row: Any) -> AccessKeyRow:
    return AccessKeyRow(
        row["access_key_id"],
        row["name"],
        row["policy"],
        from_ms(row["created_at"]),
        None if row["last_used_at"] is None else from_ms(row["last_used_at"]),
        None if row["revoked_at"] is None else from_ms(row["revoked_at"]),
    )
