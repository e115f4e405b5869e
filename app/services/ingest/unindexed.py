"""Faces that were found and not kept, as a membership holds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.quality_filter import QualityFilter
from app.services.ingest.analysis import Unindexed

# {"box": [left, top, width, height], "confidence": 0-100, "reasons": [...], "landmarks": [[x, y], ...],
# "pose": [roll, yaw, pitch], "quality": [brightness, sharpness]}; older ones end with the reasons.
Entry: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Indexing:
    """What the photo was indexed with: the quality filter's level and MaxFaces. None for a level that was
    not noted, and for any number of faces."""

    quality: QualityFilter | None = None
    max_faces: int | None = None


def unindexed_json(faces: Sequence[Unindexed], indexing: Indexing) -> str:
    """{"filter": level, "max": MaxFaces, "faces": [...]}."""
    return _written([_entry(each) for each in faces], indexing)


def with_entries(text: str | None, entries: Sequence[Entry]) -> str | None:
    """The same photo with other faces left out."""
    indexing = indexing_of(text)
    if indexing.quality is None:
        return json.dumps(list(entries), separators=(",", ":")) if entries else None
    return _written(entries, indexing)


def entries_of(text: str | None) -> list[Entry]:
    """Older versions of the program noted the faces alone."""
    found: Any = json.loads(text or "[]")
    entries: list[Entry] = found["faces"] if isinstance(found, dict) else found
    return entries


def indexing_of(text: str | None) -> Indexing:
    found: Any = json.loads(text or "[]")
    if not isinstance(found, dict):
        return Indexing()
    return Indexing(QualityFilter(found["filter"]), found.get("max"))


def _written(entries: Sequence[Entry], indexing: Indexing) -> str:
    assert indexing.quality is not None, "what is noted with a level keeps it"
    written: dict[str, Any] = {"filter": indexing.quality.value}
    if indexing.max_faces is not None:
        written["max"] = indexing.max_faces
    return json.dumps({**written, "faces": list(entries)}, separators=(",", ":"))


def detected_of(entry: Entry) -> DetectedFace | None:
    """All that was found of the face; None for an older entry."""
    if "landmarks" not in entry:
        return None
    points = np.array(entry["landmarks"], np.float32).reshape(5, 2)
    return DetectedFace(
        BoundingBox(*entry["box"]),
        Landmarks(points),
        entry["confidence"],
        Pose(*entry["pose"]),
        Quality(*entry["quality"]),
    )


def _entry(left_out: Unindexed) -> Entry:
    face = left_out.face
    return {
        "box": [face.box.left, face.box.top, face.box.width, face.box.height],
        "confidence": face.confidence,
        "reasons": list(left_out.reasons),
        "landmarks": face.landmarks.points.tolist(),
        "pose": [face.pose.roll, face.pose.yaw, face.pose.pitch],
        "quality": [face.quality.brightness, face.quality.sharpness],
    }
