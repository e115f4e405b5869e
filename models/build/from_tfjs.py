"""Weights and graphs of TensorFlow.js, for the networks of pictures that the recipes need.

Both kinds of files are read: a list of weights (`weightsManifest`, and the older `*-weights_manifest.json`,
quantised to a byte or to half precision or not at all) and a graph model, whose operators are turned into
those of ONNX with the channels first.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.build.network import Array, Network

_TYPES = {"float32": np.float32, "int32": np.int32, "float16": np.float16, "uint8": np.uint8}


def weights_of(entries: Sequence[Mapping[str, Any]], content: bytes) -> dict[str, Array]:
    """Every weight by name. SystemExit where the list does not fit the bytes."""
    found: dict[str, Array] = {}
    offset = 0
    for entry in entries:
        quantised = entry.get("quantization")
        kind = np.dtype(_TYPES[quantised["dtype"] if quantised else entry["dtype"]])
        count = int(np.prod(entry["shape"]))
        value = np.frombuffer(content, kind, count, offset).reshape(entry["shape"])
        offset += count * kind.itemsize
        if quantised and "scale" in quantised:
            value = value.astype(np.float64) * quantised["scale"] + quantised["min"]
        found[entry["name"]] = value.astype(np.float64) if kind != np.int32 else value
    if offset != len(content):
        raise SystemExit(f"The weights are {len(content)} bytes, their list says {offset}.")
    return found


class GraphModel:
    """A graph model of convolutions; `convert` adds it to a network, the batch norms folded."""

    def __init__(self, description: bytes, content: bytes) -> None:
        document = json.loads(description)
        entries = [each for group in document["weightsManifest"] for each in group["weights"]]
        self.weights = weights_of(entries, content)
        self.operators = [each for each in document["modelTopology"]["node"] if each["op"] != "Const"]

    def convert(self, network: Network, start: str) -> dict[str, str]:
        """Names in the network by names of the graph; `start` is the input, (n, C, H, W). SystemExit at an
        operator that is not known here."""
        made: dict[str, str] = {}
        # Convolutions that a batch norm may follow: written when their result is first asked for.
        pending: dict[str, _Convolution] = {}

        def tensor(name: str) -> str:
            if name in pending:
                made[name] = pending.pop(name).written(network)
            return made[name]

        for operator in self.operators:
            name, kind, inputs = operator["name"], operator["op"], operator.get("input", [])
            if kind == "Placeholder":
                made[name] = start
            elif kind in ("Conv2D", "_FusedConv2D", "DepthwiseConv2dNative"):
                pending[name] = self._convolution(operator, tensor(inputs[0]))
            elif kind in ("Mul", "Add") and inputs[0] in pending and inputs[1] in self.weights:
                pending[name] = pending.pop(inputs[0])
                pending[name].affine(kind, self.weights[inputs[1]].ravel())
            elif kind == "Minimum":
                made[name] = network.clipped(tensor(inputs[0]), float(self.weights[inputs[1]]))
            elif kind in ("Identity", "Maximum"):  # Maximum follows Minimum, with zero: it is in the clip
                made[name] = tensor(inputs[0])
            elif kind in ("AddV2", "Relu", "Sigmoid", "Softmax"):
                sources = [tensor(each) for each in inputs]
                made[name] = network.node({"AddV2": "Add"}.get(kind, kind), sources)
            elif kind == "MaxPool":
                made[name] = network.node(
                    "MaxPool",
                    [tensor(inputs[0])],
                    kernel_shape=_sizes(operator, "ksize"),
                    strides=_sizes(operator, "strides"),
                    auto_pad="SAME_UPPER" if _texts(operator, "padding") == ["SAME"] else "VALID",
                )
            elif kind == "Mean":
                made[name] = network.pooled(tensor(inputs[0]))
            elif kind == "_FusedMatMul":
                matrix, bias = self.weights[inputs[1]], self.weights[inputs[2]]
                dense = network.dense(tensor(inputs[0]), matrix, bias)
                relu = "Relu" in _texts(operator, "fused_ops")
                made[name] = network.node("Relu", [dense]) if relu else dense
            else:
                raise SystemExit(f"The recipe knows no operator {kind}.")
        return made

    def _convolution(self, operator: Mapping[str, Any], tensor: str) -> _Convolution:
        inputs, fused = operator["input"], _texts(operator, "fused_ops")
        depthwise = operator["op"] == "DepthwiseConv2dNative"
        axes = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        return _Convolution(
            tensor,
            self.weights[inputs[1]].transpose(axes),
            self.weights[inputs[2]].ravel() if "BiasAdd" in fused else None,
            _sizes(operator, "strides")[0],
            _texts(operator, "padding") == ["SAME"],
            "Relu" in fused,
            depthwise,
        )


@dataclass
class _Convolution:
    tensor: str
    kernel: Array
    bias: Array | None
    stride: int
    same: bool
    relu: bool
    depthwise: bool

    def affine(self, kind: str, values: Array) -> None:
        """A factor ("Mul") or a shift for each channel."""
        if kind == "Mul":
            self.kernel = self.kernel * values[:, None, None, None]
            self.bias = None if self.bias is None else self.bias * values
        else:
            self.bias = values if self.bias is None else self.bias + values

    def written(self, network: Network) -> str:
        name = network.convolution(
            self.tensor, self.kernel, self.bias, self.stride, self.same, self.depthwise
        )
        return network.node("Relu", [name]) if self.relu else name


def _sizes(operator: Mapping[str, Any], attribute: str) -> list[int]:
    """Height and width of a strides or ksize attribute of four."""
    return [int(each) for each in operator["attr"][attribute]["list"]["i"][1:3]]


def _texts(operator: Mapping[str, Any], attribute: str) -> list[str]:
    value = operator["attr"].get(attribute, {})
    coded = [value["s"]] if "s" in value else value.get("list", {}).get("s", [])
    return [base64.b64decode(each).decode() for each in coded]
