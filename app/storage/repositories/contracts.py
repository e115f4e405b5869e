"""Which contracts a collection's vectors follow, which faces lack a vector, and filling them in.

Vectors are worked out of photos and can be worked out again: those of a contract that a collection does
not follow yet, or any more, are written and dropped without the journal (docs/adr/0071).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, exists, func, insert, select

from app.domain.embedding import EmbeddingContract
from app.storage import tables
from app.storage.repositories.rows import among, column

SWITCH: Final = "switch model"
_UNFINISHED: Final = ("queued", "running", "interrupted")

_CONTRACTS = tables.contracts
_COLLECTIONS = tables.collections
_EMBEDDINGS = tables.embeddings
_FACES = tables.faces
_JOBS = tables.jobs


@dataclass(frozen=True, slots=True)
class Contract:
    """`description` is the contract's fields as JSON."""

    pk: int
    digest: str
    description: str

    @property
    def model_id(self) -> str:
        return model_of(self.description)

    @property
    def embedding(self) -> EmbeddingContract:
        """With what the description has; empty fields where it is damaged."""
        try:
            return EmbeddingContract(**json.loads(self.description))
        except (ValueError, TypeError):
            return EmbeddingContract(self.model_id, "", 0, "", "")


def model_of(description: str) -> str:
    """The model's id in a contract's description."""
    try:
        return str(json.loads(description)["model_id"])
    except (ValueError, KeyError, TypeError):
        return "a model of another name"


@dataclass(frozen=True, slots=True)
class Kept:
    """How many vectors of one contract a collection has."""

    contract: Contract
    count: int


@dataclass(frozen=True, slots=True)
class Held:
    """A collection and how many faces it holds."""

    pk: int
    collection_id: str
    name: str
    faces: int


@dataclass(frozen=True, slots=True)
class Named:
    """A collection and the model that its vectors are of."""

    pk: int
    collection_id: str
    model_id: str


def collections_after(connection: Connection, pk: int, limit: int) -> list[Named]:
    """At most `limit` collections made after that one, in order of creation; nothing is counted."""
    query = (
        select(_COLLECTIONS.c.id, _COLLECTIONS.c.collection_id, _CONTRACTS.c.description)
        .join(_CONTRACTS, _CONTRACTS.c.id == _COLLECTIONS.c.contract_pk)
        .where(_COLLECTIONS.c.deleted_at.is_(None), _COLLECTIONS.c.id > pk)
        .order_by(_COLLECTIONS.c.id)
        .limit(limit)
    )
    return [Named(row[0], row[1], model_of(row[2])) for row in connection.execute(query)]


def collections(connection: Connection) -> list[Held]:
    """Those that are not deleted, in order of creation."""
    count = (
        select(func.count())
        .where(_FACES.c.collection_pk == _COLLECTIONS.c.id)
        .correlate(_COLLECTIONS)
        .scalar_subquery()
    )
    query = (
        select(_COLLECTIONS.c.id, _COLLECTIONS.c.collection_id, _COLLECTIONS.c.display_name, count)
        .where(_COLLECTIONS.c.deleted_at.is_(None))
        .order_by(_COLLECTIONS.c.id)
    )
    return [Held(*row) for row in connection.execute(query)]


def ensure(connection: Connection, digest: str, description: str) -> int:
    """The contract's row, made when it is new. A fact, not journalled."""
    found = by_digest(connection, digest)
    if found is not None:
        return found.pk
    key = connection.execute(
        insert(_CONTRACTS).values(digest=digest, description=description)
    ).inserted_primary_key
    assert key is not None, "an INSERT always has a key"
    return int(key[0])


def followers(connection: Connection, digest: str) -> list[int]:
    """Rows of the collections that follow the contract."""
    query = (
        select(_COLLECTIONS.c.id)
        .join(_CONTRACTS, _CONTRACTS.c.id == _COLLECTIONS.c.contract_pk)
        .where(_CONTRACTS.c.digest == digest, _COLLECTIONS.c.deleted_at.is_(None))
    )
    return list(connection.execute(query).scalars())


def confirmed_faces(connection: Connection) -> dict[int, list[int]]:
    """Faces by person, of the collection with the most people who have one; the best seen faces first."""
    people = func.count(func.distinct(_FACES.c.user_pk))
    largest = (
        select(_FACES.c.collection_pk)
        .join(_COLLECTIONS, _COLLECTIONS.c.id == _FACES.c.collection_pk)
        .where(_FACES.c.user_pk.is_not(None), _COLLECTIONS.c.deleted_at.is_(None))
        .group_by(_FACES.c.collection_pk)
        .order_by(people.desc())
        .limit(1)
    )
    query = (
        select(_FACES.c.user_pk, _FACES.c.id)
        .where(_FACES.c.collection_pk == largest.scalar_subquery(), _FACES.c.user_pk.is_not(None))
        .order_by(_FACES.c.user_pk, _FACES.c.sharpness.desc())
    )
    found: dict[int, list[int]] = {}
    for person, face in connection.execute(query):
        found.setdefault(person, []).append(face)
    return found


def vectors_of(connection: Connection, contract_pk: int, face_pks: Iterable[int]) -> dict[int, bytes]:
    """The vectors of that contract, little-endian float32, of those faces that have one."""
    query = select(_EMBEDDINGS.c.face_pk, _EMBEDDINGS.c.vector).where(
        _EMBEDDINGS.c.contract_pk == contract_pk, among(_EMBEDDINGS.c.face_pk, face_pks)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def of_collection(connection: Connection, collection_pk: int) -> Contract | None:
    """None for a collection that is deleted or never was."""
    query = (
        select(_CONTRACTS)
        .join(_COLLECTIONS, _COLLECTIONS.c.contract_pk == _CONTRACTS.c.id)
        .where(_COLLECTIONS.c.id == collection_pk, _COLLECTIONS.c.deleted_at.is_(None))
    )
    row = connection.execute(query).first()
    return None if row is None else Contract(*row)


def by_pk(connection: Connection, pk: int) -> Contract | None:
    row = connection.execute(select(_CONTRACTS).where(_CONTRACTS.c.id == pk)).first()
    return None if row is None else Contract(*row)


def by_digest(connection: Connection, digest: str) -> Contract | None:
    row = connection.execute(select(_CONTRACTS).where(_CONTRACTS.c.digest == digest)).first()
    return None if row is None else Contract(*row)


def followed(connection: Connection, collection_pk: int) -> list[Contract]:
    """The collection's own contract, then those that it is being switched to: a new face gets a vector
    of each. Empty for a collection that is gone."""
    own = of_collection(connection, collection_pk)
    if own is None:
        return []
    coming = select(func.json_extract(_JOBS.c.params, "$.contract")).where(
        _JOBS.c.kind == SWITCH,
        _JOBS.c.state.in_(_UNFINISHED),
        func.json_extract(_JOBS.c.params, "$.collection_pk") == collection_pk,
    )
    query = (
        select(_CONTRACTS)
        .where(_CONTRACTS.c.digest.in_(coming), _CONTRACTS.c.id != own.pk)
        .order_by(_CONTRACTS.c.id)
    )
    return [own, *(Contract(*row) for row in connection.execute(query))]


def more_than_one(connection: Connection) -> bool:
    """Whether the library has known more than one contract: otherwise nothing can be missing."""
    return bool(connection.execute(select(func.count() > 1).select_from(_CONTRACTS)).scalar())


def lacking(connection: Connection, collection_pk: int, contract_pk: int) -> NDArray[np.int64]:
    """Faces of the collection without a vector of that contract, rising."""
    return column(connection, _lacking(collection_pk, contract_pk))


def count_lacking(connection: Connection, collection_pk: int, contract_pk: int) -> int:
    query = select(func.count()).select_from(_lacking(collection_pk, contract_pk).subquery())
    return int(connection.execute(query).scalar_one())


def photos_of(connection: Connection, face_pks: Iterable[int]) -> dict[int, list[int]]:
    """The faces by photo, in order of the photos."""
    query = select(_FACES.c.photo_pk, _FACES.c.id).where(among(_FACES.c.id, face_pks))
    found: dict[int, list[int]] = {}
    for photo, face in connection.execute(query.order_by(_FACES.c.photo_pk, _FACES.c.id)):
        found.setdefault(photo, []).append(face)
    return found


def kept(connection: Connection, collection_pk: int) -> list[Kept]:
    """The contracts that faces of the collection have vectors of, the one it follows first."""
    own = select(_COLLECTIONS.c.contract_pk).where(_COLLECTIONS.c.id == collection_pk).scalar_subquery()
    query = (
        select(_CONTRACTS.c.id, _CONTRACTS.c.digest, _CONTRACTS.c.description, func.count())
        .join(_EMBEDDINGS, _EMBEDDINGS.c.contract_pk == _CONTRACTS.c.id)
        .join(_FACES, _FACES.c.id == _EMBEDDINGS.c.face_pk)
        .where(_FACES.c.collection_pk == collection_pk)
        .group_by(_CONTRACTS.c.id)
        .order_by(_CONTRACTS.c.id != own, _CONTRACTS.c.id)
    )
    return [Kept(Contract(*row[:3]), row[3]) for row in connection.execute(query)]


def used_by(connection: Connection, digest: str) -> list[str]:
    """Names of the collections that follow the contract."""
    query = (
        select(_COLLECTIONS.c.display_name)
        .join(_CONTRACTS, _CONTRACTS.c.id == _COLLECTIONS.c.contract_pk)
        .where(_CONTRACTS.c.digest == digest, _COLLECTIONS.c.deleted_at.is_(None))
        .order_by(_COLLECTIONS.c.id)
    )
    return list(connection.execute(query).scalars())


def fill(
    connection: Connection, face_pk: int, contract_pk: int, vector: bytes, landmarks: bytes | None = None
) -> bool:
    """Write what a face lacks. False where it has such a vector by now, is gone, or where its landmarks
    are no longer the ones that were measured. Not journalled."""
    query = select(_FACES.c.landmarks).where(_FACES.c.id == face_pk)
    found = connection.execute(query).first()
    if found is None or (landmarks is not None and found[0] != landmarks):
        return False
    if connection.execute(_vector(face_pk, contract_pk)).first() is not None:
        return False
    values = {"face_pk": face_pk, "contract_pk": contract_pk, "vector": vector}
    connection.execute(insert(_EMBEDDINGS).values(values))
    return True


def drop(connection: Connection, collection_pk: int, contract_pk: int) -> int:
    """Delete the collection's vectors of a contract that it does not follow; how many there were.
    Those of faces that have no vector of the followed one stay. Not journalled."""
    own = select(_COLLECTIONS.c.contract_pk).where(_COLLECTIONS.c.id == collection_pk).scalar_subquery()
    newer = _EMBEDDINGS.alias("newer")
    replaced = exists().where(newer.c.face_pk == _FACES.c.id, newer.c.contract_pk == own)
    faces = select(_FACES.c.id).where(_FACES.c.collection_pk == collection_pk, replaced)
    statement = delete(_EMBEDDINGS).where(
        _EMBEDDINGS.c.contract_pk == contract_pk,
        _EMBEDDINGS.c.contract_pk != own,
        _EMBEDDINGS.c.face_pk.in_(faces),
    )
    return int(connection.execute(statement).rowcount)


def _vector(face_pk: int, contract_pk: int) -> Select[Any]:
    return select(_EMBEDDINGS.c.id).where(
        _EMBEDDINGS.c.face_pk == face_pk, _EMBEDDINGS.c.contract_pk == contract_pk
    )


def _lacking(collection_pk: int, contract_pk: int) -> Select[Any]:
    has = exists().where(_EMBEDDINGS.c.face_pk == _FACES.c.id, _EMBEDDINGS.c.contract_pk == contract_pk)
    return select(_FACES.c.id).where(_FACES.c.collection_pk == collection_pk, ~has)
