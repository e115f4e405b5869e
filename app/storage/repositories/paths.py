"""Photos by content, and the places where their files were last seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.domain.records import PhotoStatus
from app.storage.clock import now_ms, to_ms
from app.storage.tables import memberships, photo_paths, photos

# SQLite takes 32,766 variables; short lists keep the statement cache small.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class KnownPath:
    """A path the library has seen. `status` is that of its photo in the collection asked about."""

    pk: int
    photo_pk: int
    mtime_ns: int
    size: int
    missing: bool
    status: PhotoStatus | None


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a photo's file."""

    pk: int
    path: bytes
    missing: bool


# The statements that run for every photo are built once: building one takes longer than running it.
_KNOWN = (
    select(photo_paths, memberships.c.status)
    .select_from(
        photo_paths.outerjoin(
            memberships,
            and_(
                memberships.c.photo_pk == photo_paths.c.photo_pk,
                memberships.c.collection_pk == bindparam("collection"),
            ),
        )
    )
    .where(photo_paths.c.path.in_(bindparam("paths", expanding=True)))
)
_FIND = select(photos.c.id).where(photos.c.sha256 == bindparam("sha256"))
_ADD = insert(photos)
_FACTS = update(photos).where(photos.c.id == bindparam("pk"))
_UPSERT = upsert(photo_paths)
_SEE = _UPSERT.on_conflict_do_update(
    index_elements=[photo_paths.c.path],
    set_={
        **{name: _UPSERT.excluded[name] for name in ("photo_pk", "mtime_ns", "size", "seen_at")},
        "missing_since": None,
    },
)


def known(connection: Connection, collection_pk: int, paths: Sequence[bytes]) -> dict[bytes, KnownPath]:
    """Those of the paths that the library has seen."""
    found: dict[bytes, KnownPath] = {}
    for start in range(0, len(paths), _BATCH):
        for row in connection.execute(
            _KNOWN, {"paths": paths[start : start + _BATCH], "collection": collection_pk}
        ).mappings():
            status = PhotoStatus(row["status"]) if row["status"] else None
            missing = row["missing_since"] is not None
            found[row["path"]] = KnownPath(
                row["id"], row["photo_pk"], row["mtime_ns"], row["size"], missing, status
            )
    return found


def find_photo(connection: Connection, sha256: bytes) -> int | None:
    return connection.execute(_FIND, {"sha256": sha256}).scalar()


def sha256_of(connection: Connection, photo_pk: int) -> bytes | None:
    return connection.execute(select(photos.c.sha256).where(photos.c.id == photo_pk)).scalar()


def add_photo(connection: Connection, image_id: str, sha256: bytes, file_size: int) -> int:
    """A photo whose pixels nobody has seen yet: its width and height are 0 and its format is empty."""
    values = {
        "image_id": image_id,
        "sha256": sha256,
        "width": 0,
        "height": 0,
        "format": "",
        "file_size": file_size,
    }
    key = connection.execute(_ADD, values).inserted_primary_key
    assert key is not None, "an INSERT always has a key"
    return int(key[0])


def set_facts(
    connection: Connection,
    photo_pk: int,
    width: int,
    height: int,
    kind: str,
    taken_at: datetime | None,
    turned: int | None = None,
) -> None:
    """What decoding told, and the faces of how it lies. Facts of the content: not journalled."""
    values = {
        "width": width,
        "height": height,
        "format": kind,
        "taken_at": to_ms(taken_at),
        "turned": turned,
    }
    connection.execute(_FACTS, {"pk": photo_pk, **values})


def see(connection: Connection, path: bytes, photo_pk: int, mtime_ns: int, size: int) -> None:
    """The photo's file lies there now, whatever the path stood for before."""
    values = {"photo_pk": photo_pk, "mtime_ns": mtime_ns, "size": size, "seen_at": now_ms()}
    connection.execute(_SEE, {"path": path, **values})


def seen_again(connection: Connection, path_pks: Iterable[int]) -> None:
    """The files are there, unchanged."""
    rows = [{"pk": pk} for pk in path_pks]
    if rows:
        statement = update(photo_paths).where(photo_paths.c.id == bindparam("pk"))
        connection.execute(statement.values(seen_at=now_ms(), missing_since=None), rows)


def mark_missing(connection: Connection, path_pks: Iterable[int]) -> None:
    """The files are gone from there; those that were marked before keep their date."""
    rows = [{"pk": pk} for pk in path_pks]
    if rows:
        statement = update(photo_paths).where(
            photo_paths.c.id == bindparam("pk"), photo_paths.c.missing_since.is_(None)
        )
        connection.execute(statement.values(missing_since=now_ms()), rows)


def places(connection: Connection, photo_pk: int) -> list[Place]:
    """Where the photo's file was seen: those not missing first, the latest first."""
    query = (
        select(photo_paths.c.id, photo_paths.c.path, photo_paths.c.missing_since)
        .where(photo_paths.c.photo_pk == photo_pk)
        .order_by(photo_paths.c.missing_since.is_not(None), photo_paths.c.seen_at.desc())
    )
    return [Place(row.id, row.path, row.missing_since is not None) for row in connection.execute(query)]
