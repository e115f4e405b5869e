"""Are people known better by faces aligned on dense landmarks than on the detector's five? (docs/adr/0061)

    python -m tests.benchmarks.alignment --root DIR --identities CSV      (columns path, identity)

Every picture is compared with every other as it is, and with every other made small (faces of some 50
pixels), blurred and compressed, or tilted. The five points of the embedding come from the detector, from the
mesh (eyes from the irises or from the corners of the lids), or are the mean of both. "same" is the mean
cosine of two pictures of one person, "true" the share of such pairs above the cosine that one pair of
strangers in 1,000 reaches, and the columns of angles are "same" by how far the second face is turned aside.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from app.domain.geometry import Landmarks
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.mesh_pose import mesh_pose
from app.inference.sessions import Session
from tests.benchmarks.faces_of import central, pixels_of, rows_of

TURNS = ((0, 10), (10, 20), (20, 90))
NOSE, MOUTH = 4, (61, 291)
IRISES, CORNERS = (468, 473), ((33, 133), (362, 263))


def small(image: Image.Image, random: np.random.Generator) -> Image.Image:
    ratio = random.uniform(0.12, 0.2) if max(image.size) > 400 else 0.35
    size = tuple(max(24, round(side * ratio)) for side in image.size)
    return image.resize((size[0], size[1]), Image.Resampling.BOX)


def blurred(image: Image.Image, _: np.random.Generator) -> Image.Image:
    ratio = 264 / max(image.size)
    less = image.resize((round(image.width * ratio), round(image.height * ratio)), Image.Resampling.BOX)
    buffer = io.BytesIO()
    less.filter(ImageFilter.GaussianBlur(1.5)).save(buffer, "JPEG", quality=40)
    return Image.open(buffer).convert("RGB")


def tilted(image: Image.Image, random: np.random.Generator) -> Image.Image:
    degrees = float(random.uniform(-25, 25))
    return image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(120, 120, 120))


LOOKS: dict[str, Callable[[Image.Image, np.random.Generator], Image.Image]] = {
    "plain": lambda image, _: image,
    "small": small,
    "blurred": blurred,
    "tilted": tilted,
}


def candidates(five: NDArray[np.float32], mesh: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """(5, 2) points of each way, in the order of LandmarkType."""
    flat = mesh[:, :2]
    rest = [flat[NOSE], *(flat[point] for point in MOUTH)]
    irises = np.stack([*(flat[point] for point in IRISES), *rest])
    lids = np.stack([*(flat[list(pair)].mean(axis=0) for pair in CORNERS), *rest])
    return {"detector": five, "irises": irises, "corners": lids, "mean": (five + lids) / 2}


class Seen:
    """What was seen of the pictures in one look: vectors by way, who it is, how far they are turned."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.turns: list[float] = []
        self.vectors: dict[str, list[NDArray[np.float32]]] = {}


def seen(engine: OnnxFaceEngine, mesh: FaceMesh, pictures: list[NDArray[np.uint8]], look: str) -> Seen:
    random = np.random.default_rng(0)
    result = Seen()
    for row, picture in enumerate(pictures):
        pixels = np.asarray(LOOKS[look](Image.fromarray(picture), random))
        face = central(engine.detect(pixels))
        if face is None:
            continue
        size = np.array(pixels.shape[1::-1], np.float32)
        points = mesh.fit(pixels, [face])[0].points
        ways = candidates(face.landmarks.points * size, points)
        vectors = engine.embed(pixels, [Landmarks((way / size).astype(np.float32)) for way in ways.values()])
        result.rows.append(row)
        result.turns.append(abs(mesh_pose(points).yaw))
        for name, vector in zip(ways, vectors, strict=True):
            result.vectors.setdefault(name, []).append(vector)
    return result


def compared(plain: Seen, other: Seen, people: NDArray[np.str_], way: str) -> dict[str, float]:
    cosines = np.stack(plain.vectors[way]) @ np.stack(other.vectors[way]).T
    another = np.array(plain.rows)[:, None] != np.array(other.rows)[None]
    same = (people[plain.rows][:, None] == people[other.rows][None]) & another
    strangers = cosines[~same & another]
    result = {
        "same": float(cosines[same].mean()),
        "true": float((cosines[same] > np.quantile(strangers, 0.999)).mean()),
    }
    turns = np.array(other.turns)
    for low, high in TURNS:
        part = same & (turns >= low) & (turns < high)
        result[f"{low}-{high}"] = float(cosines[part].mean()) if part.any() else float("nan")
        result[f"pairs {low}-{high}"] = int(part.sum())
    return result


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.alignment")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--identities", type=Path, required=True)
    arguments = parser.parse_args()
    rows = rows_of(arguments.identities, ["path", "identity"])
    pictures = [pixels_of(arguments.root / row["path"]) for row in rows]
    people = np.array([row["identity"] for row in rows])
    engine, manifest = OnnxFaceEngine(find_models_dir()), load_manifest(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    plain = seen(engine, mesh, pictures, "plain")
    results: dict[str, dict[str, dict[str, float]]] = {}
    for look in LOOKS:
        other = plain if look == "plain" else seen(engine, mesh, pictures, look)
        results[look] = {way: compared(plain, other, people, way) for way in plain.vectors}
        for way, each in results[look].items():
            print(
                f"{look:8} {way:9}" + "".join(f"  {name} {value:.4g}" for name, value in each.items()),
                flush=True,
            )
    rounded = {
        look: {way: {name: round(value, 4) for name, value in each.items()} for way, each in ways.items()}
        for look, ways in results.items()
    }
    print(json.dumps({"benchmark": "alignment", "pictures": len(pictures), "results": rounded}))


if __name__ == "__main__":
    main()
