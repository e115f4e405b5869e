"""Reading age and gender from votes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.inference.appearance import AppearanceReader, Calibration
from app.inference.manifest import InputSpec, Model, Task
from app.inference.views import FaceView

AGE: dict[str, Any] = {
    "weights": [0.5, 0.5],
    "offset": 1.0,
    "middle": 30.0,
    "width": 5.0,
    "middle_weights": [-0.5, 0.5],
    "middle_offset": 2.0,
    "range_ages": [10.0, 50.0],
    "range_below": [2.0, 10.0],
    "range_above": [4.0, 8.0],
}
WOMAN: dict[str, Any] = {
    "weights": [1.0, 1.0, 1.0],
    "offset": 0.0,
    "limit": 4.0,
    "certainty_ages": [2.0, 20.0],
    "certainty": [0.2, 1.0],
}


def model(task: Task, side: int = 32, **settings: Any) -> Model:
    spec = InputSpec("RGB", "NCHW", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (side, side))
    return Model(str(task), task, Path("none.onnx"), "", spec, "MIT", "a test", {}, settings)


def calibration() -> Calibration:
    return Calibration.of(model(Task.AGE_AND_GENDER, age=AGE, woman=WOMAN))


def test_age_is_the_weighted_votes_with_other_weights_in_the_middle() -> None:
    ages = calibration().ages(np.array([[10.0, 80.0], [50.0, 30.0], [50.0, 35.0]]))
    near = np.exp(-0.5)
    assert ages == pytest.approx([46.0, 41.0 - 8.0, 43.5 + near * (-7.5 + 2.0)])


def test_age_stays_that_of_a_person() -> None:
    ages = calibration().ages(np.array([[-50.0, -10.0], [200.0, 300.0]]))
    assert ages.tolist() == [0.5, 95.0]


def test_a_range_holds_the_age_and_starts_no_earlier_than_birth() -> None:
    low, high = calibration().ranges(np.array([1.0, 10.0, 30.0, 80.0]))
    assert low.tolist() == [0, 8, 24, 70]
    assert high.tolist() == [5, 14, 36, 88]


def test_one_network_that_is_very_sure_does_not_outvote_two() -> None:
    votes = np.array([[100.0, -6.0, -6.0], [-100.0, 6.0, 6.0]])
    women = calibration().women(votes, np.array([40.0, 40.0]))
    assert women[0] < 0.5 < women[1]
    assert women.sum() == pytest.approx(1.0)


def test_gender_is_less_certain_for_a_child() -> None:
    votes = np.full((2, 3), 2.0)
    child, adult = calibration().women(votes, np.array([2.0, 40.0]))
    assert 0.5 < child < adult


def test_settings_that_lack_a_part_are_named() -> None:
    with pytest.raises(ModelError, match=r"age-and-gender.*offset"):
        Calibration.of(
            model(Task.AGE_AND_GENDER, age={k: v for k, v in AGE.items() if k != "offset"}, woman=WOMAN)
        )


class Network:
    """A session that answers from the brightness of each crop."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.shapes: list[tuple[int, ...]] = []

    def run(self, tensor: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        self.shapes.append(tensor.shape)
        bright = tensor.mean(axis=(1, 2, 3)) / 255
        if self.model.task is Task.GENDER:
            return {"probabilities": np.stack([bright, 1 - bright], axis=1)}
        if self.model.task is Task.AGE_AND_GENDER:
            return {"age": bright[:, None] * 50, "gender": np.stack([0 * bright, 4 * bright], axis=1)}
        ages = np.zeros((len(tensor), 100))
        ages[np.arange(len(tensor)), np.round(bright * 50).astype(int)] = 1
        return {"ages": ages, "man": -4 * bright[:, None]}


def reader() -> tuple[AppearanceReader, list[Network]]:
    networks = [
        Network(model(Task.GENDER)),
        Network(model(Task.AGE_AND_GENDER, age=AGE, woman=WOMAN)),
        Network(model(Task.SECOND_AGE_AND_GENDER)),
    ]
    return AppearanceReader(*networks), networks  # type: ignore[arg-type]


def view(level: int) -> FaceView:
    mesh = np.zeros((478, 3), np.float32)
    mesh[:, :2] = np.random.default_rng(1).uniform(150, 250, (478, 2))
    places = {33: (160, 180), 133: (185, 180), 362: (215, 180), 263: (240, 180), 2: (200, 220)}
    for point, place in places.items():
        mesh[point, :2] = place
    return FaceView(np.full((400, 400, 3), level, np.uint8), mesh)


def test_each_view_gets_its_own_answer_in_their_order() -> None:
    levels = [20, 250, 100, 180, 60, 220]
    found = reader()[0].read([view(level) for level in levels])
    assert [each.age for each in found] == pytest.approx(
        [reader()[0].read([view(level)])[0].age for level in levels]
    )
    assert np.argsort([each.age for each in found]).tolist() == np.argsort(levels).tolist()
    assert np.argsort([each.woman for each in found]).tolist() == np.argsort(levels).tolist()
    assert all(each.age_low <= each.age <= each.age_high for each in found)


def test_faces_are_read_in_batches() -> None:
    found, networks = reader()
    found.read([view(100)] * 6)
    assert len(networks[0].shapes) == 2


def test_no_faces_ask_no_network() -> None:
    found, networks = reader()
    assert found.read([]) == []
    assert not any(network.shapes for network in networks)
