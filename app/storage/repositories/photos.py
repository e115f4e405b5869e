"""Photos: facts of the file, where it lies, and how it stands in a collection."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from app.domain.geometry import BoundingBox
from app.domain.records import Photo, PhotoStatus
from app.storage import tables
from app.storage.clock import from_ms
from app.storage.repositories.faces import box_of
from app.storage.repositories.photo_listing import file_name
from app.storage.repositories.rows import among

_PHOTOS = tables.photos
_MEMBERS = tables.memberships
_PATHS = tables.photo_paths
_FACES = tables.faces


@dataclass(frozen=True, slots=True)
class PhotoPath:
    """`pk` is the row. The file was not there when last looked for if `missing`; `size` (bytes) and
    `mtime_ns` are those it had when its content was read."""

    pk: int
    photo_pk: int
    path: Path
    missing: bool
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Membership:
    """How a photo stands in a collection. `unindexed` is JSON text as the indexing wrote it;
    `shown_turned` 0, 90, 180 or 270 degrees clockwise."""

    pk: int
    photo_pk: int
    status: PhotoStatus
    reason: str | None
    unindexed: str | None
    shown_turned: int


@dataclass(frozen=True, slots=True)
class CellFace:
    """A face as a grid paints it."""

    face_pk: int
    box: BoundingBox
    user_pk: int | None
    user_name: str | None
    color: int | None


@dataclass(frozen=True, slots=True)
class PhotoCell:
    """A photo as a grid paints it. `missing`: no file of it is left. `faces`: those not hidden,
    the largest first. Sizes in pixels of the upright picture. It is to be painted turned clockwise by
    `shown_turned` degrees (0, 90, 180, 270), boxes and all."""

    id: int
    image_id: str
    name: str
    status: PhotoStatus
    reason: str | None
    missing: bool
    width: int
    height: int
    faces: tuple[CellFace, ...]
    shown_turned: int = 0

    @property
    def named(self) -> int:
        return sum(face.user_pk is not None for face in self.faces)

    @property
    def caption(self) -> str:
        """The line below the picture."""
        if self.status is PhotoStatus.WAITING:
            return "Waiting"
        if self.status is PhotoStatus.FAILED:
            return self.name
        if not self.faces:
            return "No faces"
        if len(self.faces) == 1:
            return self.faces[0].user_name or "1 face"
        named = f" · {self.named} named" if self.named else ""
        return f"{len(self.faces)} faces{named}"

    @property
    def caption_color(self) -> int | None:
        """The dot before the caption: a single named face's person has one."""
        return self.faces[0].color if len(self.faces) == 1 else None


def photo_of(row: Any) -> Photo:
    return Photo(
        id=row["id"],
        image_id=row["image_id"],
        sha256=row["sha256"],
        width=row["width"],
        height=row["height"],
        format=row["format"],
        file_size=row["file_size"],
        taken_at=None if row["taken_at"] is None else from_ms(row["taken_at"]),
        turned=row["turned"],
    )


def by_pk(connection: Connection, pk: int) -> Photo | None:
    row = connection.execute(select(_PHOTOS).where(_PHOTOS.c.id == pk)).mappings().first()
    return photo_of(row) if row else None


def by_pks(connection: Connection, pks: Iterable[int]) -> dict[int, Photo]:
    found = connection.execute(select(_PHOTOS).where(among(_PHOTOS.c.id, pks))).mappings()
    return {row["id"]: photo_of(row) for row in found}


def membership(connection: Connection, collection_pk: int, photo_pk: int) -> Membership | None:
    return memberships(connection, collection_pk, [photo_pk]).get(photo_pk)


def memberships(
    connection: Connection, collection_pk: int, photo_pks: Iterable[int]
) -> dict[int, Membership]:
    """By photo; photos that are not in the collection are left out."""
    query = select(_MEMBERS).where(
        _MEMBERS.c.collection_pk == collection_pk, among(_MEMBERS.c.photo_pk, photo_pks)
    )
    return {
        row["photo_pk"]: Membership(
            row["id"],
            row["photo_pk"],
            PhotoStatus(row["status"]),
            row["reason"],
            row["unindexed"],
            row["shown_turned"] or 0,
        )
        for row in connection.execute(query).mappings()
    }


def paths(connection: Connection, photo_pks: Iterable[int] | None = None) -> list[PhotoPath]:
    """Where the photos lie, of all photos without `photo_pks`; those that were there first."""
    query = select(_PATHS)
    if photo_pks is not None:
        query = query.where(among(_PATHS.c.photo_pk, photo_pks))
    query = query.order_by(_PATHS.c.missing_since.is_not(None), _PATHS.c.id)
    return [
        PhotoPath(
            row["id"],
            row["photo_pk"],
            Path(os.fsdecode(row["path"])),
            row["missing_since"] is not None,
            row["size"],
            row["mtime_ns"],
        )
        for row in connection.execute(query).mappings()
    ]


def set_missing(connection: Connection, path_pks: Sequence[int], since: int | None) -> None:
    """Note when those files were found missing, or that they are back (None). A fact, not journalled."""
    if path_pks:
        connection.execute(
            update(_PATHS).where(_PATHS.c.id == bindparam("pk")).values(missing_since=since),
            [{"pk": pk} for pk in path_pks],
        )


def turned(connection: Connection, collection_pk: int) -> dict[int, int]:
    """Photos of the collection that are shown turned, with the degrees clockwise."""
    query = select(_MEMBERS.c.photo_pk, _MEMBERS.c.shown_turned).where(
        _MEMBERS.c.collection_pk == collection_pk, _MEMBERS.c.shown_turned.is_not(None)
    )
    return {row.photo_pk: row.shown_turned for row in connection.execute(query)}


def cells(connection: Connection, collection_pk: int, photo_pks: Sequence[int]) -> dict[int, PhotoCell]:
    """Photos that are not in the collection are left out."""
    names: dict[int, str] = {}
    present: set[int] = set()
    stored = select(_PATHS.c.photo_pk, _PATHS.c.path, _PATHS.c.missing_since).where(
        among(_PATHS.c.photo_pk, photo_pks)
    )
    order = (_PATHS.c.missing_since.is_not(None), _PATHS.c.id)
    for photo_pk, path, missing_since in connection.execute(stored.order_by(*order)):
        names.setdefault(photo_pk, file_name(path))
        if missing_since is None:
            present.add(photo_pk)
    faces = _cell_faces(connection, collection_pk, photo_pks)
    query = (
        select(
            _PHOTOS.c.id,
            _PHOTOS.c.image_id,
            _PHOTOS.c.width,
            _PHOTOS.c.height,
            _MEMBERS.c.status,
            _MEMBERS.c.reason,
            _MEMBERS.c.shown_turned,
        )
        .join(_MEMBERS, _MEMBERS.c.photo_pk == _PHOTOS.c.id)
        .where(_MEMBERS.c.collection_pk == collection_pk, among(_MEMBERS.c.photo_pk, photo_pks))
    )
    return {
        pk: PhotoCell(
            id=pk,
            image_id=image_id,
            name=names.get(pk, image_id),
            status=PhotoStatus(status),
            reason=reason,
            missing=pk not in present,
            width=width,
            height=height,
            faces=tuple(faces.get(pk, ())),
            shown_turned=shown_turned or 0,
        )
        for pk, image_id, width, height, status, reason, shown_turned in connection.execute(query)
    }


def _cell_faces(
    connection: Connection, collection_pk: int, photo_pks: Sequence[int]
) -> dict[int, list[CellFace]]:
    users = tables.users
    query = (
        select(
            _FACES.c.id,
            _FACES.c.photo_pk,
            _FACES.c.left,
            _FACES.c.top,
            _FACES.c.width,
            _FACES.c.height,
            _FACES.c.user_pk,
            users.c.display_name,
            users.c.color,
        )
        .outerjoin(users, users.c.id == _FACES.c.user_pk)
        .where(
            _FACES.c.collection_pk == collection_pk,
            among(_FACES.c.photo_pk, photo_pks),
            _FACES.c.hidden.is_(False),
        )
        .order_by((_FACES.c.width * _FACES.c.height).desc(), _FACES.c.id)
    )
    found: dict[int, list[CellFace]] = {}
    for row in connection.execute(query).mappings():
        face = CellFace(row["id"], box_of(row), row["user_pk"], row["display_name"], row["color"])
        found.setdefault(row["photo_pk"], []).append(face)
    return found
