"""The networks of face-api, written as ONNX from the package's weights.

The layers are those of the package's age_gender and face_expression networks: depthwise-separable
convolutions after TinyXception and in dense blocks of four. Both take RGB 0-255 (n, 3, 112, 112) and subtract
the mean and divide by 255 themselves; padding is TensorFlow's SAME.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from models.build.from_tfjs import weights_of
from models.build.network import Array, Network
from models.build.packages import npm_member
from models.build.quantised import quantised, ranges_of

FACE_API = "@vladmandic/face-api@1.7.15"
MEAN = np.array([122.782, 117.001, 104.298])
SIDE = 112


def parts(name: str, list_sha256: str, weights_sha256: str, cache: Path) -> bytes:
    """The list of a network's weights and the weights, as one JSON line and what follows it."""
    listed = npm_member(FACE_API, f"model/{name}_model-weights_manifest.json", list_sha256, cache)
    content = npm_member(FACE_API, f"model/{name}_model.bin", weights_sha256, cache)
    return json.dumps(json.loads(listed)[0]["weights"]).encode() + b"\n" + content


def _opened(original: bytes) -> dict[str, Array]:
    listed, content = original.split(b"\n", 1)
    return weights_of(json.loads(listed), content)


class _Layers:
    def __init__(self, original: bytes) -> None:
        self.weights = _opened(original)
        self.network = Network()
        mean = self.network.weight(MEAN.reshape(1, 3, 1, 1))
        centred = self.network.node("Sub", ["pixels", mean])
        self.start = self.network.node("Mul", [centred, self.network.weight(np.array(1 / 255))])

    def relu(self, tensor: str) -> str:
        return self.network.node("Relu", [tensor])

    def plain(self, tensor: str, name: str, stride: int = 1) -> str:
        kernel = self.weights[f"{name}/filters"].transpose(3, 2, 0, 1)
        return self.network.convolution(tensor, kernel, self.weights[f"{name}/bias"], stride)

    def separable(self, tensor: str, name: str, stride: int = 1) -> str:
        depthwise = self.weights[f"{name}/depthwise_filter"].transpose(2, 3, 0, 1)
        pointwise = self.weights[f"{name}/pointwise_filter"].transpose(3, 2, 0, 1)
        tensor = self.network.convolution(tensor, depthwise, None, stride, depthwise=True)
        return self.network.convolution(tensor, pointwise, self.weights[f"{name}/bias"])

    def reduction(self, tensor: str, name: str, bent: bool = True) -> str:
        """Two separable convolutions and a pooling, beside a strided pointwise one."""
        inner = self.relu(tensor) if bent else tensor
        inner = self.separable(inner, f"{name}/separable_conv0")
        inner = self.separable(self.relu(inner), f"{name}/separable_conv1")
        inner = self.network.node(
            "MaxPool", [inner], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"
        )
        return self.network.node("Add", [inner, self.plain(tensor, f"{name}/expansion_conv", 2)])

    def dense_block(self, tensor: str, name: str, first: bool) -> str:
        """Four convolutions, each of the sum of those before it."""
        start = self.plain if first else self.separable
        total = self.relu(start(tensor, f"{name}/conv0", 2))
        for number in (1, 2, 3):
            entered = self.relu(total) if number > 1 else total
            total = self.network.node("Add", [total, self.separable(entered, f"{name}/conv{number}")])
        return self.relu(total)

    def dense(self, tensor: str, name: str, output: str = "") -> str:
        return self.network.dense(
            tensor, self.weights[f"{name}/weights"], self.weights[f"{name}/bias"], output
        )


def age_gender(original: bytes) -> bytes:
    """The network of `age_gender_floats` in whole numbers."""
    return quantised(age_gender_floats(original), ranges_of("age-gender-faceapi"))


def age_gender_floats(original: bytes) -> bytes:
    """float32 (n, 3, 112, 112) RGB 0-255 to `age` (n, 1), years, and `gender` (n, 2), logits of man
    and woman."""
    layers = _Layers(original)
    tensor = layers.relu(layers.plain(layers.start, "entry_flow/conv_in", 2))
    tensor = layers.reduction(tensor, "entry_flow/reduction_block_0", bent=False)
    tensor = layers.reduction(tensor, "entry_flow/reduction_block_1")
    for block in range(2):
        inner = tensor
        for number in range(3):
            inner = layers.relu(inner)
            inner = layers.separable(inner, f"middle_flow/main_block_{block}/separable_conv{number}")
        tensor = layers.network.node("Add", [tensor, inner])
    tensor = layers.reduction(tensor, "exit_flow/reduction_block")
    tensor = layers.relu(layers.separable(tensor, "exit_flow/separable_conv"))
    pooled = layers.network.pooled(tensor)
    layers.dense(pooled, "fc/age", "age")
    layers.dense(pooled, "fc/gender", "gender")
    return layers.network.file("age-gender", {"pixels": [3, SIDE, SIDE]}, {"age": 1, "gender": 2})


def face_expression(original: bytes) -> bytes:
    """The network of `face_expression_floats` in whole numbers."""
    return quantised(face_expression_floats(original), ranges_of("expression-faceapi"))


def face_expression_floats(original: bytes) -> bytes:
    """float32 (n, 3, 112, 112) RGB 0-255 to `logits` (n, 7): neutral, happy, sad, angry, fearful, disgusted,
    surprised."""
    layers = _Layers(original)
    tensor = layers.start
    for block in range(4):
        tensor = layers.dense_block(tensor, f"dense{block}", block == 0)
    layers.dense(layers.network.pooled(tensor), "fc", "logits")
    return layers.network.file("face-expression", {"pixels": [3, SIDE, SIDE]}, {"logits": 7})
