"""wear-sface.onnx: SFace's trunk, the means of its maps over parts of the face, and the five heads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.build import sface
from models.build.quantised import products_quantised, ranges_of
from models.build.wear.parts import LATE, PARTS, TRAITS

HEADS = Path(__file__).with_name("heads.npz")
COVERED = Path(__file__).with_name("covered.npz")


def trunk(original: bytes) -> bytes:
    """SFace's first twelve blocks: `data`, float32 (n, 3, 96, 96), RGB - 127.5, to `means`, the parts side
    by side."""
    return _serialised(_trunk(original))


def wear(original: bytes) -> bytes:
    """The network of `wear_floats`, its large products in whole numbers."""
    return products_quantised(wear_floats(original), ranges_of("wear-sface"))


def wear_floats(original: bytes) -> bytes:
    """The trunk with the heads: `logits` (n, 5), TRAITS in order, then covered; 0 where yes is as likely
    as no."""
    model = _trunk(original)
    graph = model.graph
    with np.load(HEADS) as heads, np.load(COVERED) as covered:
        weights, bias = (
            np.concatenate([heads[name], covered[name]], axis=-1) for name in ("weights", "bias")
        )
    graph.initializer.append(numpy_helper.from_array(weights.astype(np.float16), "heads_h"))
    graph.initializer.append(numpy_helper.from_array(bias.astype(np.float32), "heads_b"))
    graph.node.append(helper.make_node("Cast", ["heads_h"], ["heads"], to=TensorProto.FLOAT))
    graph.node.append(helper.make_node("Gemm", ["means", "heads", "heads_b"], ["logits"]))
    del graph.output[:]
    graph.output.append(
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(TRAITS) + 1])
    )
    return _serialised(model)


def _trunk(original: bytes) -> onnx.ModelProto:
    model = onnx.load_from_string(sface.sface(original))
    graph = model.graph
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.output[0] == LATE:
            break
    used = {name for node in nodes for name in node.input}
    # Its casts of the later weights stand before the cut: keep what the kept nodes read.
    nodes = [node for node in nodes if node.op_type != "Cast" or node.output[0] in used]
    used = {name for node in nodes for name in node.input}
    weights = [item for item in graph.initializer if item.name in used]
    for name, (source, _, rows, cells) in PARTS.items():
        key = name.replace(" ", "_")
        weights += [
            _integers(f"{key}_from", [rows[0], cells[0]]),
            _integers(f"{key}_to", [rows[1], cells[1]]),
        ]
        nodes += [
            helper.make_node("Slice", [source, f"{key}_from", f"{key}_to", "part_axes"], [f"{key}_cells"]),
            helper.make_node("ReduceMean", [f"{key}_cells"], [f"{key}_mean"], axes=[2, 3], keepdims=0),
        ]
    weights.append(_integers("part_axes", [2, 3]))
    means = [f"{name.replace(' ', '_')}_mean" for name in PARTS]
    nodes.append(helper.make_node("Concat", means, ["means"], axis=1))
    width = sum(part[1] for part in PARTS.values())
    return helper.make_model(
        helper.make_graph(
            nodes,
            "wear",
            [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["batch", 3, 96, 96])],
            [helper.make_tensor_value_info("means", TensorProto.FLOAT, ["batch", width])],
            weights,
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )


def _integers(name: str, values: list[int]) -> onnx.TensorProto:
    array: NDArray[np.int64] = np.array(values, np.int64)
    return numpy_helper.from_array(array, name)


def _serialised(model: onnx.ModelProto) -> bytes:
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
