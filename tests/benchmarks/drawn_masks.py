"""How often a mask that is drawn on a real face is found, and a bare face is taken for covered.

    python -m tests.benchmarks.drawn_masks --root DIR [--root DIR ...]

Every picture below the folders that shows a face is taken twice, as it is and with a mask or scarf of cloth
drawn on the dense landmarks, shaded as the photo is. Found anew by the detector: one it misses counts as
wrong. Drawn masks stand in for photographs of real ones, of which there were none; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from app.inference.covering import CoveringReader
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from tests.benchmarks.answers import yes_or_no
from tests.benchmarks.faces_of import central, pixels_of

# Ear to ear along the jaw, and the upper edges of cloth from right to left.
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
EDGES = {
    "over the nose": (366, 352, 347, 329, 437, 195, 217, 100, 118, 123, 137),
    "below the nose": (366, 352, 411, 425, 327, 2, 98, 205, 187, 123, 137),
    "to the eyes": (447, 345, 340, 346, 347, 348, 6, 119, 118, 117, 111, 116, 227),
}
COLOURS = ((170, 205, 225), (235, 238, 240), (25, 25, 28), (60, 90, 150), (150, 160, 165), (130, 40, 50))


def masked(view: FaceView, edge: tuple[int, ...], colour: tuple[int, ...]) -> NDArray[np.uint8]:
    """The photo with the cloth on the face, as light and dark as the face below it is in the large."""
    points = view.mesh[:, :2]
    size = (view.pixels.shape[1], view.pixels.shape[0])
    area = Image.new("L", (size[0] * 2, size[1] * 2))
    outline = [tuple(point * 2) for point in np.concatenate([points[list(JAW)], points[list(edge)]])]
    ImageDraw.Draw(area).polygon(outline, fill=255)
    cover = np.asarray(area.resize(size, Image.Resampling.BOX), np.float32)[..., None] / 255
    grey = (
        Image.fromarray(view.pixels).convert("L").filter(ImageFilter.GaussianBlur(view.eye_distance * 0.25))
    )
    light = np.asarray(grey, np.float32)[..., None]
    inside = cover[..., 0] > 0.5
    middle = max(float(np.median(light[inside])), 1.0) if inside.any() else 128.0
    shade = np.clip(light / middle, 0.5, 1.5) * np.clip(middle / 150, 0.35, 1.15)
    cloth = np.clip(np.array(colour, np.float32) * shade, 0, 255)
    return np.asarray(view.pixels * (1 - cover) + cloth * cover, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drawn_masks")
    parser.add_argument("--root", type=Path, action="append", required=True)
    arguments = parser.parse_args()
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    reader = CoveringReader(Session(manifest, manifest.default(Task.FACE_COVERING), "cpu", 1))
    rng = np.random.default_rng(0)

    def seen(pixels: NDArray[np.uint8]) -> FaceView | None:
        face = central(engine.detect(pixels)) or central(engine.detect_from(pixels, 5.0))
        return None if face is None else FaceView(pixels, mesh.fit(pixels, [face])[0].points)

    paths = [path for root in arguments.root for path in sorted(root.rglob("*.jpg"))]
    bare: list[float | None] = []
    covered: dict[str, list[float | None]] = {name: [] for name in EDGES}
    for path in paths:
        view = seen(pixels_of(path))
        if view is None:
            continue
        name = list(EDGES)[rng.choice(3, p=[0.6, 0.15, 0.25])]
        again = seen(masked(view, EDGES[name], COLOURS[rng.integers(len(COLOURS))]))
        bare.append(reader.read([view])[0])
        covered[name].append(None if again is None else reader.read([again])[0])
    every = [each for found in covered.values() for each in found]
    result = yes_or_no([*bare, *every], [False] * len(bare) + [True] * len(every))
    for name, found in covered.items():
        result[name] = round(float(np.mean([each is not None and each > 0.5 for each in found])), 3)
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
