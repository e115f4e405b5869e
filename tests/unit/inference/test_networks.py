"""Anchors, cells and the decoding of what the detector networks give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.manifest import InputSpec
from app.inference.retinaface import RetinaFace, anchors
from app.inference.tensors import tensor_of
from app.inference.yunet import YuNet, cells

SPEC = InputSpec("BGR", "NCHW", (104.0, 117.0, 123.0), (1.0, 1.0, 1.0), None)


class StubSession:
    """Gives prepared outputs for whatever tensor."""

    model = SimpleNamespace(input=SPEC)

    def __init__(self, outputs: dict[str, NDArray[np.float32]]) -> None:
        self.outputs = outputs

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        assert tensor.dtype == np.float32
        return self.outputs


def test_anchors_of_a_small_input() -> None:
    table = anchors(32, 64)
    assert table.shape == ((4 * 8 + 2 * 4 + 1 * 2) * 2, 3)
    assert table[0].tolist() == [4, 4, 16] and table[1].tolist() == [4, 4, 32]
    assert table[2].tolist() == [12, 4, 16]
    assert table[-1].tolist() == [48, 16, 512]


def test_cells_of_a_small_input() -> None:
    table = cells(32, 64)
    assert table.shape == (4 * 8 + 2 * 4 + 1 * 2, 3)
    assert table[1].tolist() == [8, 0, 8] and table[-1].tolist() == [32, 0, 32]


def test_an_anchor_without_offsets_is_a_square_around_its_cell() -> None:
    count = len(anchors(32, 32))
    outputs = {
        "loc": np.zeros((1, count, 4), np.float32),
        "conf": np.zeros((1, count, 2), np.float32),
        "landmarks": np.zeros((1, count, 10), np.float32),
    }
    outputs["conf"][0, 2, 1] = 0.8  # the second cell, 16 pixels
    outputs["loc"][0, 2] = [1, 0, 0, np.log(2) / 0.2]  # 1.6 to the right, twice as high
    outputs["landmarks"][0, 2, :2] = [5, -5]
    found = RetinaFace(StubSession(outputs)).candidates(np.zeros((32, 32, 3), np.uint8), 0.5)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.boxes, [[5.6, -12, 21.6, 20]], atol=1e-4)
    np.testing.assert_allclose(found.points[0, :2], [[20, -4], [12, 4]], atol=1e-4)
    assert found.scores.tolist() == pytest.approx([0.8])


def test_a_yunet_cell_decodes_from_its_corner() -> None:
    outputs = {}
    for stride in (8, 16, 32):
        count = (32 // stride) ** 2
        for name, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            outputs[f"{name}_{stride}"] = np.zeros((1, count, width), np.float32)
    outputs["cls_16"][0, 3], outputs["obj_16"][0, 3] = 0.81, 0.64
    outputs["bbox_16"][0, 3] = [0.5, 0.5, 0, np.log(2)]
    outputs["kps_16"][0, 3, :2] = [0.25, 1]
    found = YuNet(StubSession(outputs)).candidates(np.zeros((32, 32, 3), np.uint8), 0.5)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.boxes, [[16, 8, 32, 40]], atol=1e-4)
    np.testing.assert_allclose(found.points[0, 0], [20, 32], atol=1e-4)
    assert found.scores.tolist() == pytest.approx([0.72])


def test_tensor_order_mean_and_layout() -> None:
    image = np.array([[[10, 20, 30]]], np.uint8)[None]
    assert tensor_of(image, SPEC)[0, :, 0, 0].tolist() == [30 - 104, 20 - 117, 10 - 123]
    other = InputSpec("RGB", "NHWC", (0.0, 0.0, 0.0), (0.5, 0.5, 0.5), None)
    assert tensor_of(image, other)[0, 0, 0].tolist() == [5, 10, 15]
