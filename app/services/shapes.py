"""Results in Rekognition's response shapes (plain dicts for JSON), for the command line and the window."""

from __future__ import annotations

from typing import Any

from app.domain.embedding import EmbeddingContract
from app.domain.faces import DetectedFace, Face
from app.domain.geometry import BoundingBox, Landmarks, LandmarkType, Pose, Quality
from app.domain.records import Collection, User

Json = dict[str, Any]

ARN = "arn:aws:rekognition:local:000000000000:collection/{}"


def bounding_box(box: BoundingBox) -> Json:
    return {
        "Width": round(box.width, 6),
        "Height": round(box.height, 6),
        "Left": round(box.left, 6),
        "Top": round(box.top, 6),
    }


def landmarks(points: Landmarks) -> list[Json]:
    return [
        {"Type": kind.value, "X": round(float(x), 6), "Y": round(float(y), 6)}
        for kind, (x, y) in zip(LandmarkType, points.points, strict=True)
    ]


def pose(value: Pose) -> Json:
    return {"Roll": round(value.roll, 3), "Yaw": round(value.yaw, 3), "Pitch": round(value.pitch, 3)}


def quality(value: Quality) -> Json:
    return {"Brightness": round(value.brightness, 3), "Sharpness": round(value.sharpness, 3)}


def face_detail(face: DetectedFace) -> Json:
    """FaceDetail with the default attributes."""
    return {
        "BoundingBox": bounding_box(face.box),
        "Landmarks": landmarks(face.landmarks),
        "Pose": pose(face.pose),
        "Quality": quality(face.quality),
        "Confidence": round(face.confidence, 4),
    }


def face(record: Face, user_id: str | None = None) -> Json:
    """Face, as in FaceRecord, ListFaces and the matches."""
    shape: Json = {
        "FaceId": record.face_id,
        "BoundingBox": bounding_box(record.detected.box),
        "ImageId": record.image_id,
        "Confidence": round(record.detected.confidence, 4),
    }
    if record.external_image_id is not None:
        shape["ExternalImageId"] = record.external_image_id
    if user_id is not None:
        shape["UserId"] = user_id
    return shape


def face_record(record: Face) -> Json:
    return {"Face": face(record), "FaceDetail": face_detail(record.detected)}


def compared_face(found: DetectedFace) -> Json:
    return face_detail(found)


def collection_description(item: Collection, contract: EmbeddingContract) -> Json:
    """DescribeCollection's answer."""
    return {
        "FaceCount": item.face_count,
        "UserCount": item.user_count,
        "FaceModelVersion": contract.model_id,
        "CollectionARN": ARN.format(item.collection_id),
        "CreationTimestamp": item.created_at.isoformat(),
    }


def user(item: User) -> Json:
    return {"UserId": item.user_id, "UserStatus": item.status.value}


def similarity(value: float) -> float:
    return round(float(value), 4)
