"""The photo as Rekognition would answer for it, from what is stored, and the equal command. No Qt."""

from __future__ import annotations

import json
import shlex
from typing import Any

from app.services import shapes
from app.services.photos import UnindexedFace
from app.ui.photo.state import PhotoState


def request_json(state: PhotoState, collection_id: str) -> dict[str, Any]:
    """IndexFaces' request that gives the stored faces. Bytes stand for the file's content."""
    request: dict[str, Any] = {
        "CollectionId": collection_id,
        "Image": {"Bytes": f"<base64 of {state.detail.name}>"},
        "DetectionAttributes": ["DEFAULT"],
        "QualityFilter": "NONE",
    }
    external = next((v.face.external_image_id for v in state.detail.faces if v.face.external_image_id), None)
    if external is not None:
        request["ExternalImageId"] = external
    return request


def response_json(state: PhotoState, model_version: str) -> dict[str, Any]:
    """IndexFaces' response for the photo: FaceRecords (Face and FaceDetail), UnindexedFaces."""
    records = []
    for view in state.detail.faces:
        record = shapes.face_record(view.face)
        if view.user is not None:
            record["Face"]["UserId"] = view.user.user_id
        records.append(record)
    return {
        "FaceRecords": records,
        "FaceModelVersion": model_version,
        "OrientationCorrection": None,
        "UnindexedFaces": [_unindexed(face) for face in state.detail.unindexed],
    }


def _unindexed(face: UnindexedFace) -> dict[str, Any]:
    """What the indexing noted of a face that it did not keep."""
    detail = {
        "BoundingBox": shapes.bounding_box(face.box),
        "Confidence": round(face.confidence, 4),
    }
    return {"Reasons": list(face.reasons), "FaceDetail": detail}


def command(state: PhotoState, collection_id: str) -> str:
    """What does the same on the command line."""
    path = state.detail.paths[0].path if state.detail.paths else None
    target = shlex.quote(str(path)) if path is not None else "PHOTO"
    return f"likeness index {shlex.quote(collection_id)} {target} --json"


def pretty(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
