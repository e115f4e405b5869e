"""The photo as IndexFaces is asked for it and answers, from what is stored. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.attributes import FaceAttributes
from app.domain.faces import FaceSource
from app.services import shapes
from app.services.calls import Calls, ImageFile, too_small
from app.services.image_faces import ProtocolFaces
from app.services.photos import UnindexedFace
from app.ui.photo.state import PhotoState

_NONE: Mapping[int, FaceAttributes] = {}
_EVERY = ProtocolFaces(most=1 << 30)


def calls(
    state: PhotoState, collection_id: str, model_version: str, attributes: Mapping[int, FaceAttributes]
) -> Calls:
    """`attributes` by face row: all are asked for once those of every face are known."""
    request = request_json(state, collection_id, attributes)
    answer = response_json(state, model_version, attributes)
    return Calls.one("IndexFaces", request, answer, _notes(state))


def request_json(
    state: PhotoState, collection_id: str, attributes: Mapping[int, FaceAttributes] = _NONE
) -> dict[str, Any]:
    """The request that gives the stored faces."""
    detail, photo = state.detail, state.detail.photo
    path = next((each.path for each in detail.paths if not each.missing), None)
    request: dict[str, Any] = {
        "CollectionId": collection_id,
        "Image": ImageFile(detail.name, path, photo.format, photo.file_size),
        "DetectionAttributes": ["ALL" if _known(state, attributes) else "DEFAULT"],
    }
    if detail.indexing.max_faces is not None:
        request["MaxFaces"] = detail.indexing.max_faces
    if detail.indexing.quality is not None:
        request["QualityFilter"] = detail.indexing.quality.value
    external = _external_ids(state)
    if external:
        request["ExternalImageId"] = external[0]
    return request


def response_json(
    state: PhotoState, model_version: str, attributes: Mapping[int, FaceAttributes] = _NONE
) -> dict[str, Any]:
    """FaceRecords (Face and FaceDetail) and UnindexedFaces; the details with all attributes once those of
    every face are known."""
    known = attributes if _known(state, attributes) else {}
    return {
        "FaceRecords": [
            shapes.face_record(view.face, known.get(view.face.id)) for view in state.detail.faces
        ],
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


def _external_ids(state: PhotoState) -> list[str]:
    found = (view.face.external_image_id for view in state.detail.faces)
    return list(dict.fromkeys(each for each in found if each is not None))


def _notes(state: PhotoState) -> list[str]:
    """What was done to the photo here and no request says."""
    notes, detail = [], state.detail
    by_hand = sum(view.face.source is not FaceSource.DETECTOR for view in detail.faces)
    if by_hand:
        notes.append(
            f"{_faces(by_hand)} drawn or moved by hand. IndexFaces keeps faces only where it finds them."
        )
    hidden = len(detail.faces) - len(state.faces)
    if hidden:
        notes.append(f"{_faces(hidden)} hidden here. Rekognition knows no hiding: the answer has them.")
    found = [view.face.detected for view in detail.faces]
    _, small = _EVERY.of(found, detail.photo.width, detail.photo.height)
    if small:
        notes.append(too_small(len(small)))
    if detail.indexing.quality is None:
        notes.append(
            "Its quality filter was not noted when it was indexed. Where none is named, it is AUTO, here and "
            "there."
        )
    if len(_external_ids(state)) > 1:
        notes.append("Its faces were indexed under several external ids: this is the request of the first.")
    return notes


def _faces(count: int) -> str:
    return "1 face is" if count == 1 else f"{count:,} faces are"
