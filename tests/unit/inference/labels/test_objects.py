"""From the object network's numbers to things."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.labels.objects import ObjectDetector, cells, decoded, joined, shared
from app.inference.manifest import InputSpec

STRAIGHT = {"scores": [0.0, 1.0], "confidences": [0.0, 100.0]}
SETTINGS: dict[str, Any] = {
    "area": 64 * 64, "second_area": 64 * 64, "sure": 75.0, "least_score": 0.2, "plain_person_score": 0.5,
    "overlap": 0.6, "confidence": STRAIGHT, "person_confidence": STRAIGHT,
    "group_confidence": {"scores": [0.0, 0.3, 1.0], "confidences": [0.0, 70.0, 100.0]},
}  # fmt: skip


class Network:
    """Sees the given things, (kind, score, left, top, right, bottom in pixels), whatever it is shown."""

    def __init__(self, *things: tuple[int, float, int, int, int, int], settings: Any = SETTINGS) -> None:
        self.things = things
        self.model = SimpleNamespace(
            id="net", settings=settings, input=InputSpec("BGR", "NCHW", (0, 0, 0), (1, 1, 1), None)
        )
        self.shown: list[tuple[int, ...]] = []

    def run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        self.shown.append(tensor.shape)
        places = cells(*tensor.shape[2:])
        scores = np.zeros((1, len(places), 80), np.float32)
        distances = np.zeros((1, len(places), 4, 11), np.float32)
        for kind, score, *corners in self.things:
            middle = np.array([(corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2])
            # The finest place of the middle from which every side is within ten cells.
            place = int((np.abs(places[:, :2] - middle).sum(1) + places[:, 2]).argmin())
            x, y, stride = places[place]
            away = np.array([x - corners[0], y - corners[1], corners[2] - x, corners[3] - y]) / stride
            for side, cell in enumerate(away):
                low = int(cell)
                weights = np.zeros(11)
                weights[low], weights[low + 1] = 1 - (cell - low), cell - low
                distances[0, place, side] = np.log(weights + 1e-9)
            scores[0, place, kind] = score
        return {"scores": scores, "distances": distances.reshape(1, len(places), 44)}


def found(network: Network, height: int = 64, width: int = 64) -> list[tuple[int, float]]:
    things = ObjectDetector(network).find(np.zeros((height, width, 3), np.uint8))  # type: ignore[arg-type]
    return [(thing.kind, round(thing.confidence, 1)) for thing in things]


def test_a_box_is_where_the_network_saw_it() -> None:
    network = Network((3, 0.8, 8, 4, 40, 60))
    (thing,) = ObjectDetector(network).find(np.zeros((64, 64, 3), np.uint8))  # type: ignore[arg-type]
    assert thing.kind == 3 and thing.confidence == pytest.approx(80)
    np.testing.assert_allclose(np.array(thing.box) * 64, [8, 4, 32, 56], atol=0.01)


def test_cells_are_in_the_networks_order() -> None:
    places = cells(32, 64)
    assert places.shape == (4 * 8 + 2 * 4 + 1 * 2, 3)
    assert places[0].tolist() == [4, 4, 8] and places[1].tolist() == [12, 4, 8]
    assert places[-1].tolist() == [48, 16, 32]


def test_a_side_is_the_mean_of_its_distribution() -> None:
    logits = np.full((1, 4, 11), -30.0, np.float32)
    logits[0, 0, [2, 4]] = 5.0
    logits[0, 1:, 1] = 5.0
    box = decoded(logits.reshape(1, 44), np.array([[100, 50, 8]], np.float32))
    np.testing.assert_allclose(box, [[100 - 24, 50 - 8, 100 + 8, 50 + 8]], atol=1e-3)


def test_of_boxes_on_one_another_the_surest_stays() -> None:
    assert found(Network((3, 0.8, 8, 8, 40, 40), (3, 0.9, 16, 8, 40, 40))) == [(3, 90)]
    assert found(Network((3, 0.8, 8, 8, 40, 40), (5, 0.9, 16, 8, 40, 40))) == [(5, 90), (3, 80)]


def test_what_lies_within_another_of_its_kind_is_doubted() -> None:
    assert found(Network((3, 0.8, 0, 0, 64, 64), (3, 0.5, 8, 8, 24, 24))) == [(3, 80), (3, 35)]
    assert found(Network((3, 0.8, 0, 0, 64, 64), (4, 0.5, 8, 8, 24, 24))) == [(3, 80), (4, 50)]


def test_persons_beside_a_plain_one_are_believed_sooner() -> None:
    assert found(Network((0, 0.3, 0, 0, 16, 32))) == [(0, 30)]
    group = Network((0, 0.3, 0, 0, 16, 32), (0, 0.9, 32, 0, 60, 60))
    assert [kind for kind, _ in found(group)] == [0, 0] and found(group)[1] == (0, 70)


def test_a_picture_is_never_enlarged_and_looked_at_twice_where_nothing_is_sure() -> None:
    twice = SETTINGS | {"second_area": 32 * 32}
    small, large = Network(settings=twice), Network(settings=twice)
    sure = Network((3, 0.9, 0, 0, 30, 30), settings=twice)
    found(small, 40, 40)
    found(large, 500, 500)
    found(sure, 500, 500)
    assert small.shown == [(1, 3, 32, 32)]
    assert large.shown == [(1, 3, 64, 64), (1, 3, 32, 32)]
    assert sure.shown == [(1, 3, 64, 64)]


def test_areas_of_boxes() -> None:
    one, other = (0.0, 0.0, 0.5, 0.5), (0.25, 0.25, 0.5, 0.5)
    assert shared(one, other) == pytest.approx(0.0625) and joined(one, other) == pytest.approx(0.4375)
    assert shared(one, (0.6, 0.0, 0.2, 0.2)) == 0


def test_settings_that_lack_something_are_said_to() -> None:
    lacking = {name: value for name, value in SETTINGS.items() if name != "overlap"}
    with pytest.raises(ModelError, match="overlap"):
        ObjectDetector(Network(settings=lacking))  # type: ignore[arg-type]
