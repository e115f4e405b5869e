"""Faces by what they look like, photos by what they show: conditions over what was worked out of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from app.domain.attributes import Emotion, Trait
from app.storage import tables

# A face looks to a side, up or down from this many degrees on, and at the camera within as many.
LOOKS_AWAY_FROM = 12.0

_FACES = tables.faces
_LOOKS = tables.face_attributes
_LABELS = tables.photo_labels
_DESCRIPTIONS = tables.photo_descriptions
_TRAITS = {
    Trait.SMILE: _LOOKS.c.smile,
    Trait.EYEGLASSES: _LOOKS.c.eyeglasses,
    Trait.SUNGLASSES: _LOOKS.c.sunglasses,
    Trait.BEARD: _LOOKS.c.beard,
    Trait.MUSTACHE: _LOOKS.c.mustache,
    Trait.EYES_OPEN: _LOOKS.c.eyes_open,
    Trait.MOUTH_OPEN: _LOOKS.c.mouth_open,
    Trait.FACE_OCCLUDED: _LOOKS.c.occluded,
}


class Gaze(StrEnum):
    """Where the eyes look, left and right as the viewer sees it; the head's direction where the eyes
    cannot be told."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    CAMERA = "camera"


@dataclass(frozen=True)
class Looks:
    """All that is given must hold of one face; a face that was not described matches nothing.

    traits: (trait, whether it is there); ages: years, both included, of the likeliest age; `least`: how
    sure an answer must be, a probability of 0.5-1. Of the emotions the surest counts.
    """

    traits: frozenset[tuple[Trait, bool]] = frozenset()
    woman: bool | None = None
    ages: tuple[int, int] | None = None
    emotion: Emotion | None = None
    gaze: Gaze | None = None
    least: float = 0.5

    def __bool__(self) -> bool:
        return self != Looks(least=self.least)


def looking_like(wanted: Looks) -> Select[Any]:
    """The rows (face_pk) of the faces that look so, of every collection."""
    return select(_LOOKS.c.face_pk).where(*_conditions(wanted))


def _conditions(wanted: Looks) -> list[ColumnElement[bool]]:
    conditions = [_sure(_TRAITS[trait], there, wanted.least) for trait, there in sorted(wanted.traits)]
    if wanted.woman is not None:
        conditions.append(_sure(_LOOKS.c.woman, wanted.woman, wanted.least))
    if wanted.ages is not None:
        low, high = wanted.ages
        # "30-40" means people of 40 too, until they are 41.
        conditions.append(and_(_LOOKS.c.age >= low, _LOOKS.c.age < high + 1))
    if wanted.emotion is not None:
        conditions.append(_LOOKS.c.emotion == wanted.emotion.value)
    if wanted.gaze is not None:
        conditions.append(_looking(wanted.gaze))
    return conditions


def _sure(probability: ColumnElement[Any], there: bool, least: float) -> ColumnElement[bool]:
    """An answer that cannot be told (NULL) is neither yes nor no."""
    if there:
        return probability >= least
    # Strictly at the middle, so that no face is both.
    return probability < 0.5 if least <= 0.5 else probability <= 1 - least


def _looking(gaze: Gaze) -> ColumnElement[bool]:
    yaw = func.coalesce(_LOOKS.c.gaze_yaw, _LOOKS.c.yaw)
    pitch = func.coalesce(_LOOKS.c.gaze_pitch, _LOOKS.c.pitch)
    away = LOOKS_AWAY_FROM
    return {
        Gaze.LEFT: yaw <= -away,
        Gaze.RIGHT: yaw >= away,
        Gaze.UP: pitch >= away,
        Gaze.DOWN: pitch <= -away,
        Gaze.CAMERA: and_(func.abs(yaw) < away, func.abs(pitch) < away),
    }[gaze]


def showing(label: str) -> Select[Any]:
    """The rows (photo_pk) of the photos that show it; the label as it is stored."""
    return select(_LABELS.c.photo_pk).where(_LABELS.c.name == label)


def undescribed_faces(connection: Connection, collection_pk: int) -> int:
    """How many shown faces of the collection have no attributes yet."""
    query = select(func.count()).where(
        _FACES.c.collection_pk == collection_pk,
        _FACES.c.hidden.is_(False),
        _FACES.c.id.not_in(select(_LOOKS.c.face_pk)),
    )
    return int(connection.execute(query).scalar_one())


def undescribed_photos(connection: Connection, collection_pk: int) -> int:
    """How many indexed photos of the collection have no labels worked out yet."""
    members = tables.memberships
    query = select(func.count()).where(
        members.c.collection_pk == collection_pk,
        members.c.status == "indexed",
        members.c.photo_pk.not_in(select(_DESCRIPTIONS.c.photo_pk)),
    )
    return int(connection.execute(query).scalar_one())
