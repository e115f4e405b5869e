"""Networks in whole numbers answer nearly what they did in floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

pytest.importorskip("onnx", reason="The recipes' package onnx is not installed.")

from models.build.network import Network
from models.build.quantised import MANY, Graph, products_quantised, quantised, rounded, watched

RANDOM = np.random.default_rng(5)


def kernel(made: int, given: int, side: int) -> NDArray[np.float64]:
    return RANDOM.normal(0, (given * side * side) ** -0.5, (made, given, side, side))


def network() -> bytes:
    """A strided convolution, a separable one, a sum that is needed with a Relu and without, a dense layer."""
    made = Network()
    # Channels of very different reach, and one that is always zero.
    first = kernel(16, 3, 3) * np.geomspace(0.05, 8, 16)[:, None, None, None]
    first[3] = 0
    bias = RANDOM.normal(0, 0.2, 16)
    start = made.clipped(made.node("Relu", [made.convolution("pixels", first, bias, 2)]))
    inner = made.convolution(start, kernel(16, 1, 3), None, depthwise=True)
    inner = made.convolution(inner, kernel(16, 16, 1), RANDOM.normal(0, 0.1, 16))
    total = made.node("Add", [start, inner])
    bent = made.convolution(made.node("Relu", [total]), kernel(16, 16, 1), RANDOM.normal(0, 0.1, 16))
    total = made.node("Add", [total, bent])
    pooled = made.node("MaxPool", [total], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
    made.dense(
        made.pooled(made.node("Relu", [pooled])), RANDOM.normal(0, 0.3, (16, 40)), np.zeros(40), "logits"
    )
    return made.file("small", {"pixels": [3, 32, 32]}, {"logits": 40})


def answers(content: bytes, tensor: NDArray[np.float32], names: list[str] | None = None) -> list[Any]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return list(session.run(names, {"pixels": tensor}))


def ranges(content: bytes, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
    names = Graph(content).held()
    values = [tensor, *answers(watched(content), tensor, names[1:])]
    return {
        name: np.stack([value.min((0, 2, 3)), value.max((0, 2, 3)), value.mean((0, 2, 3))]).astype(float)
        for name, value in zip(names, values, strict=True)
    }


def test_whole_numbers_answer_nearly_what_floats_did() -> None:
    content = network()
    seen, new = (RANDOM.normal(0, 1, (24, 3, 32, 32)).astype(np.float32) for _ in range(2))
    made = quantised(content, ranges(content, seen))
    (floats,), (whole,) = answers(content, new), answers(made, new)
    spread = floats.std()
    assert np.abs(whole - floats).mean() < 0.05 * spread
    assert abs((whole - floats).mean()) < 0.02 * spread
    assert len(made) < len(content) + 8000


def deep() -> bytes:
    """Two wide products; PRelu between them as two depthwise convolutions and a sum."""
    made = Network()
    start = made.convolution("pixels", kernel(MANY, 3, 3), RANDOM.normal(0, 0.2, MANY), 2)
    for _ in range(2):
        start = made.convolution(start, kernel(MANY, MANY, 1), RANDOM.normal(0, 0.1, MANY))
        line = made.convolution(start, np.full((MANY, 1, 1, 1), 0.3), None, depthwise=True)
        bent = made.convolution(start, np.full((MANY, 1, 1, 1), 0.7), None, depthwise=True)
        start = made.node("Add", [line, made.node("Relu", [bent])])
    made.dense(made.pooled(start), RANDOM.normal(0, 0.3, (MANY, 20)), np.zeros(20), "logits")
    return made.file("deep", {"pixels": [3, 24, 24]}, {"logits": 20})


def test_wide_products_alone_can_be_in_whole_numbers() -> None:
    content = deep()
    seen, new = (RANDOM.normal(0, 1, (24, 3, 24, 24)).astype(np.float32) for _ in range(2))
    made = products_quantised(content, ranges(content, seen))
    (floats,), (whole,) = answers(content, new), answers(made, new)
    assert np.abs(whole - floats).mean() < 0.03 * floats.std()
    assert len(made) < 0.75 * len(content)


def test_kernels_hold_seven_bits_and_both_signs() -> None:
    whole, scale = rounded(kernel(8, 32, 1), np.zeros(8))
    assert whole.dtype == np.int8
    assert np.abs(whole.astype(int)).max() <= 63
    assert whole.min() < 0 < whole.max()
    assert (scale > 0).all()


def test_ranges_of_another_network_are_refused() -> None:
    with pytest.raises(KeyError):
        quantised(network(), {"pixels": np.array([[-1.0] * 3, [1.0] * 3, [0.0] * 3])})
