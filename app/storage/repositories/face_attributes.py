"""What faces look like, as it was worked out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, and_, delete, func, insert, select

from app.domain.attributes import Emotion, EyeDirection, FaceAttributes, LandmarkName, Trait
from app.domain.geometry import Pose
from app.storage import tables
from app.storage.repositories.rows import among, column

_TABLE = tables.face_attributes
_FACES = tables.faces

TRAIT_COLUMNS: Final = {
    Trait.SMILE: "smile",
    Trait.EYEGLASSES: "eyeglasses",
    Trait.SUNGLASSES: "sunglasses",
    Trait.BEARD: "beard",
    Trait.MUSTACHE: "mustache",
    Trait.EYES_OPEN: "eyes_open",
    Trait.MOUTH_OPEN: "mouth_open",
    Trait.FACE_OCCLUDED: "occluded",
}


def put(connection: Connection, made_by: str, entries: Iterable[tuple[int, FaceAttributes]]) -> None:
    """Replace those of each (face row, attributes). A face that was deleted meanwhile is left out."""
    given = dict(entries)
    there = set(column(connection, select(_FACES.c.id).where(among(_FACES.c.id, given))).tolist())
    connection.execute(delete(_TABLE).where(among(_TABLE.c.face_pk, there)))
    rows = [{"face_pk": pk, "made_by": made_by, **_values(given[pk])} for pk in sorted(there)]
    if rows:
        connection.execute(insert(_TABLE), rows)


def by_face(connection: Connection, face_pk: int, made_by: str) -> FaceAttributes | None:
    """None also for what other models made."""
    query = select(_TABLE).where(_TABLE.c.face_pk == face_pk, _TABLE.c.made_by == made_by)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _attributes(row)


def photos_without(connection: Connection, collection_pk: int, made_by: str) -> NDArray[np.int64]:
    """Rows of the collection's photos with a face whose attributes are missing or made by other models."""
    made = and_(_TABLE.c.face_pk == _FACES.c.id, _TABLE.c.made_by == made_by)
    query = (
        select(_FACES.c.photo_pk)
        .outerjoin(_TABLE, made)
        .where(_FACES.c.collection_pk == collection_pk, _TABLE.c.id.is_(None))
        .distinct()
    )
    return column(connection, query)


def faces_without(connection: Connection, collection_pk: int, made_by: str) -> int:
    """How many faces of the collection are yet to be described."""
    made = and_(_TABLE.c.face_pk == _FACES.c.id, _TABLE.c.made_by == made_by)
    query = (
        select(func.count())
        .select_from(_FACES.outerjoin(_TABLE, made))
        .where(_FACES.c.collection_pk == collection_pk, _TABLE.c.id.is_(None))
    )
    return int(connection.execute(query).scalar_one())


def described_among(connection: Connection, face_pks: Iterable[int], made_by: str) -> set[int]:
    query = select(_TABLE.c.face_pk).where(among(_TABLE.c.face_pk, face_pks), _TABLE.c.made_by == made_by)
    return set(column(connection, query).tolist())


def _values(face: FaceAttributes) -> dict[str, Any]:
    surest = max(face.emotions, key=lambda emotion: face.emotions[emotion], default=None)
    gaze = face.eye_direction
    return {
        "age": float(face.age),
        "age_low": int(face.age_low),
        "age_high": int(face.age_high),
        "woman": float(face.woman),
        **{
            name: None if face.traits.get(trait) is None else float(face.traits[trait])
            for trait, name in TRAIT_COLUMNS.items()
        },
        "emotion": None if surest is None else surest.value,
        "emotions": json.dumps({emotion.value: round(sure, 3) for emotion, sure in face.emotions.items()}),
        "gaze_yaw": None if gaze is None else float(gaze.yaw),
        "gaze_pitch": None if gaze is None else float(gaze.pitch),
        "gaze_confidence": None if gaze is None else float(gaze.confidence),
        "roll": float(face.pose.roll),
        "yaw": float(face.pose.yaw),
        "pitch": float(face.pose.pitch),
        "landmarks": face.landmarks.astype("<f4").tobytes(),
    }


def _attributes(row: Any) -> FaceAttributes:
    gaze = None
    if row["gaze_yaw"] is not None:
        gaze = EyeDirection(row["gaze_yaw"], row["gaze_pitch"], row["gaze_confidence"])
    return FaceAttributes(
        age=row["age"],
        age_low=row["age_low"],
        age_high=row["age_high"],
        woman=row["woman"],
        traits={trait: row[name] for trait, name in TRAIT_COLUMNS.items() if row[name] is not None},
        emotions={Emotion(name): sure for name, sure in json.loads(row["emotions"]).items()},
        eye_direction=gaze,
        landmarks=np.frombuffer(row["landmarks"], "<f4").reshape(len(LandmarkName), 2).astype(np.float32),
        pose=Pose(row["roll"], row["yaw"], row["pitch"]),
    )
