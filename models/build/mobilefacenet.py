"""MobileFaceNet: read out of a TensorFlow Lite file, written as ONNX with a free batch.

The published file is fixed to a batch of two, channels last, and spells every PRelu out as

    PRelu(x) = max(x, 0) + c (x - |x|),    of slope 2 c for x < 0.

Its layers are only convolutions, these, and sums of two tensors, so that they are written anew with the
blocks of the other embedding (sface.py): channels first, PRelu as two convolutions, a Relu and an Add,
weights of the pointwise layers as float16. The package `tflite` reads the file's own format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.build.sface import _block, _Builder

Array = NDArray[np.float64]
_KINDS = {value: name for name, value in vars(tflite.BuiltinOperator).items() if not name.startswith("_")}


@dataclass
class _Layer:
    """A convolution, (out, in, height, width), and the tensors that it reads and writes."""

    source: int
    target: int
    kernel: Array
    bias: Array
    groups: int
    stride: int
    pads: list[int]


class _Graph:
    """The operators of the file, in order, with their constants."""

    def __init__(self, content: bytes) -> None:
        self._model = tflite.Model.GetRootAsModel(content, 0)
        self._graph = self._model.Subgraphs(0)
        self.input = int(self._graph.Inputs(0))
        self.output = int(self._graph.Outputs(0))

    def operators(self) -> Iterator[tuple[str, Any, list[int], int]]:
        """(kind, operator, inputs, output)."""
        for number in range(self._graph.OperatorsLength()):
            operator = self._graph.Operators(number)
            code = self._model.OperatorCodes(operator.OpcodeIndex())
            kind = _KINDS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            yield kind, operator, [int(each) for each in operator.InputsAsNumpy()], int(operator.Outputs(0))

    def constant(self, tensor: int) -> Array | None:
        """None for a tensor that is computed."""
        described = self._graph.Tensors(tensor)
        buffer = self._model.Buffers(described.Buffer())
        if not buffer.DataLength():
            return None
        values = np.frombuffer(buffer.DataAsNumpy().tobytes(), "<f4").astype(np.float64)
        return values.reshape(described.ShapeAsNumpy())

    def side(self, tensor: int) -> int:
        return int(self._graph.Tensors(tensor).Shape(1))


def mobilefacenet(original: bytes) -> bytes:
    """float32 (n, 3, 112, 112), (RGB - 127.5) / 128, to float32 (n, 192), not normalised."""
    graph = _Graph(original)
    build = _Builder()
    names = {graph.input: "data"}
    signs: dict[int, Array] = {graph.input: np.ones(3)}
    waiting: _Layer | None = None
    slope: Array | None = None
    for kind, operator, inputs, output in graph.operators():
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            if waiting is not None:
                _linear(build, waiting, names, signs)
            waiting = _layer(graph, kind, operator, inputs, output)
        elif kind in ("RELU", "ABS", "SUB"):
            assert waiting is not None, f"{kind} stands alone"
        elif kind == "MUL":
            slope = next(each for each in map(graph.constant, inputs) if each is not None).ravel() * 2
        elif kind == "ADD" and slope is not None:
            assert waiting is not None
            conv = _node(waiting)
            kernel = waiting.kernel
            name, sign = _block(
                build, conv, kernel, waiting.bias, slope, names[waiting.source], signs[waiting.source]
            )
            names[output], signs[output] = name, sign
            waiting = slope = None
        elif kind == "ADD":
            if waiting is not None:
                _linear(build, waiting, names, signs)
                waiting = None
            names[output] = build.node("Add", [names[each] for each in inputs], f"t{output}")
            assert all((signs[each] == 1).all() for each in inputs)
            signs[output] = signs[inputs[0]]
        elif kind == "RESHAPE":
            assert waiting is not None and output == graph.output
            _linear(build, waiting, names, signs)
            build.node("Flatten", [names[waiting.target]], "embedding", axis=1)
        else:
            raise AssertionError(f"an operator that is not known: {kind}")
    model = helper.make_model(
        helper.make_graph(
            build.casts + build.nodes,
            "mobilefacenet",
            [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["batch", 3, 112, 112])],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", 192])],
            build.weights,
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _layer(graph: _Graph, kind: str, operator: Any, inputs: list[int], output: int) -> _Layer:
    kernel, bias = graph.constant(inputs[1]), graph.constant(inputs[2])
    assert kernel is not None and bias is not None
    options = operator.BuiltinOptions()
    settings: Any = tflite.Conv2DOptions() if kind == "CONV_2D" else tflite.DepthwiseConv2DOptions()
    settings.Init(options.Bytes, options.Pos)
    stride = settings.StrideH()
    assert stride == settings.StrideW() and settings.FusedActivationFunction() == 0
    # Lite keeps (out, height, width, in), and (1, height, width, channels) of a depthwise one.
    kernel = kernel.transpose(0, 3, 1, 2) if kind == "CONV_2D" else kernel.transpose(3, 0, 1, 2)
    size = kernel.shape[2]
    missing = (graph.side(output) - 1) * stride + size - graph.side(inputs[0])
    # TensorFlow's padding "same" puts the odd pixel behind.
    pads = [missing // 2, missing // 2, missing - missing // 2, missing - missing // 2]
    groups = 1 if kind == "CONV_2D" else kernel.shape[0]
    return _Layer(inputs[0], output, kernel, bias, groups, stride, [max(each, 0) for each in pads])


def _node(layer: _Layer) -> onnx.NodeProto:
    side = layer.kernel.shape[2]
    return helper.make_node(
        "Conv",
        [],
        [f"t{layer.target}"],
        kernel_shape=[side, side],
        pads=layer.pads,
        strides=[layer.stride] * 2,
        group=layer.groups,
    )


def _linear(build: _Builder, layer: _Layer, names: dict[int, str], signs: dict[int, Array]) -> None:
    """A convolution that nothing bends."""
    name, sign = f"t{layer.target}", signs[layer.source]
    turned = sign[None, :, None, None] if layer.groups == 1 else sign[:, None, None, None]
    inputs = [
        names[layer.source],
        build.weight(f"{name}_w", layer.kernel * turned, half=layer.groups == 1),
        build.weight(f"{name}_b", layer.bias),
    ]
    side = layer.kernel.shape[2]
    names[layer.target] = build.node(
        "Conv",
        inputs,
        name,
        kernel_shape=[side, side],
        pads=layer.pads,
        strides=[layer.stride] * 2,
        group=layer.groups,
    )
    signs[layer.target] = np.ones(len(layer.bias))
