"""Whole numbers of eight bits in place of the floats of a network of convolutions.

Every convolution, addition and pooling takes and gives bytes (ONNX's QuantizeLinear and DequantizeLinear
about them, which onnxruntime merges into whole-number operators); what follows the last pooling stays.

- A tensor between a convolution and convolutions alone is scaled channel by channel, so that its channels
  differ less: fully before a depthwise convolution, whose kernels have a scale for each channel, and half, by
  the square root, before others (Nagel et al., "Data-free quantization through weight equalization and bias
  correction", ICCV 2019).
- Kernels have a scale for each channel, that of the least squared error, and seven bits, not eight: without
  VNNI, processors add two products of a byte and a kernel's in sixteen bits, which hold no more.
- The bias takes what rounding the kernels moves the mean by (the same paper).

What the tensors hold is measured beforehand (`python -m models.build.ranges`) and lies beside the recipes.
docs/adr/0074 has the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.floating]
# By the name of a tensor: float (3, C), the least, the greatest and the mean of each channel.
Ranges = Mapping[str, Array]

RANGES = Path(__file__).with_name("measured")
BITS = 7
# Channels from which a pointwise convolution is so much faster in whole numbers that rounding alone pays.
MANY = 128
# Of a channel, at least so much of the largest one's reach, lest what it never held so far be cut off.
LEAST_REACH = 0.01
ACTIVATIONS = ("Relu", "Clip")


def ranges_of(name: str) -> dict[str, Array]:
    """What was measured of the network in the file models/`name`.onnx."""
    with np.load(RANGES / f"{name}.npz") as stored:
        return {each: stored[each].astype(np.float64) for each in stored.files}


class Graph:
    """A network that the recipes wrote: nodes, and weights by name, those stored as halves widened."""

    def __init__(self, content: bytes) -> None:
        self.model = onnx.load_from_string(content)
        self.input = self.model.graph.input[0].name
        self.stored = {each.name: each for each in self.model.graph.initializer}
        self.weights = {name: numpy_helper.to_array(each) for name, each in self.stored.items()}
        self.halves: dict[str, onnx.NodeProto] = {}
        self.nodes: list[onnx.NodeProto] = []
        for node in self.model.graph.node:
            if node.op_type == "Cast" and node.input[0] in self.weights:
                self.weights[node.output[0]] = self.weights[node.input[0]].astype(np.float32)
                self.halves[node.output[0]] = node
            else:
                self.nodes.append(node)
        self._drop_doubled_activations()
        self.takers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in self.nodes:
            for name in node.input:
                self.takers[name].append(node)

    def _drop_doubled_activations(self) -> None:
        """A Relu before a Clip from zero does nothing."""
        made = {node.output[0]: node for node in self.nodes}
        for node in [each for each in self.nodes if each.op_type == "Clip"]:
            before = made.get(node.input[0])
            if before is not None and before.op_type == "Relu":
                node.input[0] = before.input[0]
                self.nodes.remove(before)

    def activation(self, node: onnx.NodeProto) -> onnx.NodeProto | None:
        """What alone takes the result of a convolution or addition, if it is an activation."""
        takers = self.takers[node.output[0]]
        return takers[0] if len(takers) == 1 and takers[0].op_type in ACTIVATIONS else None

    def makers(self, node: onnx.NodeProto) -> list[onnx.NodeProto]:
        """The convolutions that alone decide how large each channel of the result is: the node, or both that
        an addition adds, with a Relu or without. None where something else is added or takes their result."""
        if node.op_type == "Conv":
            return [node]
        made = {each.output[0]: each for each in self.nodes}
        found = []
        for name in node.input:
            maker = made.get(name)
            while maker is not None and maker.op_type == "Relu" and len(self.takers[maker.output[0]]) == 1:
                maker = made.get(maker.input[0])
            if maker is None or maker.op_type != "Conv" or len(self.takers[maker.output[0]]) != 1:
                return []
            found.append(maker)
        return found

    def held(self) -> list[str]:
        """Names of the tensors of four dimensions whose range counts, the input first."""
        names = [self.input]
        for node in self.nodes:
            if node.op_type in ("Flatten", "GlobalAveragePool", "Slice"):
                break
            bare = node.op_type in ("Conv", "Add") and self.activation(node) is not None
            if not bare:
                names.append(node.output[0])
        return names


def depthwise(node: onnx.NodeProto) -> bool:
    return any(each.name == "group" and each.i > 1 for each in node.attribute)


def equalised(graph: Graph, ranges: Ranges) -> tuple[dict[str, Array], dict[str, Array]]:
    """Weights of the convolutions, float64, and ranges after the channels were brought nearer."""
    convolutions = [node for node in graph.nodes if node.op_type == "Conv"]
    weights = {
        name: graph.weights[name].astype(np.float64) for node in convolutions for name in node.input[1:]
    }
    found = dict(ranges)
    for node in graph.nodes:
        if node.op_type not in ("Conv", "Add"):
            continue
        activation = graph.activation(node)
        tensor = node.output[0] if activation is None else activation.output[0]
        takers = graph.takers[tensor]
        makers = graph.makers(node)
        if tensor not in found or not makers or not takers or any(each.op_type != "Conv" for each in takers):
            continue
        reach = np.abs(found[tensor][:2]).max(axis=0)
        power = 1.0 if all(depthwise(taker) for taker in takers) else 0.5
        factor = np.maximum(reach / reach.max(), LEAST_REACH) ** power
        for name in (name for maker in makers for name in maker.input[1:]):
            weights[name] = weights[name] / factor.reshape(-1, *[1] * (weights[name].ndim - 1))
        for taker in takers:
            shape = (-1, 1, 1, 1) if depthwise(taker) else (1, -1, 1, 1)
            weights[taker.input[1]] = weights[taker.input[1]] * factor.reshape(shape)
        found[tensor] = found[tensor] / factor
    return weights, found


def rounded(kernel: Array, least: Array) -> tuple[NDArray[np.int8], Array]:
    """The kernel (out, ...) as whole numbers and the scale of each channel, no smaller than `least`."""
    most = 2 ** (BITS - 1) - 1
    rows = kernel.reshape(len(kernel), -1)
    full = (np.abs(rows).max(axis=1) + 1e-12) / most
    best, error = full, np.full(len(rows), np.inf)
    for share in np.linspace(0.6, 1.0, 21):
        scale = (full * share)[:, None]
        wrong = ((np.clip(np.rint(rows / scale), -most, most) * scale - rows) ** 2).sum(axis=1)
        best, error = np.where(wrong < error, scale[:, 0], best), np.minimum(wrong, error)
    best = np.maximum(best, least).astype(np.float32).astype(np.float64)
    whole = np.clip(np.rint(kernel / best.reshape(-1, 1, 1, 1)), -most, most)
    return whole.astype(np.int8), best


class _Writer:
    """Collects the nodes and the weights of the new graph."""

    def __init__(self, graph: Graph, weights: Mapping[str, Array], ranges: dict[str, Array]) -> None:
        self.graph, self.weights, self.ranges = graph, weights, ranges
        self.nodes: list[onnx.NodeProto] = []
        self.stored: dict[str, onnx.TensorProto] = {}
        self._scales: dict[str, tuple[float, int]] = {}
        # Tensors that others take in place of those of these names.
        self.renamed: dict[str, str] = {}

    def file(self) -> bytes:
        given = self.graph.model.graph
        stored = list(self.stored.values())
        model = helper.make_model(
            helper.make_graph(self.nodes, given.name, given.input, given.output, stored),
            opset_imports=self.graph.model.opset_import,
            ir_version=8,
            producer_name="likeness",
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.stored[name] = numpy_helper.from_array(value, name)
        return name

    def bytes_of(self, tensor: str) -> str:
        """The tensor rounded to bytes, and widened again for the next operator."""
        if tensor not in self._scales:
            low, high = min(0.0, self.ranges[tensor][0].min()), max(0.0, self.ranges[tensor][1].max())
            scale = np.float32((high - low) / 255)
            self._named(tensor, float(scale), int(np.clip(np.rint(-low / scale), 0, 255)))
            self._node("QuantizeLinear", [tensor, f"{tensor}_s", f"{tensor}_z"], f"{tensor}_q")
            self._widened(tensor)
        return f"{tensor}_d"

    def bent(self, source: str, tensor: str) -> None:
        """The Relu of a tensor that is needed without it as well: bytes, of the same scale."""
        self.bytes_of(source)
        self._named(tensor, *self._scales[source])
        self._node("Clip", [f"{source}_q", f"{source}_z"], f"{tensor}_q")
        self._widened(tensor)

    def convolution(self, node: onnx.NodeProto) -> None:
        source, name = node.input[0], node.output[0]
        kernel = self.weights[node.input[1]]
        bias = self.weights[node.input[2]] if len(node.input) > 2 else np.zeros(len(kernel))
        given = self.bytes_of(source)
        # A channel without a kernel still has a bias, of 32 bits.
        whole, scale = rounded(kernel, np.abs(bias) / (self._scales[source][0] * 2**30))
        moved = (whole * scale.reshape(-1, 1, 1, 1) - kernel).sum(axis=(2, 3))
        mean = self.ranges[source][2]
        bias = bias - (moved[:, 0] * mean if depthwise(node) else (moved * mean).sum(axis=1))
        step = scale * self._scales[source][0]
        zero = np.zeros(len(kernel), np.int8)
        inputs = [given]
        for kind, value, steps, zeros in (
            ("k", whole, scale, zero),
            ("b", np.rint(bias / step).astype(np.int32), step, zero.astype(np.int32)),
        ):
            parts = [
                self.constant(f"{name}_{kind}", value),
                self.constant(f"{name}_{kind}s", steps.astype(np.float32)),
                self.constant(f"{name}_{kind}z", zeros),
            ]
            inputs.append(self._node("DequantizeLinear", parts, f"{name}_{kind}d", axis=0))
        self.copy(node, inputs)

    def copy(self, node: onnx.NodeProto, inputs: Sequence[str]) -> None:
        """The node with other inputs; weights that it takes are kept as they are stored."""
        for name in inputs:
            if node.op_type == "Conv" and name in self.weights:
                self._float(name)
                continue
            half = self.graph.halves.get(name)
            if half is not None and name not in self.stored:
                self.nodes.append(half)
                self.stored[name] = self.graph.stored[half.input[0]]
            elif name in self.graph.stored:
                self.stored[name] = self.graph.stored[name]
        copied = onnx.NodeProto()
        copied.CopyFrom(node)
        del copied.input[:]
        copied.input.extend(inputs)
        self.nodes.append(copied)

    def _float(self, name: str) -> None:
        """A weight of a convolution that stays a float, stored as it was."""
        if name in self.stored:
            return
        half = self.graph.halves.get(name)
        if half is None:
            self.constant(name, self.weights[name].astype(np.float32))
        else:
            self.stored[name] = numpy_helper.from_array(self.weights[name].astype(np.float16), half.input[0])
            self.nodes.append(half)

    def _named(self, tensor: str, scale: float, zero: int) -> None:
        self._scales[tensor] = (scale, zero)
        self.constant(f"{tensor}_s", np.array(scale, np.float32))
        self.constant(f"{tensor}_z", np.array(zero, np.uint8))

    def _widened(self, tensor: str) -> None:
        parts = [f"{tensor}_q", f"{tensor}_s", f"{tensor}_z"]
        self._node("DequantizeLinear", parts, f"{tensor}_d")

    def _node(self, kind: str, inputs: Sequence[str], output: str, **attributes: int) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output


def quantised(content: bytes, ranges: Ranges) -> bytes:
    """The ONNX file of a recipe in whole numbers; inputs and outputs stay floats.

    Raises:
        KeyError: the ranges are of another network.
    """
    graph = Graph(content)
    writer = _Writer(graph, *equalised(graph, ranges))
    held = set(graph.held())
    for node in graph.nodes:
        source, result = node.input[0], node.output[0]
        if node.op_type == "Conv":
            writer.convolution(node)
        elif node.op_type in ("Add", "MaxPool"):
            if node.op_type == "MaxPool":
                writer.ranges[result] = writer.ranges[source]
            writer.copy(node, [writer.bytes_of(name) for name in node.input])
        elif node.op_type in ACTIVATIONS and result in held:
            if len(graph.takers[source]) > 1:
                writer.bent(source, result)
            else:
                # The range begins at zero and ends where a Clip would.
                writer.nodes.append(helper.make_node("Relu", [source], [result]))
        elif node.op_type == "GlobalAveragePool":
            writer.copy(node, [writer.bytes_of(source)])
        else:
            writer.copy(node, node.input)
    return writer.file()


def products_quantised(content: bytes, ranges: Ranges) -> bytes:
    """The ONNX file of a recipe with its pointwise convolutions of many channels in whole numbers, where most
    of its time goes, and all else in floats.

    Raises:
        KeyError: the ranges are of another network.
    """
    graph = Graph(content)
    writer = _Writer(graph, *equalised(graph, ranges))
    for node in graph.nodes:
        if node.op_type == "Conv" and _many(graph, node):
            result = node.output[0]
            writer.convolution(node)
            writer.nodes[-1].output[0] = f"{result}_f"
            writer.ranges[f"{result}_f"] = writer.ranges[result]
            given = writer.bytes_of(f"{result}_f")
            writer.renamed[result] = given
        else:
            writer.copy(node, [writer.renamed.get(name, name) for name in node.input])
    return writer.file()


def _many(graph: Graph, node: onnx.NodeProto) -> bool:
    made, given, *sides = graph.weights[node.input[1]].shape
    return sides == [1, 1] and min(made, given) >= MANY and not depthwise(node)


def watched(content: bytes) -> bytes:
    """The network with every tensor of `held` but the input as a further output, to measure its range."""
    graph = Graph(content)
    model = onnx.ModelProto()
    model.CopyFrom(graph.model)
    del model.graph.node[:]
    model.graph.node.extend([*graph.halves.values(), *graph.nodes])
    named = {each.name for each in model.graph.output}
    model.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in graph.held()[1:]
        if name not in named
    )
    return bytes(model.SerializeToString())
