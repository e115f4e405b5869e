"""What the scene network is shown."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.inference.labels.scenes import SceneReader, input_size
from app.inference.manifest import InputSpec

AREA = 224 * 224


def test_the_size_keeps_the_shape() -> None:
    assert input_size(1000, 1000, AREA) == (224, 224)
    assert input_size(768, 1024, AREA) == (192, 256)
    assert input_size(1024, 768, AREA) == (256, 192)
    assert input_size(100, 10_000, AREA) == (128, 384)


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_the_size_is_of_whole_cells_and_about_the_area(height: int, width: int) -> None:
    rows, columns = input_size(height, width, AREA)
    assert rows % 32 == columns % 32 == 0
    assert 0.8 * AREA < rows * columns < 1.2 * AREA


class Network:
    model = SimpleNamespace(id="net", input=InputSpec("RGB", "NCHW", (0, 0, 0), (1, 1, 1), (224, 224)))

    def run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        assert tensor.shape == (1, 3, 192, 256)
        return {"logits": np.array([[1000.0, 1000.0 + np.log(3), 0.0]], np.float32)}


def test_logits_become_probabilities() -> None:
    told = SceneReader(Network()).read(np.zeros((768, 1024, 3), np.uint8))  # type: ignore[arg-type]
    assert told.tolist() == pytest.approx([0.25, 0.75, 0.0], abs=1e-4)
