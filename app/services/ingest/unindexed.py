"""Faces that were found and not kept, as a membership holds them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.services.ingest.analysis import Unindexed

# {"box": [left, top, width, height], "confidence": 0-100, "reasons": [...], "landmarks": [[x, y], ...],
# "pose": [roll, yaw, pitch], "quality": [brightness, sharpness]}; older ones end with the reasons.
Entry: TypeAlias = dict[str, Any]


def unindexed_json(faces: Sequence[Unindexed]) -> str | None:
    return entries_json([_entry(each) for each in faces])


def entries_json(entries: Sequence[Entry]) -> str | None:
    """A JSON list; None for none."""
    return json.dumps(list(entries), separators=(",", ":")) if entries else None


def entries_of(text: str | None) -> list[Entry]:
    found: list[Entry] = json.loads(text or "[]")
    return found


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
