"""Attributes in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.domain.attributes import Emotion, EyeDirection, FaceAttributes, Label, Trait
from app.domain.geometry import Pose
from app.ui.attributes.labels import facts
from app.ui.attributes.words import gaze, label_detail, rows, signed_degrees, sorted_emotions, summary

FACE = FaceAttributes(
    age=37.6,
    age_low=34,
    age_high=42,
    woman=0.97,
    traits={Trait.BEARD: 0.02, Trait.SMILE: 0.5},
    emotions={Emotion.CALM: 20.0, Emotion.HAPPY: 80.0},
    eye_direction=None,
    landmarks=np.zeros((30, 2), np.float32),
    pose=Pose(0, 0, 0),
)


def test_rows_say_value_confidence_and_a_sentence() -> None:
    told = [(row.name, row.value, row.figure) for row in rows(FACE)]
    assert told == [
        ("Looks", "34–42", "years"),
        ("Appears to be", "a woman", "97.0"),
        ("Expression", "Happy", "80.0"),
        ("Smile", "Yes", "50.0"),
        ("Beard", "No", "98.0"),
    ]
    age = rows(FACE)[0]
    assert (age.low, age.high) == (0.34, 0.42)
    assert age.sentence == "Looks 34–42 years old, most likely 38"
    assert summary(FACE) == "Looks 34–42 · appears to be a woman"


def test_what_cannot_be_told_has_no_row() -> None:
    bare = replace(FACE, traits={}, emotions={}, age_low=40, age_high=40, woman=0.2)
    assert [(row.name, row.value) for row in rows(bare)] == [("Looks", "40"), ("Appears to be", "a man")]


def test_expressions_the_surest_first() -> None:
    assert sorted_emotions(FACE) == [("Happy", 80.0), ("Calm", 20.0)]


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        (None, "Cannot be told"),
        (EyeDirection(3, -4, 90), "At the camera"),
        (EyeDirection(-20, 0, 90), "Left"),
        (EyeDirection(20, 15, 90), "Up and right"),
        (EyeDirection(0, -30, 90), "Down"),
    ],
)
def test_where_the_eyes_look(direction: EyeDirection | None, words: str) -> None:
    assert gaze(direction) == words


def test_degrees() -> None:
    assert [signed_degrees(value) for value in (-1.23, 0.0, -0.01, 4.0)] == ["−1.2°", "0.0°", "0.0°", "4.0°"]


def test_labels() -> None:
    label = Label("Cup", 57.4, (), ("Kitchenware",), ("Mug",), ("Kitchen and Dining",))
    assert label_detail(label) == "Kitchenware"
    assert facts(label) == "Kitchenware › Cup · also Mug · Kitchen and Dining"
