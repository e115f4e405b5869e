"""What the search indexes read: vectors, who the faces are, and which faces a change touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, column, func, select, table, union

from app.storage import tables
from app.storage.repositories import contracts
from app.storage.repositories.rows import among, numbers

_FACES = tables.faces
_EMBEDDINGS = tables.embeddings
_ROWS = tables.change_rows

# SQLite counts rows of an AUTOINCREMENT table here: unlike the largest id, it never goes back.
_SEQUENCE = table("sqlite_sequence", column("name"), column("seq"))
_NEWEST = select(_SEQUENCE.c.seq).where(_SEQUENCE.c.name == _EMBEDDINGS.name).scalar_subquery()

NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class VectorRows:
    """One row a face: ids, users (NOBODY for a face without a name) and photos int64 (n,), vectors
    float32 (n, dimension)."""

    ids: NDArray[np.int64]
    users: NDArray[np.int64]
    photos: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class CollectionContract:
    """`description` is the contract's fields as JSON, `last_row` the newest row of the journal,
    `newest` the id of the newest vector ever written, of any contract."""

    contract_pk: int
    digest: str
    description: str
    display_name: str
    last_row: int
    newest: int

    @property
    def model_id(self) -> str:
        return contracts.model_of(self.description)


def contract_of(connection: Connection, collection_pk: int) -> CollectionContract | None:
    """None where there is no such collection, or it is deleted."""
    collections, contracts = tables.collections, tables.contracts
    query = (
        select(
            contracts.c.id,
            contracts.c.digest,
            contracts.c.description,
            collections.c.display_name,
            select(func.coalesce(func.max(_ROWS.c.id), 0)).scalar_subquery(),
            func.coalesce(_NEWEST, 0),
        )
        .select_from(collections)
        .join(contracts, contracts.c.id == collections.c.contract_pk)
        .where(collections.c.id == collection_pk, collections.c.deleted_at.is_(None))
    )
    row = connection.execute(query).first()
    return None if row is None else CollectionContract(*row)


def row_mark(connection: Connection, change_row: int) -> str:
    """What tells this journal's row from that of another library or of a restored copy."""
    query = (
        select(_ROWS.c.table_name, _ROWS.c.row_pk, tables.changes.c.id, tables.changes.c.created_at)
        .join(tables.changes, tables.changes.c.id == _ROWS.c.change_pk)
        .where(_ROWS.c.id == change_row)
    )
    row = connection.execute(query).first()
    return "" if row is None else "/".join(str(value) for value in row)


def count(connection: Connection, collection_pk: int) -> int:
    """Faces of the collection, with or without a vector."""
    query = select(func.count()).select_from(_FACES).where(_FACES.c.collection_pk == collection_pk)
    return int(connection.execute(query).scalar_one())


def stream(
    connection: Connection, collection_pk: int, contract_pk: int, dimension: int, batch: int = 16384
) -> Iterator[VectorRows]:
    """All vectors of the collection under that contract, in parts, in no order: sorting would put
    every vector into a temporary file."""
    result = connection.execute(_query(collection_pk, contract_pk))
    for part in result.partitions(batch):
        yield _rows_of(part, dimension)


def of_faces(
    connection: Connection, collection_pk: int, contract_pk: int, dimension: int, face_pks: Iterable[int]
) -> VectorRows:
    """Those of the faces that are in the collection and have a vector under that contract."""
    query = _query(collection_pk, contract_pk).where(among(_FACES.c.id, face_pks))
    return _rows_of(connection.execute(query).all(), dimension)


def touched_faces(connection: Connection, after: int, until: int) -> list[int]:
    """Faces that journal rows after < id <= until may have changed, whether they still exist or not."""
    span = (_ROWS.c.id > after, _ROWS.c.id <= until)
    faces = select(_ROWS.c.row_pk).where(*span, _ROWS.c.table_name == _FACES.name, _ROWS.c.op != "r")
    living = (
        select(_EMBEDDINGS.c.face_pk)
        .join(_ROWS, _ROWS.c.row_pk == _EMBEDDINGS.c.id)
        .where(*span, _ROWS.c.table_name == _EMBEDDINGS.name, _ROWS.c.op != "r")
    )
    gone = select(func.json_extract(_ROWS.c.before, "$.face_pk")).where(
        *span, _ROWS.c.table_name == _EMBEDDINGS.name, _ROWS.c.op == "d"
    )
    return [int(pk) for pk in connection.execute(union(faces, living, gone)).scalars() if pk is not None]


def faces_measured(connection: Connection, contract_pk: int, after: int, until: int) -> list[int]:
    """Faces of the vectors after < id <= until of that contract. Filling in what a face lacks is not an
    act, and not in the journal."""
    query = select(_EMBEDDINGS.c.face_pk).where(
        _EMBEDDINGS.c.id > after, _EMBEDDINGS.c.id <= until, _EMBEDDINGS.c.contract_pk == contract_pk
    )
    return list(connection.execute(query).scalars())


def face_uuids(connection: Connection, face_pks: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """FaceId, and whether the face is hidden, of each face that exists."""
    query = select(_FACES.c.id, _FACES.c.face_id, _FACES.c.hidden).where(among(_FACES.c.id, face_pks))
    return {row[0]: (row[1], bool(row[2])) for row in connection.execute(query)}


def user_ids(connection: Connection, user_pks: Iterable[int]) -> dict[int, str]:
    """UserId of each user that exists."""
    query = select(tables.users.c.id, tables.users.c.user_id).where(among(tables.users.c.id, user_pks))
    return {row[0]: row[1] for row in connection.execute(query)}


def birthdays(connection: Connection, collection_pk: int) -> dict[int, str]:
    """ISO date of birth of each user that has one."""
    users = tables.users
    query = select(users.c.id, users.c.birthday).where(
        users.c.collection_pk == collection_pk, users.c.birthday.is_not(None)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def dates_taken(connection: Connection, photo_pks: Iterable[int]) -> dict[int, int]:
    """Milliseconds since 1970 of each photo that has a date."""
    photos = tables.photos
    query = select(photos.c.id, photos.c.taken_at).where(
        among(photos.c.id, photo_pks), photos.c.taken_at.is_not(None)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def rejected_faces(connection: Connection, user_pk: int) -> set[int]:
    """Faces that were said not to be this user."""
    query = select(tables.rejections.c.face_pk).where(tables.rejections.c.user_pk == user_pk)
    return set(connection.execute(query).scalars())


def rejected_pairs(connection: Connection, face_pks: Iterable[int]) -> set[tuple[int, int]]:
    """(face, user) of every rejection of those faces."""
    table = tables.rejections
    query = select(table.c.face_pk, table.c.user_pk).where(among(table.c.face_pk, face_pks))
    return {(row[0], row[1]) for row in connection.execute(query)}


def hidden_faces(connection: Connection, collection_pk: int) -> NDArray[np.int64]:
    """Rising."""
    query = select(_FACES.c.id).where(_FACES.c.collection_pk == collection_pk, _FACES.c.hidden.is_(True))
    return np.sort(numbers(connection, query)[0])


def hidden_users(connection: Connection, collection_pk: int) -> set[int]:
    users = tables.users
    query = select(users.c.id).where(users.c.collection_pk == collection_pk, users.c.hidden.is_(True))
    return set(connection.execute(query).scalars())


def faces_by_photo(
    connection: Connection, collection_pk: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """(photo, face, user or NOBODY) of every face of the collection, with a vector or without."""
    query = select(_FACES.c.photo_pk, _FACES.c.id, func.coalesce(_FACES.c.user_pk, NOBODY)).where(
        _FACES.c.collection_pk == collection_pk
    )
    photos, faces, users = numbers(connection, query)
    return photos, faces, users


def _query(collection_pk: int, contract_pk: int) -> Select[Any]:
    return (
        select(
            _FACES.c.id,
            func.coalesce(_FACES.c.user_pk, NOBODY),
            _FACES.c.photo_pk,
            _EMBEDDINGS.c.vector,
        )
        .join(_EMBEDDINGS, _EMBEDDINGS.c.face_pk == _FACES.c.id)
        .where(_FACES.c.collection_pk == collection_pk, _EMBEDDINGS.c.contract_pk == contract_pk)
    )


def _rows_of(rows: Any, dimension: int) -> VectorRows:
    """A vector of another length than its contract's is damaged: its face is left out."""
    sound = [row for row in rows if len(row[3]) == dimension * 4]
    joined = b"".join(row[3] for row in sound)
    return VectorRows(
        np.array([row[0] for row in sound], np.int64),
        np.array([row[1] for row in sound], np.int64),
        np.array([row[2] for row in sound], np.int64),
        np.frombuffer(joined, "<f4").reshape(len(sound), dimension).astype(np.float32, copy=False),
    )
