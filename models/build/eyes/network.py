"""The regression as an ONNX file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.build.eyes import WEIGHTS


def fetch(_: Path) -> bytes:
    """What was fitted."""
    return WEIGHTS.read_bytes()


def network(fitted: bytes) -> bytes:
    """float32 (n, 482) as eye_features gives them to open, float32 (n, 1): probabilities 0-1."""
    with np.load(io.BytesIO(fitted)) as stored:
        weights, bias = stored["weights"].astype(np.float32), stored["bias"].astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["features", "weights", "bias"], ["raised"]),
            helper.make_node("Sigmoid", ["raised"], ["open"]),
        ],
        "eyes-open",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["eyes", len(weights)])],
        [helper.make_tensor_value_info("open", TensorProto.FLOAT, ["eyes", 1])],
        [numpy_helper.from_array(weights[:, None], "weights"), numpy_helper.from_array(bias, "bias")],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="likeness"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
