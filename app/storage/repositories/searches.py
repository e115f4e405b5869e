"""Saved searches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from app.storage import tables
from app.storage.clock import from_ms


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """`query` is JSON text, for the search service to read."""

    id: int
    collection_pk: int
    name: str
    query: str
    created_at: datetime


def of_collection(connection: Connection, collection_pk: int) -> list[SavedSearch]:
    """In order of creation."""
    table = tables.saved_searches
    query = select(table).where(table.c.collection_pk == collection_pk).order_by(table.c.id)
    return [_search_of(row) for row in connection.execute(query).mappings()]


def by_pk(connection: Connection, pk: int) -> SavedSearch | None:
    query = select(tables.saved_searches).where(tables.saved_searches.c.id == pk)
    row = connection.execute(query).mappings().first()
    return _search_of(row) if row else None


def _search_of(row: Any) -> SavedSearch:
    return SavedSearch(row["id"], row["collection_pk"], row["name"], row["query"], from_ms(row["created_at"]))
