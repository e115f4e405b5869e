"""Faces and where they are, in Rekognition's response shapes (plain dicts for JSON).

Numbers are Python's own and finite: what could not be told is left out.
"""

from __future__ import annotations

import math
from collections.abc import Container
from typing import Any, TypeAlias

from app.domain.attributes import FaceAttributes, LandmarkName, Trait
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, LandmarkType, Pose, Quality

Json: TypeAlias = dict[str, Any]


def number(value: float, digits: int) -> float | None:
    """None for what is no number."""
    return round(float(value), digits) if math.isfinite(value) else None


def percent(value: float) -> float | None:
    """0-100."""
    return number(min(max(float(value), 0.0), 100.0), 4)


def similarity(value: float) -> float | None:
    return percent(value)


def bounding_box(box: BoundingBox) -> Json:
    return {
        "Width": number(box.width, 6),
        "Height": number(box.height, 6),
        "Left": number(box.left, 6),
        "Top": number(box.top, 6),
    }


def landmarks(points: Landmarks) -> list[Json]:
    return [
        {"Type": kind.value, "X": number(x, 6), "Y": number(y, 6)}
        for kind, (x, y) in zip(LandmarkType, points.points, strict=True)
    ]


def pose(value: Pose) -> Json:
    return {"Roll": number(value.roll, 3), "Yaw": number(value.yaw, 3), "Pitch": number(value.pitch, 3)}


def quality(value: Quality) -> Json:
    return {"Brightness": number(value.brightness, 3), "Sharpness": number(value.sharpness, 3)}


def orientation(turned: int | None) -> str | None:
    """OrientationCorrection: how far the content lies counter-clockwise; None where EXIF stated it."""
    return None if turned is None else f"ROTATE_{turned}"


def face_detail(
    face: DetectedFace, attributes: FaceAttributes | None = None, only: Container[str] | None = None
) -> Json:
    """FaceDetail with the default attributes; with `attributes` all of them and the thirty landmarks, or
    those alone whose names (of FaceDetail's members) are in `only`, with the five landmarks."""
    shape: Json = {
        "BoundingBox": bounding_box(face.box),
        "Landmarks": landmarks(face.landmarks),
        "Pose": pose(face.pose),
        "Quality": quality(face.quality),
        "Confidence": percent(face.confidence),
    }
    if attributes is not None:
        # The dense landmarks' pose is truer than that of five points.
        shape["Pose"] = pose(attributes.pose)
        told = _attributes(attributes)
        shape |= told if only is None else {name: told[name] for name in told if name in only}
        if only is None:
            shape["Landmarks"] = thirty_landmarks(attributes)
    return shape


def compared_face(found: DetectedFace, looks: FaceAttributes | None = None) -> Json:
    """ComparedFace; with emotions and smile where `looks` tells of them."""
    return face_detail(found, looks, ("Emotions", "Smile"))


def thirty_landmarks(face: FaceAttributes) -> list[Json]:
    return [
        {"Type": name.value, "X": number(x, 6), "Y": number(y, 6)}
        for name, (x, y) in zip(LandmarkName, face.landmarks, strict=True)
    ]


def _attributes(face: FaceAttributes) -> Json:
    woman = face.woman >= 0.5
    shape: Json = {
        "AgeRange": {"Low": max(int(face.age_low), 0), "High": max(int(face.age_high), 0)},
        "Gender": {
            "Value": "Female" if woman else "Male",
            "Confidence": percent(100 * (face.woman if woman else 1 - face.woman)),
        },
        "Emotions": [
            {"Type": emotion.value, "Confidence": percent(confidence)}
            for emotion, confidence in sorted(face.emotions.items(), key=lambda entry: -entry[1])
        ],
    }
    for trait, probability in face.traits.items():
        shape[trait.value] = yes_or_no(probability)
    if face.eye_direction is not None:
        shape["EyeDirection"] = {
            "Yaw": number(face.eye_direction.yaw, 3),
            "Pitch": number(face.eye_direction.pitch, 3),
            "Confidence": percent(face.eye_direction.confidence),
        }
    return shape


def yes_or_no(probability: float) -> Json:
    """A trait (0-1) as Rekognition has it: the likelier answer, and how likely it is."""
    value = bool(probability >= 0.5)
    return {"Value": value, "Confidence": percent(100 * (probability if value else 1 - probability))}


# FaceDetail's members that need the attributes' models.
ATTRIBUTE_MEMBERS = frozenset(
    {"AgeRange", "Emotions", "EyeDirection", "Gender", *(trait.value for trait in Trait)}
)
