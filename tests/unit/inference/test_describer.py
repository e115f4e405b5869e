"""How the answers of the readers become the attributes of a face, and what the digest depends on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.attributes import Emotion, FaceAttributes, Trait
from app.inference.appearance import Appearance
from app.inference.describer import HIDING, MEASURED_ON, TASKS, OnnxFaceDescriber, _attributes, _digest
from app.inference.expression import Expressions
from app.inference.eyes import Eyes
from app.inference.manifest import InputSpec, Model, Task, find_models_dir, load_manifest
from app.inference.mesh_pose import _AXES, _PLACES, _POINTS
from app.inference.views import MESH_POINTS, FaceView
from app.inference.wear import Wear


def view() -> FaceView:
    mesh = np.zeros((MESH_POINTS, 3))
    mesh[_POINTS] = _PLACES * _AXES * 10 + [200, 150, 0]
    return FaceView(np.zeros((300, 400, 3), np.uint8), mesh.astype(np.float32))


def attributes(eyes: Eyes, sunglasses: float = 0.1) -> FaceAttributes:
    emotions = {Emotion.HAPPY: 90.0, Emotion.CALM: 10.0}
    return _attributes(
        view(),
        Appearance(31.5, 25, 38, 0.7),
        Expressions(emotions, 0.95),
        eyes,
        Wear(0.8, sunglasses, 0.3, 0.4, 0.02),
    )


def test_every_answer_has_its_place() -> None:
    told = attributes(Eyes(0.9, 0.6))
    assert (told.age, told.age_low, told.age_high, told.woman) == (31.5, 25, 38, 0.7)
    assert set(told.traits) == set(Trait)
    expected = {
        Trait.SMILE: 0.95,
        Trait.EYEGLASSES: 0.8,
        Trait.SUNGLASSES: 0.1,
        Trait.BEARD: 0.3,
        Trait.MUSTACHE: 0.4,
        Trait.EYES_OPEN: 0.6,
        Trait.FACE_OCCLUDED: 0.02,
    }
    assert {trait: told.traits[trait] for trait in expected} == expected
    assert told.traits[Trait.MOUTH_OPEN] < 0.1
    assert told.emotions[Emotion.HAPPY] == 90
    assert told.landmarks.shape == (30, 2)
    assert abs(told.pose.yaw) < 1e-3 and told.eye_direction is not None


def test_closed_eyes_have_no_direction() -> None:
    told = attributes(Eyes(0.1, 0.2))
    assert told.traits[Trait.EYES_OPEN] == 0.1 and told.eye_direction is None


@pytest.mark.parametrize(("sunglasses", "seen"), [(HIDING - 0.01, True), (HIDING + 0.01, False)])
def test_dark_glasses_hide_the_eyes(sunglasses: float, seen: bool) -> None:
    told = attributes(Eyes(0.9, 0.9), sunglasses)
    assert (Trait.EYES_OPEN in told.traits) is seen
    assert (told.eye_direction is not None) is seen


def test_the_digest_follows_files_and_settings() -> None:
    spec = InputSpec("RGB", "NCHW", (0.0,) * 3, (1.0,) * 3, (8, 8))  # type: ignore[arg-type]
    model = Model("one", Task.EYEWEAR, Path("one.onnx"), "aa", spec, "", "", {}, {"bar": 1.0})
    digests = {
        _digest([model]),
        _digest([replace(model, sha256="ab")]),
        _digest([replace(model, settings={"bar": 2.0})]),
        _digest([replace(model, input=replace(spec, scale=(2.0, 1.0, 1.0)))]),
        _digest([model, model]),
    }
    assert len(digests) == 5
    assert _digest([replace(model, path=Path("elsewhere/one.onnx"))]) in digests


def test_the_shipped_manifest_has_a_model_for_every_task() -> None:
    manifest = load_manifest(find_models_dir())
    assert {manifest.default(task).task for task in TASKS} == set(TASKS)
    describer = OnnxFaceDescriber(find_models_dir())
    assert len(describer.made_by) == 16
    assert len(describer.providers) == len(TASKS)


def test_nothing_is_surer_than_the_faces_it_was_measured_on_allow() -> None:
    told = _attributes(
        view(),
        Appearance(31.5, 25, 38, 0.7),
        Expressions({Emotion.CALM: 100.0}, 1.0),
        Eyes(1.0, 1.0),
        Wear(0.0, 0.0, 1.0, 1.0, 0.0),
    )
    for trait, probability in told.traits.items():
        sure = max(probability, 1 - probability)
        assert sure == pytest.approx((MEASURED_ON[trait] + 1) / (MEASURED_ON[trait] + 2))
