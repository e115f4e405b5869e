"""Reading emotions and smiles from votes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.attributes import Emotion
from app.domain.errors import ModelError
from app.inference.expression import EMOTIONS, ExpressionReader, Votes, Weights, named
from app.inference.manifest import InputSpec, Model, Task
from app.inference.views import FaceView

EMOTION: dict[str, Any] = {
    "colour": 0.5,
    "grey": 0.5,
    "offsets": [0.0] * 7,
    "corners": 1.0,
    "doubt": 0.3,
}
SMILE: dict[str, Any] = {"weights": [1.0, 1.0, 1.0], "offset": 0.0}


def model(task: Task, side: int = 16, **settings: Any) -> Model:
    spec = InputSpec("RGB", "NCHW", (127.5,) * 3, (1 / 127.5,) * 3, (side, side))
    return Model(str(task), task, Path("none.onnx"), "", spec, "MIT", "a test", {}, settings)


def weights(**changes: Any) -> Weights:
    return Weights.of(model(Task.EXPRESSION, emotion=EMOTION | changes, smile=SMILE))


def votes(colour: list[float], grey: list[float] | None = None, corners: float = 0.5) -> Votes:
    shares = [np.array([each], np.float64) for each in (colour, grey or colour)]
    muscles = np.zeros((1, 52))
    muscles[:, 44:46] = corners
    return Votes(*(np.log(np.maximum(each / each.sum(), 1e-4)) for each in shares), muscles)


def test_confidences_add_up_to_a_hundred_and_the_class_both_name_wins() -> None:
    for place in range(7):
        shares = [0.05] * 7
        shares[place] = 0.7
        found = weights().emotions(votes(shares))
        assert found.sum() == pytest.approx(100)
        assert found[0].argmax() == place


def test_where_nothing_stands_out_it_is_unknown() -> None:
    found = weights(corners=0.0).emotions(votes([1.0] * 7))
    assert found[0, 7] == pytest.approx(100 * (1 - 1 / 7 / 0.3))
    assert found[0].argmax() == 7


def test_a_sure_answer_leaves_nothing_unknown() -> None:
    found = weights().emotions(votes([0.02, 0.9, 0.02, 0.02, 0.02, 0.01, 0.01]))
    assert found[0, 7] == 0
    assert Emotion.UNKNOWN not in named(found[0])


def test_confusion_is_never_named() -> None:
    found = named(weights().emotions(votes([1.0] * 7))[0])
    assert Emotion.CONFUSED not in found
    assert set(found) == {*EMOTIONS, Emotion.UNKNOWN}


def test_drawn_up_corners_of_the_mouth_make_happy_likelier() -> None:
    shares = [0.4, 0.3, 0.1, 0.05, 0.05, 0.05, 0.05]
    low, high = (weights().emotions(votes(shares, corners=each))[0] for each in (0.001, 0.9))
    assert low.argmax() == 0
    assert high[1] > low[1]


def test_a_smile_needs_more_than_one_network_that_is_sure() -> None:
    happy, calm = [0.01, 0.94, 0.01, 0.01, 0.01, 0.01, 0.01], [0.94, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    both = weights().smiles(votes(happy, happy, 0.8))[0]
    one = weights().smiles(votes(happy, calm, 0.01))[0]
    none = weights().smiles(votes(calm, calm, 0.001))[0]
    assert none < one < 0.5 < both


def test_settings_that_lack_a_part_are_named() -> None:
    with pytest.raises(ModelError, match="doubt"):
        Weights.of(
            model(Task.EXPRESSION, emotion={k: v for k, v in EMOTION.items() if k != "doubt"}, smile=SMILE)
        )


class Network:
    """A session that answers from the brightness of each crop; of points, from their height."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.seen: list[np.ndarray[Any, Any]] = []

    def run(self, tensor: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        self.seen.append(tensor)
        if self.model.task is Task.FACE_MUSCLES:
            return {"shapes": np.full((len(tensor), 52), 0.5, np.float32)}
        bright = tensor.mean(axis=(1, 2, 3))
        logits = np.zeros((len(tensor), 7), np.float32)
        if self.model.task is Task.EXPRESSION:
            logits[:, 1] = 4 * bright
            return {"logits": logits}
        shares = np.full((len(tensor), 7), 0.1, np.float32)
        shares[:, 3] = 0.1 + np.clip(bright, 0, 1) * 0.3
        return {"probabilities": shares / shares.sum(axis=1, keepdims=True)}


def view(level: int, angle: float = 0.0) -> FaceView:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = np.random.default_rng(2).uniform(-50, 50, (478, 2))
    points[33], points[263] = (-40, -20), (40, -20)
    mesh = np.zeros((478, 3), np.float32)
    mesh[:, :2] = points @ turn + 200
    return FaceView(np.full((400, 400, 3), level, np.uint8), mesh)


def reader() -> tuple[ExpressionReader, list[Network]]:
    networks = [
        Network(model(Task.EXPRESSION, emotion=EMOTION, smile=SMILE)),
        Network(model(Task.GREY_EXPRESSION)),
        Network(model(Task.FACE_MUSCLES)),
    ]
    return ExpressionReader(*networks), networks  # type: ignore[arg-type]


def test_each_view_gets_its_own_answer_in_their_order() -> None:
    levels = [10, 250, 90, 180, 130, 220, 30, 60, 160]
    found, networks = reader()
    answers = found.read([view(level) for level in levels])
    assert np.argsort([each.smile for each in answers]).tolist() == np.argsort(levels).tolist()
    alone = [reader()[0].read([view(level)])[0].smile for level in levels]
    assert [each.smile for each in answers] == pytest.approx(alone)
    assert all(sum(each.emotions.values()) == pytest.approx(100) for each in answers)
    assert networks[1].seen[0].shape[1:] == (1, 16, 16)


def test_the_muscles_are_read_from_a_level_face() -> None:
    found, networks = reader()
    found.read([view(100), view(100, 0.7)])
    level, turned = networks[2].seen[0]
    assert level.shape == (146, 2)
    assert np.allclose(level, turned, atol=1e-3)


def test_no_faces_ask_no_network() -> None:
    found, networks = reader()
    assert found.read([]) == []
    assert not any(network.seen for network in networks)
