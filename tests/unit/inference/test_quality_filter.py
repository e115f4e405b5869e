"""The quality filters: bars, reasons, how recognisable a face is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.quality_filter import (
    Bars,
    QualityBars,
    QualityFilter,
    Reason,
    RecognisableScale,
    least_side_of_protocol,
)

NAN = float("nan")


def face(
    side: float = 100.0,
    brightness: float = 50.0,
    sharpness: float = 80.0,
    confidence: float = 99.9,
    yaw: float = 0.0,
    pitch: float = 0.0,
) -> DetectedFace:
    """In a picture of 1000 x 500."""
    box = BoundingBox(0.1, 0.1, side / 1000, side / 500)
    landmarks = Landmarks(np.zeros((5, 2), np.float32))
    return DetectedFace(box, landmarks, confidence, Pose(0, yaw, pitch), Quality(brightness, sharpness))


BARS = Bars(side=20, brightness=10, sharpness=15, confidence=95, yaw=60, pitch=40, recognisable=30)
JUDGE = QualityBars({QualityFilter.MEDIUM: BARS}, why=Bars(side=40, yaw=30))


def reasons(found: DetectedFace, recognisable: float = 90.0) -> tuple[Reason, ...]:
    return JUDGE.reasons(found, 1000, 500, recognisable, QualityFilter.MEDIUM)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (face(side=19.9), Reason.SMALL_BOUNDING_BOX),
        (face(brightness=9.9), Reason.LOW_BRIGHTNESS),
        (face(sharpness=14.9), Reason.LOW_SHARPNESS),
        (face(confidence=94.9), Reason.LOW_CONFIDENCE),
        (face(yaw=-60.1), Reason.EXTREME_POSE),
        (face(pitch=40.1), Reason.EXTREME_POSE),
    ],
)
def test_each_bar_has_its_reason(found: DetectedFace, reason: Reason) -> None:
    assert reasons(found) == (reason,)
    assert JUDGE.reasons(found, 1000, 500, 0.0, QualityFilter.NONE) == ()


def test_a_face_on_the_bars_stays() -> None:
    found = face(20.001, 10, 15, 95, -60, 40)
    assert reasons(found, 30.0) == ()
    assert reasons(found, NAN) == ()


def test_a_face_that_is_hardly_recognisable_says_what_is_the_matter() -> None:
    assert reasons(face(), 29.0) == (Reason.LOW_FACE_QUALITY,)
    assert reasons(face(side=30, yaw=31), 29.0) == (
        Reason.EXTREME_POSE,
        Reason.SMALL_BOUNDING_BOX,
        Reason.LOW_FACE_QUALITY,
    )
    assert reasons(face(side=10), 29.0) == (Reason.SMALL_BOUNDING_BOX, Reason.LOW_FACE_QUALITY)


def test_the_shipped_bars_rise_from_low_to_high() -> None:
    manifest = load_manifest(find_models_dir())
    bars = QualityBars.of(manifest.default(Task.FACE_DETECTION).settings)
    order = [
        QualityFilter.NONE,
        QualityFilter.LOW,
        QualityFilter.AUTO,
        QualityFilter.MEDIUM,
        QualityFilter.HIGH,
    ]
    found = [bars.of_level(level) for level in order]
    for low, high in pairwise(found):
        for name in ("side", "brightness", "sharpness", "confidence", "recognisable"):
            assert getattr(low, name) <= getattr(high, name)
        assert low.yaw >= high.yaw and low.pitch >= high.pitch
    scale = RecognisableScale.of(manifest.default(Task.FACE_EMBEDDING).settings)
    assert scale is not None
    assert (np.diff(scale.chance(np.linspace(3, 16, 40, dtype=np.float32))) >= 0).all()


GOOD: dict[str, Any] = {level: {"side": 3} for level in ("AUTO", "LOW", "MEDIUM", "HIGH", "why")}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"quality_filter": {name: GOOD[name] for name in ("AUTO", "LOW", "MEDIUM", "why")}},
        {"quality_filter": {**GOOD, "HIGH": {"size": 3}}},
        {"quality_filter": {**GOOD, "LOW": {"side": "much"}}},
        {"quality_filter": {**GOOD, "LOW": 5}},
    ],
)
def test_bars_that_cannot_be_read(settings: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="quality bars"):
        QualityBars.of(settings)
    assert QualityBars.of({"quality_filter": GOOD}).of_level(QualityFilter.LOW).side == 3


def test_lengths_become_chances() -> None:
    scale = RecognisableScale.of({"recognisable": {"lengths": [5, 10, 15], "chances": [1, 50, 99]}})
    assert scale is not None
    chances = scale.chance(np.array([0, 7.5, 10, 99], np.float32))
    assert chances.tolist() == [1, 25.5, 50, 99]
    assert RecognisableScale.of({}) is None


@pytest.mark.parametrize(
    "table",
    [
        {"lengths": [5, 10]},
        {"lengths": [5], "chances": [1]},
        {"lengths": [5, 4], "chances": [1, 2]},
        {"lengths": [5, "x"], "chances": [1, 2]},
    ],
)
def test_a_scale_that_cannot_be_read(table: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="recognisable"):
        RecognisableScale.of({"recognisable": table})


def test_the_smallest_face_of_the_protocol_is_in_proportion() -> None:
    assert least_side_of_protocol(1920, 1080) == 40
    assert least_side_of_protocol(640, 480) == 40
    assert least_side_of_protocol(2160, 3840) == 80
