"""Building an ONNX network layer by layer, for the recipes whose originals are in another format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.floating]

# Fewer values than these are kept at full precision: biases, and kernels of few channels.
LEAST_HALVED = 512


class Network:
    """Collects nodes and weights; large weights are stored as float16 and cast when the file is loaded."""

    def __init__(self, opset: int = 17) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.casts: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.opset = opset
        self._count = 0

    def weight(self, value: Array, half: bool | None = None) -> str:
        self._count += 1
        name = f"w{self._count}"
        value = np.ascontiguousarray(value, np.float32)
        if value.size >= LEAST_HALVED if half is None else half:
            self.weights.append(numpy_helper.from_array(value.astype(np.float16), f"{name}_h"))
            self.casts.append(helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
        else:
            self.weights.append(numpy_helper.from_array(value, name))
        return name

    def whole(self, values: Sequence[int]) -> str:
        """A constant of whole numbers: axes, shapes."""
        self._count += 1
        self.weights.append(numpy_helper.from_array(np.array(values, np.int64), f"w{self._count}"))
        return f"w{self._count}"

    def node(self, kind: str, inputs: Sequence[str], output: str = "", **attributes: object) -> str:
        if not output:
            self._count += 1
            output = f"t{self._count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def convolution(
        self,
        tensor: str,
        kernel: Array,
        bias: Array | None = None,
        stride: int = 1,
        same: bool = True,
        depthwise: bool = False,
    ) -> str:
        """`kernel` is (out, in, h, w), or (channels, 1, h, w) where depthwise. SAME is TensorFlow's: what is
        odd goes to the right and below."""
        inputs = [tensor, self.weight(kernel)]
        if bias is not None:
            inputs.append(self.weight(bias, half=False))
        return self.node(
            "Conv",
            inputs,
            kernel_shape=list(kernel.shape[2:]),
            strides=[stride, stride],
            group=kernel.shape[0] if depthwise else 1,
            auto_pad="SAME_UPPER" if same else "VALID",
        )

    def dense(self, tensor: str, matrix: Array, bias: Array, output: str = "") -> str:
        """`matrix` is (in, out); the tensor (n, in)."""
        return self.node("Gemm", [tensor, self.weight(matrix), self.weight(bias, half=False)], output)

    def pooled(self, tensor: str) -> str:
        """(n, C, h, w) to the means (n, C)."""
        return self.node("Flatten", [self.node("GlobalAveragePool", [tensor])], axis=1)

    def clipped(self, tensor: str, most: float = 6.0) -> str:
        """ReLU6."""
        return self.node(
            "Clip", [tensor, self.weight(np.array(0.0), half=False), self.weight(np.array(most), half=False)]
        )

    def file(self, name: str, given: Mapping[str, Sequence[int | str]], made: Mapping[str, int]) -> bytes:
        """The ONNX file. `given` is the input's name and shape without the batch; `made` the outputs'
        names and widths."""
        model = helper.make_model(
            helper.make_graph(
                self.casts + self.nodes,
                name,
                [
                    helper.make_tensor_value_info(each, TensorProto.FLOAT, ["batch", *shape])
                    for each, shape in given.items()
                ],
                [
                    helper.make_tensor_value_info(each, TensorProto.FLOAT, ["batch", width])
                    for each, width in made.items()
                ],
                self.weights,
            ),
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=8,
            producer_name="likeness",
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))
