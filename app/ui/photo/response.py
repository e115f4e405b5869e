"""The photo as Rekognition would answer for it, from what is stored, and the equal command. No Qt."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from app.domain.attributes import FaceAttributes
from app.services import shapes
from app.services.photos import UnindexedFace
from app.ui.photo.state import PhotoState

_NONE: Mapping[int, FaceAttributes] = {}


def request_json(
    state: PhotoState, collection_id: str, attributes: Mapping[int, FaceAttributes] = _NONE
) -> dict[str, Any]:
    """IndexFaces' request that gives the stored faces. Bytes stand for the file's content."""
    request: dict[str, Any] = {
        "CollectionId": collection_id,
        "Image": {"Bytes": f"<base64 of {state.detail.name}>"},
        "DetectionAttributes": ["ALL" if _known(state, attributes) else "DEFAULT"],
        "QualityFilter": "NONE",
    }
    external = next((v.face.external_image_id for v in state.detail.faces if v.face.external_image_id), None)
    if external is not None:
        request["ExternalImageId"] = external
    return request


def response_json(
    state: PhotoState, model_version: str, attributes: Mapping[int, FaceAttributes] = _NONE
) -> dict[str, Any]:
    """IndexFaces' response for the photo: FaceRecords (Face and FaceDetail), UnindexedFaces; the details
    with all attributes once those of every face are known."""
    known = attributes if _known(state, attributes) else {}
    records = []
    for view in state.detail.faces:
        record = shapes.face_record(view.face)
        if view.face.id in known:
            record["FaceDetail"] = shapes.face_detail(view.face.detected, known[view.face.id])
        if view.user is not None:
            record["Face"]["UserId"] = view.user.user_id
        records.append(record)
    return {
        "FaceRecords": records,
        "FaceModelVersion": model_version,
        "OrientationCorrection": shapes.orientation(state.detail.photo.turned),
        "UnindexedFaces": [_unindexed(face) for face in state.detail.unindexed],
    }


def _known(state: PhotoState, attributes: Mapping[int, FaceAttributes]) -> bool:
    return bool(state.faces) and all(view.face.id in attributes for view in state.faces)


def _unindexed(face: UnindexedFace) -> dict[str, Any]:
    """What the indexing noted of a face that it did not keep; of older ones no more than the box."""
    if face.detected is not None:
        return shapes.unindexed_face(face.detected, face.reasons)
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
