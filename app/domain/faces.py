"""Faces: as the detector sees them and as the library keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality


class FaceSource(StrEnum):
    """Who placed the box."""

    DETECTOR = "detector"
    DRAWN = "drawn"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """One face of one image, not stored. Confidence 0-100."""

    box: BoundingBox
    landmarks: Landmarks
    confidence: float
    pose: Pose
    quality: Quality


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one photo in one collection, as stored. `id` is the row, `face_id` the UUID."""

    id: int
    face_id: str
    photo_pk: int
    collection_pk: int
    image_id: str
    external_image_id: str | None
    detected: DetectedFace
    source: FaceSource
    user_pk: int | None
    created_at: datetime
