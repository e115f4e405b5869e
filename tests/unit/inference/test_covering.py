"""Reading whether a face is covered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.inference.covering import SIDE, CoveringReader
from app.inference.manifest import InputSpec, Model, Task
from app.inference.views import FaceView


def model(**settings: Any) -> Model:
    spec = InputSpec("RGB", "NCHW", (127.5,) * 3, (1 / 127.5,) * 3, (224, 224))
    return Model("masks", Task.FACE_COVERING, Path("none.onnx"), "", spec, "MIT", "a test", {}, settings)


class Network:
    """A session that takes what is bright for a mask."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.shapes: list[tuple[int, ...]] = []

    def run(self, tensor: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        self.shapes.append(tensor.shape)
        bright = tensor.mean(axis=(1, 2, 3))
        return {"logits": np.stack([bright * 3, -bright * 3], axis=1).astype(np.float32)}


def view(level: int) -> FaceView:
    mesh = np.zeros((478, 3), np.float32)
    mesh[:, :2] = np.random.default_rng(1).uniform(100, 300, (478, 2))
    mesh[33, :2], mesh[263, :2] = (150, 180), (250, 180)
    return FaceView(np.full((400, 400, 3), level, np.uint8), mesh)


def reader(**covered: float) -> tuple[CoveringReader, Network]:
    network = Network(model(covered={"slope": 1.0, "offset": 0.0} | covered))
    return CoveringReader(network), network  # type: ignore[arg-type]


def test_each_view_gets_its_probability_in_their_order() -> None:
    levels = [20, 240, 90, 200, 60, 128, 160, 30, 250]
    found, network = reader()
    answers = found.read([view(level) for level in levels])
    assert np.argsort(answers).tolist() == np.argsort(levels).tolist()
    assert all(0 < each < 1 for each in answers)
    assert [shape[0] for shape in network.shapes] == [8, 1]
    assert network.shapes[0][1:] == (3, SIDE, SIDE)


def test_the_manifest_says_how_the_logits_are_read() -> None:
    plain, steeper, moved = (
        reader(**settings)[0].read([view(200)])[0] for settings in ({}, {"slope": 3.0}, {"offset": -9.0})
    )
    assert moved < 0.5 < plain < steeper


def test_settings_that_lack_a_part_are_named() -> None:
    with pytest.raises(ModelError, match="offset"):
        CoveringReader(Network(model(covered={"slope": 1.0})))  # type: ignore[arg-type]


def test_no_faces_ask_no_network() -> None:
    found, network = reader()
    assert found.read([]) == []
    assert network.shapes == []
