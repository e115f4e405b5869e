"""Measures what the tensors of the networks hold that are then rounded to whole numbers (quantised.py).

    python -m models.build.ranges --data DIR [--data DIR ...] [--network NAME ...]

Every fifth picture of the folders is read, those of their `images`; each network sees the squares that the
program shows it. Writes one file a network, or one of those named, into models/build/measured/: of every
channel the least, the greatest and the mean. The least and greatest are percentiles over the pictures of what
each picture reaches: where a network adds up many layers, the last few percent of the reach cost all others
more than they are worth. Needs the packages of the recipes and those of the program.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.inference.appearance import AppearanceReader
from app.inference.engine import OnnxFaceEngine
from app.inference.expression import ExpressionReader
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from app.inference.wear import WearReader
from models.build import appearance, expression, faceapi, packages
from models.build.__main__ import CACHE
from models.build.quantised import RANGES, Graph, watched
from models.build.wear import network as wear

EVERY = 5
# Pictures in a hundred whose reach is held; the rest is cut off where it goes beyond.
HELD = {
    "gender-cydral-v1": 99.0,
    "age-gender-faceres": 99.0,
    "age-gender-faceapi": 95.0,
    "expression-faceapi": 95.0,
    "expression-xception": 99.0,
    "wear-sface": 99.0,
}


@dataclass
class Recorder:
    """Takes the place of a session and keeps what it is fed."""

    session: Session
    fed: list[NDArray[np.float32]]

    @property
    def model(self) -> Any:
        return self.session.model

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        self.fed.append(tensor.copy())
        return self.session.run(tensor)


def seen(folders: list[Path]) -> dict[str, list[NDArray[np.float32]]]:
    """What each network is fed, by its name in the manifest."""
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())
    recorders = {task: Recorder(Session(manifest, manifest.default(task), "cpu", 1), []) for task in TASKS}
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    readers: list[Any] = [
        AppearanceReader(*(recorders[task] for task in TASKS[:3])),  # type: ignore[arg-type]
        ExpressionReader(*(recorders[task] for task in TASKS[3:6])),  # type: ignore[arg-type]
    ]
    glasses = WearReader(recorders[Task.EYEWEAR])  # type: ignore[arg-type]
    paths = [path for folder in folders for path in sorted((folder / "images").iterdir())]
    for path in paths[::EVERY]:
        with Image.open(path) as image:
            pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        for face in engine.detect(pixels)[:1]:
            view = FaceView(pixels, mesh.fit(pixels, [face])[0].points)
            for reader in readers:
                reader.read([view])
            glasses.read([view], [0.5])
    return {each.model.id: each.fed for each in recorders.values()}


TASKS = (
    Task.GENDER,
    Task.AGE_AND_GENDER,
    Task.SECOND_AGE_AND_GENDER,
    Task.EXPRESSION,
    Task.GREY_EXPRESSION,
    Task.FACE_MUSCLES,
    Task.EYEWEAR,
)


def measured(content: bytes, fed: list[NDArray[np.float32]], held: float) -> dict[str, NDArray[np.float32]]:
    """By the name of each tensor: float32 (3, C), see quantised.Ranges."""
    graph = Graph(content)
    names = graph.held()
    session = onnxruntime.InferenceSession(watched(content), providers=["CPUExecutionProvider"])
    found: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
    for tensor in fed:
        for name, value in zip(names, [tensor, *session.run(names[1:], {graph.input: tensor})], strict=True):
            found[name].append(
                np.stack([value.min(axis=(0, 2, 3)), value.max(axis=(0, 2, 3)), value.mean(axis=(0, 2, 3))])
            )
    result = {}
    for name, values in found.items():
        low, high, mean = np.stack(values, axis=1)
        reach = [np.percentile(low, 100 - held, axis=0), np.percentile(high, held, axis=0), mean.mean(axis=0)]
        result[name] = np.stack(reach).astype(np.float32)
    return result


NETWORKS: dict[str, tuple[Callable[[Path], bytes], Callable[[bytes], bytes]]] = {
    "gender-cydral-v1": (appearance.cydral_gender, appearance.gender_floats),
    "age-gender-faceres": (appearance.faceres, appearance.faceres_floats),
    "age-gender-faceapi": (appearance.faceapi_age_gender, faceapi.age_gender_floats),
    "expression-faceapi": (expression.faceapi_expression, faceapi.face_expression_floats),
    "expression-xception": (expression.human_emotion, expression.emotion_floats),
    "wear-sface": (packages.sface, wear.wear_floats),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.build.ranges")
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--network", action="append", choices=NETWORKS)
    arguments = parser.parse_args()
    fed = seen(arguments.data)
    for name in arguments.network or NETWORKS:
        fetch, convert = NETWORKS[name]
        found = measured(convert(fetch(CACHE)), fed[name], HELD[name])
        np.savez_compressed(RANGES / f"{name}.npz", **found)  # type: ignore[arg-type]
        print(f"{name}: {len(found)} tensors on {len(fed[name])} faces")


if __name__ == "__main__":
    main()
