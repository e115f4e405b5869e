"""The reader of eyewear and facial hair, over a session that answers what the crop shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ModelError
from app.inference.manifest import InputSpec, Model, Task
from app.inference.views import FaceView
from app.inference.wear import BATCH, PLACES, POINTS, SIZE, WearReader, manliness

WOMAN = {"beard": 1.0, "mustache": 0.5}
ROWS = (15, 31, 47, 63, 79)


class FakeSession:
    """Its logits are the brightness of the crop at five places of it, in steps of 10 about 100."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.model = Model(
            id="fake",
            task=Task.EYEWEAR,
            path=Path("fake.onnx"),
            sha256="",
            input=InputSpec("RGB", "NCHW", (127.5,) * 3, (1.0,) * 3, (SIZE, SIZE)),
            licence="",
            source="",
            output={},
            settings=settings,
        )
        self.batches: list[int] = []

    def run(self, tensor: np.ndarray) -> dict[str, np.ndarray]:
        assert tensor.shape[1:] == (3, SIZE, SIZE) and tensor.dtype == np.float32
        self.batches.append(len(tensor))
        at = tensor[:, 0, ROWS, 48]
        return {"logits": ((at + 127.5 - 100) / 10).astype(np.float32)}


def reader(settings: dict[str, Any] | None = None) -> tuple[WearReader, FakeSession]:
    session = FakeSession({"woman": WOMAN} if settings is None else settings)
    return WearReader(session), session  # type: ignore[arg-type]


def view(levels: tuple[int, int, int, int, int] = (100,) * 5) -> FaceView:
    """A face whose points lie where the crop wants them, shifted: the crop is a part of the picture."""
    pixels = np.zeros((200, 220, 3), np.uint8)
    for row, level in zip(ROWS, levels, strict=True):
        pixels[row + 30 - 7 : row + 30 + 8] = level
    mesh = np.zeros((478, 3), np.float32)
    mesh[list(POINTS), :2] = PLACES + np.array([40, 30])
    return FaceView(pixels, mesh)


def test_the_logits_of_the_crop_become_probabilities() -> None:
    answer = reader()[0].read([view((120, 80, 100, 130, 110))], [0.5])[0]
    assert answer.eyeglasses == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)
    assert answer.sunglasses == pytest.approx(1 / (1 + np.exp(2)), abs=1e-6)
    assert answer.beard == pytest.approx(0.5)
    assert answer.mustache == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-6)
    assert answer.covered == pytest.approx(1 / (1 + np.exp(-1)), abs=1e-6)


def test_sunglasses_are_glasses() -> None:
    answer = reader()[0].read([view((80, 150, 100, 100, 100))], [0.5])[0]
    assert answer.eyeglasses == answer.sunglasses > 0.99


def test_a_womans_face_lowers_hair_and_leaves_the_rest() -> None:
    man, unknown, woman = reader()[0].read([view()] * 3, [0.0, 0.5, 1.0])
    assert man.beard > unknown.beard == pytest.approx(0.5) and woman.beard < 0.1
    assert woman.beard < woman.mustache < 0.5, "the weights of the manifest differ"
    assert man.eyeglasses == unknown.eyeglasses == woman.eyeglasses
    assert man.covered == unknown.covered == woman.covered


def test_answers_come_in_order_and_in_batches() -> None:
    views = [view((60 + 10 * n, 60, 100, 100, 100)) for n in range(BATCH * 2 + 1)]
    wear, session = reader()
    answers = wear.read(views, [0.5] * len(views))
    assert [a.eyeglasses for a in answers] == sorted(a.eyeglasses for a in answers)
    assert len({a.eyeglasses for a in answers}) == len(views)
    assert session.batches == [BATCH, BATCH, 1]
    assert wear.read([], []) == []


def test_a_face_of_no_extent_is_answered() -> None:
    answer = reader()[0].read(
        [FaceView(np.zeros((9, 9, 3), np.uint8), np.zeros((478, 3), np.float32))], [0.5]
    )
    assert 0 <= answer[0].beard <= 1


def test_counts_must_agree() -> None:
    with pytest.raises(ValueError, match="1 faces, 2 probabilities"):
        reader()[0].read([view()], [0.1, 0.2])


@pytest.mark.parametrize(
    "settings", [{}, {"woman": {"beard": 1.0}}, {"woman": {"beard": "x", "mustache": 1}}]
)
def test_an_entry_without_the_weights_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="fake lacks the weights of a woman"):
        reader(settings)


def test_a_model_with_other_answers_is_refused() -> None:
    wear, session = reader()
    session.run = lambda tensor: {"other": np.zeros((1, 4))}  # type: ignore[method-assign]
    with pytest.raises(ModelError, match="five “logits”"):
        wear.read([view()], [0.5])


@given(st.floats(0, 1))
def test_manliness_is_odd_and_bounded(woman: float) -> None:
    assert manliness(woman) == pytest.approx(-manliness(1 - woman), abs=1e-9)
    assert abs(manliness(woman)) <= np.log(19) + 1e-9


def test_places_are_symmetric_about_the_middle() -> None:
    mirrored = PLACES[[3, 2, 1, 0, 4, 6, 5]] * [-1, 1] + [SIZE - 1, 0]
    assert np.allclose(mirrored, PLACES)
