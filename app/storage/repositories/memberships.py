"""Photos in collections: how far indexing has come with each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, distinct, func, select

from app.domain.records import ChangeKind, PhotoStatus
from app.storage.tables import change_rows, changes, collections, contracts, embeddings, faces, memberships


@dataclass(frozen=True, slots=True)
class Target:
    """The collection that photos are indexed into."""

    pk: int
    collection_id: str
    display_name: str
    contract_pk: int
    contract: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Membership:
    pk: int
    status: PhotoStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change has indexed so far. `left_out`: faces that were found and not kept."""

    photos: int
    faces: int
    failed: int
    left_out: int = 0


# Built once: these run for every photo.
_LIVE = select(collections.c.id).where(
    collections.c.id == bindparam("pk"), collections.c.deleted_at.is_(None)
)
_FIND = select(memberships.c.id, memberships.c.status).where(
    memberships.c.collection_pk == bindparam("collection"), memberships.c.photo_pk == bindparam("photo")
)


def target(connection: Connection, collection_pk: int) -> Target | None:
    query = (
        select(collections, contracts.c.digest)
        .join(contracts, contracts.c.id == collections.c.contract_pk)
        .where(collections.c.id == collection_pk)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return Target(
        row["id"],
        row["collection_id"],
        row["display_name"],
        row["contract_pk"],
        row["digest"],
        row["deleted_at"] is not None,
    )


def deleted(connection: Connection, collection_pk: int) -> bool:
    """Whether the collection was deleted, or never was."""
    return connection.execute(_LIVE, {"pk": collection_pk}).first() is None


def find(connection: Connection, collection_pk: int, photo_pk: int) -> Membership | None:
    row = connection.execute(_FIND, {"collection": collection_pk, "photo": photo_pk}).first()
    return Membership(row.id, PhotoStatus(row.status)) if row else None


def removed_by_person(connection: Connection, membership_pk: int) -> bool:
    """Whether a gone membership was taken out on purpose, not tidied away by a cancelled job."""
    query = (
        select(changes.c.kind)
        .join(change_rows, change_rows.c.change_pk == changes.c.id)
        .where(
            change_rows.c.table_name == memberships.name,
            change_rows.c.row_pk == membership_pk,
            change_rows.c.op == "d",
        )
        .order_by(change_rows.c.id.desc())
        .limit(1)
    )
    kind = connection.execute(query).scalar()
    return kind is not None and kind != ChangeKind.INDEX.value


def waiting_of(connection: Connection, change_pk: int) -> list[int]:
    """Memberships that this change put in and that still wait."""
    query = (
        select(memberships.c.id)
        .join(change_rows, change_rows.c.row_pk == memberships.c.id)
        .where(
            change_rows.c.change_pk == change_pk,
            change_rows.c.table_name == memberships.name,
            change_rows.c.op == "i",
            memberships.c.status == PhotoStatus.WAITING.value,
        )
    )
    return list(connection.execute(query).scalars())


def outcome(connection: Connection, change_pk: int) -> Outcome:
    """Counted from the journal, so that it holds for a job that ran in several processes."""
    touched = change_rows.c.change_pk == change_pk
    by_status = (
        select(memberships.c.status, func.count(distinct(memberships.c.id)))
        .join(change_rows, change_rows.c.row_pk == memberships.c.id)
        .where(touched, change_rows.c.table_name == memberships.name, change_rows.c.op.in_(("i", "u")))
        .group_by(memberships.c.status)
    )
    put_in = select(change_rows.c.row_pk).where(
        touched, change_rows.c.table_name == memberships.name, change_rows.c.op.in_(("i", "u"))
    )
    # Of older versions of the program the column is the list itself.
    noted = memberships.c.unindexed
    faces_left_out = func.coalesce(func.json_array_length(noted, "$.faces"), func.json_array_length(noted))
    left_out = select(func.coalesce(func.sum(faces_left_out), 0)).where(
        memberships.c.id.in_(put_in), memberships.c.unindexed.is_not(None)
    )
    counts = {row[0]: int(row[1]) for row in connection.execute(by_status)}
    added = select(func.count()).where(
        touched, change_rows.c.table_name == faces.name, change_rows.c.op == "i"
    )
    return Outcome(
        counts.get(PhotoStatus.INDEXED.value, 0),
        connection.execute(added).scalar_one(),
        counts.get(PhotoStatus.FAILED.value, 0),
        int(connection.execute(left_out).scalar_one()),
    )


def vectors_of(connection: Connection, face_pk: int) -> list[tuple[int, int]]:
    """(row, contract row) of a face's vectors."""
    query = select(embeddings.c.id, embeddings.c.contract_pk).where(embeddings.c.face_pk == face_pk)
    return [(row[0], row[1]) for row in connection.execute(query)]
