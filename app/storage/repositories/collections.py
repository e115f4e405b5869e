"""Collections that are not deleted, with their counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from app.domain.embedding import EmbeddingContract
from app.domain.records import Collection
from app.storage import tables
from app.storage.clock import from_ms

_COLLECTIONS = tables.collections


def all_collections(connection: Connection) -> list[Collection]:
    """In order of creation."""
    return _read(connection, _query().order_by(_COLLECTIONS.c.id))


def by_pk(connection: Connection, pk: int) -> Collection | None:
    return next(iter(_read(connection, _query().where(_COLLECTIONS.c.id == pk))), None)


def by_collection_id(connection: Connection, collection_id: str) -> Collection | None:
    query = _query().where(_COLLECTIONS.c.collection_id == collection_id)
    return next(iter(_read(connection, query)), None)


def pk_of(connection: Connection, collection_id: str) -> int | None:
    """The row alone, without counting."""
    query = select(_COLLECTIONS.c.id).where(
        _COLLECTIONS.c.collection_id == collection_id, _COLLECTIONS.c.deleted_at.is_(None)
    )
    return connection.execute(query).scalar()


def name_of(connection: Connection, pk: int) -> str | None:
    """The display name; None for a collection that is unknown or deleted."""
    query = select(_COLLECTIONS.c.display_name).where(
        _COLLECTIONS.c.id == pk, _COLLECTIONS.c.deleted_at.is_(None)
    )
    return connection.execute(query).scalar()


def used_collection_ids(connection: Connection, prefix: str) -> set[str]:
    """Ids that start with `prefix` of collections that are there or could be brought back."""
    query = select(_COLLECTIONS.c.collection_id).where(
        func.substr(_COLLECTIONS.c.collection_id, 1, len(prefix)) == prefix
    )
    return set(connection.execute(query).scalars())


def contract_of(connection: Connection, pk: int) -> tuple[int, str]:
    """(row, digest) of the contract that the collection's vectors follow."""
    query = (
        select(tables.contracts.c.id, tables.contracts.c.digest)
        .join(_COLLECTIONS, _COLLECTIONS.c.contract_pk == tables.contracts.c.id)
        .where(_COLLECTIONS.c.id == pk)
    )
    row = connection.execute(query).one()
    return int(row[0]), str(row[1])


def ensure_contract(connection: Connection, contract: EmbeddingContract, description: str) -> int:
    """The contract's row, made when it is new. A fact, not journalled."""
    where = tables.contracts.c.digest == contract.digest
    found = connection.execute(select(tables.contracts.c.id).where(where)).scalar()
    if found is not None:
        return int(found)
    made = connection.execute(
        tables.contracts.insert().values(digest=contract.digest, description=description)
    )
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def _query() -> Select[Any]:
    def count(table: Any) -> Any:
        of_collection = table.c.collection_pk == _COLLECTIONS.c.id
        return select(func.count()).where(of_collection).correlate(_COLLECTIONS).scalar_subquery()

    return (
        select(
            _COLLECTIONS,
            tables.contracts.c.digest,
            count(tables.faces).label("face_count"),
            count(tables.memberships).label("photo_count"),
            count(tables.users).label("user_count"),
        )
        .join(tables.contracts, tables.contracts.c.id == _COLLECTIONS.c.contract_pk)
        .where(_COLLECTIONS.c.deleted_at.is_(None))
    )


def _read(connection: Connection, query: Select[Any]) -> list[Collection]:
    return [
        Collection(
            id=row["id"],
            collection_id=row["collection_id"],
            display_name=row["display_name"],
            contract=row["digest"],
            created_at=from_ms(row["created_at"]),
            face_count=row["face_count"],
            photo_count=row["photo_count"],
            user_count=row["user_count"],
        )
        for row in connection.execute(query).mappings()
    ]
