"""How often a mask that is drawn on a real face is found, and a bare face is taken for covered.

    python -m tests.benchmarks.drawn_masks --root DIR [--root DIR ...] [--masks DIR]

Every picture below the folders that shows a face is taken as it is and with a mask or scarf of plain cloth
drawn on the dense landmarks, shaded as the photo is; with --masks, a folder of pictures of masks lying flat,
also with one of those bent around the face. Found anew by the detector: one it misses counts as wrong, and
`found` has the share at the working threshold. Nothing here is drawn as models/build/wear draws what it fits
on. Drawn masks stand in for photographs of real ones, of which there were none; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from app.inference.wear import WearReader
from tests.benchmarks.answers import yes_or_no
from tests.benchmarks.faces_of import central, pixels_of

# Ear to ear along the jaw, and the upper edges of cloth from right to left.
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
EDGES = {
    "over the nose": (366, 352, 347, 329, 437, 195, 217, 100, 118, 123, 137),
    "below the nose": (366, 352, 411, 425, 327, 2, 98, 205, 187, 123, 137),
    "to the eyes": (447, 345, 340, 346, 347, 348, 6, 119, 118, 117, 111, 116, 227),
}
PHOTOGRAPHED = "photographed"
COLOURS = ((170, 205, 225), (235, 238, 240), (25, 25, 28), (60, 90, 150), (150, 160, 165), (130, 40, 50))


def with_cloth(view: FaceView, edge: tuple[int, ...], colour: tuple[int, ...]) -> NDArray[np.uint8]:
    """The photo with the cloth on the face, as light and dark as the face below it is in the large."""
    points = view.mesh[:, :2]
    size = (view.pixels.shape[1], view.pixels.shape[0])
    area = Image.new("L", (size[0] * 2, size[1] * 2))
    outline = [tuple(point * 2) for point in np.concatenate([points[list(JAW)], points[list(edge)]])]
    ImageDraw.Draw(area).polygon(outline, fill=255)
    cover = np.asarray(area.resize(size, Image.Resampling.BOX), np.float32)[..., None] / 255
    return _laid(view, np.array(colour, np.float32), cover)


def with_photographed(view: FaceView, mask: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """The photo with a picture of a mask bent around the face as around a drum, from a height on the nose
    (1 the bridge, 0 its tip) to under the chin."""
    points = view.mesh[:, :2].astype(np.float64)
    across = points[263] - points[33]
    right = across / max(float(np.linalg.norm(across)), 1e-6)
    down = np.array([-right[1], right[0]])
    y, x = np.mgrid[: view.pixels.shape[0], : view.pixels.shape[1]].astype(np.float64)
    along, below = x * right[0] + y * right[1], x * down[0] + y * down[1]
    left_end, right_end = points[132] @ right, points[361] @ right
    middle = points[[4, 13, 152]].mean(axis=0) @ right
    top = (points[4] + (points[168] - points[4]) * height) @ down
    chin = points[152] @ down + 0.08 * view.eye_distance
    # From the middle, which is the nose's where the face is turned, each side is a quarter of the drum.
    side = np.where(along < middle, max(middle - left_end, 1.0), max(right_end - middle, 1.0))
    angle = np.arcsin(np.clip((along - middle) / side, -1, 1)) / (np.pi / 2)
    droop = np.abs(angle) ** 2
    upper, lower = top + droop * 0.25 * (chin - top), chin - droop * 0.3 * (chin - top)
    v = (below - upper) / np.maximum(lower - upper, 1e-6)
    cover = ((np.abs((along - middle) / side) < 1) & (v >= 0) & (v < 1)).astype(np.float32)
    rows = np.clip(v * mask.shape[0], 0, mask.shape[0] - 1).astype(int)
    columns = np.clip((angle + 1) / 2 * mask.shape[1], 0, mask.shape[1] - 1).astype(int)
    soft = Image.fromarray((cover * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    return _laid(view, mask[rows, columns].astype(np.float32), np.asarray(soft, np.float32)[..., None] / 255)


def _laid(view: FaceView, colour: NDArray[np.float32], cover: NDArray[np.float32]) -> NDArray[np.uint8]:
    grey = (
        Image.fromarray(view.pixels).convert("L").filter(ImageFilter.GaussianBlur(view.eye_distance * 0.25))
    )
    light = np.asarray(grey, np.float32)[..., None]
    inside = cover[..., 0] > 0.5
    middle = max(float(np.median(light[inside])), 1.0) if inside.any() else 128.0
    shade = np.clip(light / middle, 0.5, 1.5) * np.clip(middle / 150, 0.35, 1.15)
    return np.asarray(view.pixels * (1 - cover) + np.clip(colour * shade, 0, 255) * cover, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drawn_masks")
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--masks", type=Path, help="pictures of masks lying flat, without a background")
    arguments = parser.parse_args()
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    reader = WearReader(Session(manifest, manifest.default(Task.EYEWEAR), "cpu", 1))
    rng = np.random.default_rng(0)
    found: list[bool] = []

    def seen(pixels: NDArray[np.uint8]) -> FaceView | None:
        sure = central(engine.detect(pixels))
        found.append(sure is not None)
        face = sure or central(engine.detect_from(pixels, 5.0))
        return None if face is None else FaceView(pixels, mesh.fit(pixels, [face])[0].points)

    def told(view: FaceView | None) -> float | None:
        return None if view is None else reader.read([view], [0.5])[0].covered

    masks = [pixels_of(path) for path in sorted(arguments.masks.iterdir())] if arguments.masks else []
    paths = [path for root in arguments.root for path in sorted(root.rglob("*.jpg"))]
    bare: list[float | None] = []
    covered: dict[str, list[float | None]] = {name: [] for name in EDGES} | {PHOTOGRAPHED: []}
    at_threshold: dict[str, list[bool]] = {"bare": [], "cloth": [], PHOTOGRAPHED: []}
    for path in paths:
        view = seen(pixels_of(path))
        if view is None:
            continue
        at_threshold["bare"].append(found[-1])
        name = list(EDGES)[rng.choice(3, p=[0.6, 0.15, 0.25])]
        colour = COLOURS[rng.integers(len(COLOURS))]
        bare.append(told(view))
        covered[name].append(told(seen(with_cloth(view, EDGES[name], colour))))
        at_threshold["cloth"].append(found[-1])
        if masks:
            drawn = with_photographed(view, masks[rng.integers(len(masks))], float(rng.uniform(0.3, 0.9)))
            covered[PHOTOGRAPHED].append(told(seen(drawn)))
            at_threshold[PHOTOGRAPHED].append(found[-1])
    every = [each for answers in covered.values() for each in answers]
    result = yes_or_no([*bare, *every], [False] * len(bare) + [True] * len(every))
    for name, answers in covered.items():
        if answers:
            result[name] = round(float(np.mean([each is not None and each > 0.5 for each in answers])), 3)
    result["found"] = {name: round(float(np.mean(each)), 3) for name, each in at_threshold.items() if each}
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
