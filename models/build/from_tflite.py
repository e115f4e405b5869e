"""From TensorFlow Lite to ONNX, for the networks of pictures that the recipes need.

Every four-dimensional tensor is turned from (n, H, W, C) to (n, C, H, W), and the batch is made free. Weights
that the package keeps as float16 stay so in the file and are cast when it is loaded: nothing is lost. Needs
the package `tflite` (the schema of the format, nothing else).
"""

from __future__ import annotations

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_NAMES = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}
_TYPES = {0: np.float32, 1: np.float16, 2: np.int32}
_ACTIVATIONS = {0: "", 1: "Relu"}


# Convolutions of so many channels give max(x, 0) and max(-x, 0) instead of x, sixteen channels: where the
# processor has AVX-512, onnxruntime's blocked layout takes sixteen at a time anyway, and the PRelu after them
# is then part of the weights of the next dense convolution.
SIGNED = 8


class Converter:
    """One network. `converted` gives the ONNX graph's nodes and weights by the TFLite tensors' numbers."""

    def __init__(self, original: bytes) -> None:
        self.model = tflite.Model.GetRootAsModel(original, 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._constants: dict[int, NDArray[np.generic]] = {}
        # Of tensors in both signs: the slopes of their PRelu, (1, C, 1, 1), None before it.
        self._slopes: dict[int, NDArray[np.float32] | None] = {}
        for number in range(self.graph.TensorsLength()):
            tensor = self.graph.Tensors(number)
            data = self.model.Buffers(tensor.Buffer()).DataAsNumpy()
            if not isinstance(data, int) and tensor.Type() in _TYPES:
                self._constants[number] = np.frombuffer(data.tobytes(), _TYPES[tensor.Type()]).reshape(
                    self.shape(number)
                )

    def shape(self, tensor: int) -> list[int]:
        each = self.graph.Tensors(tensor)
        return [int(size) for size in each.ShapeAsNumpy()] if each.ShapeLength() else []

    def constant(self, tensor: int) -> NDArray[np.generic]:
        return self._constants[tensor]

    def operators(self) -> list[tuple[str, list[int], list[int], object]]:
        """(name, inputs, outputs, options) of each, in the order of execution; constants cast already."""
        result = []
        for index in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(index)
            code = self.model.OperatorCodes(operator.OpcodeIndex())
            name = _NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            inputs = [int(number) for number in operator.InputsAsNumpy()]
            outputs = [int(number) for number in operator.OutputsAsNumpy()]
            if name == "DEQUANTIZE":
                self._constants[outputs[0]] = self._constants[inputs[0]]
                continue
            result.append((name, inputs, outputs, operator.BuiltinOptions()))
        return result

    def weight(self, name: str, value: NDArray[np.generic]) -> str:
        """A constant of the new graph, float16 where it was."""
        value = np.ascontiguousarray(value)
        if value.dtype == np.float16:
            self.weights.append(numpy_helper.from_array(value, f"{name}_h"))
            self.nodes.insert(0, helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
        else:
            self.weights.append(numpy_helper.from_array(value, name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def convert(self, start: str, names: dict[int, str] | None = None) -> None:
        """Turn the whole graph; `start` is the name of the input, (n, C, H, W). Tensor t is called f"t{t}"
        unless `names` has it. SystemExit at an operator that is not known here."""
        self._names = {int(self.graph.InputsAsNumpy()[0]): start, **(names or {})}
        for name, inputs, outputs, options in self.operators():
            method = getattr(self, f"_{name.lower()}", None)
            if method is None:
                raise SystemExit(f"The recipe knows no operator {name}")
            method(inputs, outputs[0], options)

    def needed(self, outputs: list[str]) -> list[onnx.NodeProto]:
        """The nodes that the outputs are made of, in the order of execution."""
        wanted, kept = set(outputs), []
        for node in reversed(self.nodes):
            if wanted & set(node.output):
                wanted |= set(node.input)
                kept.append(node)
        return kept[::-1]

    def kept_weights(self, outputs: list[str]) -> list[onnx.TensorProto]:
        """The constants that the nodes of the outputs take."""
        taken = {name for node in self.needed(outputs) for name in node.input}
        return [weight for weight in self.weights if weight.name in taken]

    def name(self, tensor: int) -> str:
        return self._names.get(tensor, f"t{tensor}")

    def _activated(self, code: int, output: str) -> tuple[str, str]:
        """Names of the raw and the final output of a fused operator."""
        kind = _ACTIVATIONS[code]
        return (f"{output}_raw", kind) if kind else (output, "")

    def _conv(self, inputs: list[int], output: int, options: object, depthwise: bool) -> None:
        kind = tflite.DepthwiseConv2DOptions() if depthwise else tflite.Conv2DOptions()
        kind.Init(options.Bytes, options.Pos)  # type: ignore[attr-defined]
        kernel = self.constant(inputs[1]).transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2))
        bias = self.constant(inputs[2]) if len(inputs) > 2 and inputs[2] >= 0 else None
        strides = [kind.StrideH(), kind.StrideW()]
        if depthwise:
            assert kind.DepthMultiplier() == 1
        final = self.name(output)
        raw, relu = self._activated(kind.FusedActivationFunction(), final)
        if len(kernel) == SIGNED and not depthwise:
            assert not relu and bias is not None
            kernel, bias = np.concatenate([kernel, -kernel]), np.concatenate([bias, -bias])
            raw, relu = f"{final}_raw", "Relu"
            self._slopes[output] = None
        slope = self._slopes.get(inputs[0])
        if slope is not None and depthwise:
            kernel = np.concatenate([kernel, kernel])
            bias = None if bias is None else np.concatenate([bias, np.zeros_like(bias)])
            self._slopes[output] = slope
        elif slope is not None:
            kernel = np.concatenate([kernel, -kernel * slope], axis=1, dtype=np.float32)
        arguments = [self.name(inputs[0]), self.weight(f"w{output}", kernel)]
        if bias is not None:
            arguments.append(self.weight(f"b{output}", bias))
        self.node(
            "Conv",
            arguments,
            raw,
            kernel_shape=list(kernel.shape[2:]),
            strides=strides,
            pads=self._pads(inputs[0], output, list(kernel.shape[2:]), strides, kind.Padding()),
            group=kernel.shape[0] if depthwise else 1,
        )
        if relu:
            self.node(relu, [raw], final)

    def _pads(
        self, source: int, output: int, kernel: list[int], strides: list[int], padding: int
    ) -> list[int]:
        """TensorFlow's SAME (0) puts the odd pixel at the end; VALID (1) is none."""
        if padding == 1:
            return [0, 0, 0, 0]
        given, made = self.shape(source)[1:3], self.shape(output)[1:3]
        total = [max(0, (made[i] - 1) * strides[i] + kernel[i] - given[i]) for i in range(2)]
        before = [each // 2 for each in total]
        return before + [total[i] - before[i] for i in range(2)]

    def _conv_2d(self, inputs: list[int], output: int, options: object) -> None:
        self._conv(inputs, output, options, depthwise=False)

    def _depthwise_conv_2d(self, inputs: list[int], output: int, options: object) -> None:
        self._conv(inputs, output, options, depthwise=True)

    def _prelu(self, inputs: list[int], output: int, _: object) -> None:
        """PRelu(x) = x + (1 - a) max(-x, 0), from depthwise convolutions: onnxruntime keeps convolutions in a
        blocked layout that its own PRelu does not know, which costs four times the whole network. It adds x
        within the second convolution."""
        slope = self.constant(inputs[1])
        assert slope.shape[:2] == (1, 1)
        if inputs[0] in self._slopes:
            self._names[output] = self.name(inputs[0])
            self._slopes[output] = slope.reshape(1, -1, 1, 1).astype(np.float32)
            return
        slope = slope.reshape(-1, 1, 1, 1).astype(np.float32)
        source, final = self.name(inputs[0]), self.name(output)
        shape = {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0], "group": len(slope)}
        turned = self.weight(f"n{output}", -np.ones_like(slope))
        bent = self.node("Conv", [source, turned], f"{final}_turned", **shape)
        bent = self.node("Relu", [bent], f"{final}_cut")
        bent = self.node("Conv", [bent, self.weight(f"s{output}", 1 - slope)], f"{final}_bent", **shape)
        self.node("Add", [bent, source], final)

    def _add(self, inputs: list[int], output: int, options: object) -> None:
        kind = tflite.AddOptions()
        kind.Init(options.Bytes, options.Pos)  # type: ignore[attr-defined]
        assert kind.FusedActivationFunction() == 0
        self.node("Add", [self.name(number) for number in inputs], self.name(output))

    def _max_pool_2d(self, inputs: list[int], output: int, options: object) -> None:
        kind = tflite.Pool2DOptions()
        kind.Init(options.Bytes, options.Pos)  # type: ignore[attr-defined]
        kernel, strides = [kind.FilterHeight(), kind.FilterWidth()], [kind.StrideH(), kind.StrideW()]
        pads = self._pads(inputs[0], output, kernel, strides, kind.Padding())
        self.node(
            "MaxPool",
            [self.name(inputs[0])],
            self.name(output),
            kernel_shape=kernel,
            strides=strides,
            pads=pads,
        )

    def _pad(self, inputs: list[int], output: int, _: object) -> None:
        """More channels, of zeros: a convolution, which stays in the blocked layout."""
        given, made = (self.shape(number)[3] for number in (inputs[0], output))
        padding = self.constant(inputs[1])
        assert (padding.ravel()[:-1] == 0).all() and made == given + padding[3, 1]
        kernel = np.eye(made, given, dtype=np.float16).reshape(made, given, 1, 1)
        self.node("Conv", [self.name(inputs[0]), self.weight(f"p{output}", kernel)], self.name(output))

    def _logistic(self, inputs: list[int], output: int, _: object) -> None:
        self.node("Sigmoid", [self.name(inputs[0])], self.name(output))

    def _reshape(self, inputs: list[int], output: int, _: object) -> None:
        """Only that of one value a picture is needed."""
        assert self.shape(output) == [1, 1]
        self.node("Flatten", [self.name(inputs[0])], self.name(output))
