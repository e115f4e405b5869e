"""Faces and labels in response shapes: numbers that JSON can say, nothing that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from app.domain.attributes import Emotion, EyeDirection, FaceAttributes, Trait
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.services.face_shapes import ATTRIBUTE_MEMBERS, compared_face, face_detail, number, percent, yes_or_no

FACE = DetectedFace(
    BoundingBox(np.float32(-0.1), 0.25, np.float64(0.5), 0.5),  # type: ignore[arg-type]
    Landmarks(np.full((5, 2), 0.5, np.float32)),
    np.float32(99.999999),  # type: ignore[arg-type]
    Pose(10.0, float("nan"), -180.0),
    Quality(float("inf"), 50.0),
)
LOOKS = FaceAttributes(
    age=3.0,
    age_low=-1,
    age_high=np.int64(6),  # type: ignore[arg-type]
    woman=np.float32(0.75),  # type: ignore[arg-type]
    traits={Trait.SMILE: np.float32(0.25), Trait.BEARD: 1.0000001},  # type: ignore[dict-item]
    emotions={Emotion.CALM: np.float32(10), Emotion.HAPPY: 90.00001},  # type: ignore[dict-item]
    eye_direction=EyeDirection(1.0, 2.0, float("nan")),
    landmarks=np.full((30, 2), 0.25, np.float32),
    pose=Pose(1.0, 2.0, 3.0),
)


def plain(value: Any) -> None:
    """Raises AssertionError for what is no plain Python value."""
    if isinstance(value, dict):
        for each in value.values():
            plain(each)
    elif isinstance(value, list):
        for each in value:
            plain(each)
    else:
        assert value is None or type(value) in (str, float, int, bool), repr(value)


@pytest.mark.parametrize("only", [None, frozenset(), ATTRIBUTE_MEMBERS, {"Smile"}])
def test_a_face_is_plain_python_without_nan(only: Any) -> None:
    shape = face_detail(FACE, LOOKS, only)
    plain(shape)
    json.dumps(shape, allow_nan=False)


def test_what_is_no_number_is_left_out() -> None:
    shape = face_detail(FACE)
    assert shape["Pose"] == {"Roll": 10.0, "Yaw": None, "Pitch": -180.0}
    assert shape["Quality"] == {"Brightness": None, "Sharpness": 50.0}
    assert shape["BoundingBox"]["Left"] == -0.1
    assert (number(float("nan"), 2), percent(100.2), percent(-1)) == (None, 100.0, 0.0)


def test_the_pose_of_the_dense_landmarks_is_taken_where_it_is_known() -> None:
    assert face_detail(FACE, LOOKS, frozenset())["Pose"] == {"Roll": 1.0, "Yaw": 2.0, "Pitch": 3.0}


def test_ages_are_not_below_birth() -> None:
    assert face_detail(FACE, LOOKS)["AgeRange"] == {"Low": 0, "High": 6}


def test_a_compared_face_has_emotions_and_smile() -> None:
    shape = compared_face(FACE, LOOKS)
    assert set(shape) - set(face_detail(FACE)) == {"Emotions", "Smile"}
    assert [each["Type"] for each in shape["Emotions"]] == ["HAPPY", "CALM"]
    assert shape["Smile"] == {"Value": False, "Confidence": 75.0}
    assert len(shape["Landmarks"]) == 5
    assert set(compared_face(FACE)) == set(face_detail(FACE))


@pytest.mark.parametrize(
    ("probability", "value", "confidence"),
    [(0.5, True, 50), (0.49, False, 51), (1, True, 100), (0, False, 100)],
)
def test_yes_or_no(probability: float, value: bool, confidence: float) -> None:
    assert yes_or_no(probability) == {"Value": value, "Confidence": pytest.approx(confidence)}
