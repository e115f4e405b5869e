"""What photos show, as it was worked out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, delete, func, insert, select

from app.domain.attributes import DominantColor, Instance, Label, ModerationLabel, PhotoDescription
from app.domain.records import PhotoStatus
from app.storage import tables
from app.storage.repositories.rows import column

_TABLE = tables.photo_descriptions
_LABELS = tables.photo_labels
_MEMBERS = tables.memberships


def put(connection: Connection, made_by: str, photo_pk: int, description: PhotoDescription) -> None:
    """Replace that of the photo. One that is gone meanwhile is left alone."""
    if connection.execute(select(tables.photos.c.id).where(tables.photos.c.id == photo_pk)).first() is None:
        return
    connection.execute(delete(_TABLE).where(_TABLE.c.photo_pk == photo_pk))
    connection.execute(delete(_LABELS).where(_LABELS.c.photo_pk == photo_pk))
    connection.execute(
        insert(_TABLE).values(
            photo_pk=photo_pk,
            made_by=made_by,
            labels=_text(description.labels),
            moderation=_text(description.moderation),
            colors=_text(description.colors),
        )
    )
    # A photo is found by a label's parents, too, with the confidence of the surest that has them.
    sure: dict[str, float] = {}
    for label in description.labels:
        for name in (label.name, *label.parents):
            sure[name] = max(sure.get(name, 0.0), label.confidence)
    rows = [{"photo_pk": photo_pk, "name": name, "confidence": value} for name, value in sure.items()]
    if rows:
        connection.execute(insert(_LABELS), rows)


def by_photo(connection: Connection, photo_pk: int, made_by: str) -> PhotoDescription | None:
    """None also for what other models made."""
    query = select(_TABLE).where(_TABLE.c.photo_pk == photo_pk, _TABLE.c.made_by == made_by)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return PhotoDescription(
        labels=tuple(_label(entry) for entry in json.loads(row["labels"])),
        moderation=tuple(ModerationLabel(**entry) for entry in json.loads(row["moderation"])),
        colors=tuple(DominantColor(**entry) for entry in json.loads(row["colors"])),
    )


def photos_without(connection: Connection, collection_pk: int, made_by: str) -> NDArray[np.int64]:
    """Rows of the collection's indexed photos that are yet to be described."""
    made = and_(_TABLE.c.photo_pk == _MEMBERS.c.photo_pk, _TABLE.c.made_by == made_by)
    query = (
        select(_MEMBERS.c.photo_pk)
        .outerjoin(_TABLE, made)
        .where(
            _MEMBERS.c.collection_pk == collection_pk,
            _MEMBERS.c.status == PhotoStatus.INDEXED.value,
            _TABLE.c.id.is_(None),
        )
    )
    return column(connection, query)


def labels_of(connection: Connection, collection_pk: int) -> list[tuple[str, int]]:
    """(label, photos of the collection that have it), the most frequent first."""
    photos = func.count()
    query = (
        select(_LABELS.c.name, photos)
        .join(_MEMBERS, _MEMBERS.c.photo_pk == _LABELS.c.photo_pk)
        .where(_MEMBERS.c.collection_pk == collection_pk)
        .group_by(_LABELS.c.name)
        .order_by(photos.desc(), _LABELS.c.name)
    )
    return [(name, count) for name, count in connection.execute(query)]


def _text(entries: Iterable[Any]) -> str:
    return json.dumps([asdict(entry) for entry in entries], separators=(",", ":"), ensure_ascii=False)


def _label(entry: dict[str, Any]) -> Label:
    return Label(
        name=entry["name"],
        confidence=entry["confidence"],
        instances=tuple(Instance(tuple(each["box"]), each["confidence"]) for each in entry["instances"]),
        parents=tuple(entry["parents"]),
        aliases=tuple(entry["aliases"]),
        categories=tuple(entry["categories"]),
    )
