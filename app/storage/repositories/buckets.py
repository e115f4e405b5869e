"""Buckets: folders that requests may name pictures in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.storage.clock import from_ms, now_ms
from app.storage.tables import buckets


@dataclass(frozen=True, slots=True)
class Bucket:
    """`folder` is absolute."""

    name: str
    folder: Path
    created_at: datetime


def all_buckets(connection: Connection) -> list[Bucket]:
    """By name."""
    query = select(buckets).order_by(buckets.c.name)
    return [_bucket_of(row) for row in connection.execute(query).mappings()]


def by_name(connection: Connection, name: str) -> Bucket | None:
    row = connection.execute(select(buckets).where(buckets.c.name == name)).mappings().first()
    return _bucket_of(row) if row else None


def add(connection: Connection, name: str, folder: Path) -> None:
    values = {"name": name, "folder": os.fsencode(folder), "created_at": now_ms()}
    connection.execute(insert(buckets).values(values))


def remove(connection: Connection, name: str) -> bool:
    """False where there is none of that name."""
    return connection.execute(delete(buckets).where(buckets.c.name == name)).rowcount > 0


def _bucket_of(row: Any) -> Bucket:
    return Bucket(row["name"], Path(os.fsdecode(row["folder"])), from_ms(row["created_at"]))
