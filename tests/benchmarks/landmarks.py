"""Are the landmarks where people would set them, and good enough to know people by?

    python -m tests.benchmarks.landmarks --root DIR --csv CSV

CSV has the column path and p0_x, p0_y, ..., p67_x, p67_y: the 68 points of the iBUG scheme in pixels of the
upright picture. Measured are those that the dense landmarks have too, 17 to 67 (tests/benchmarks/ibug.py):
the distance over that of the outer corners of the eyes, in percent. The face is the one that is found about
the true points; a picture in which none is counts as missed. "ms" is for all the dense landmarks of a face.

    python -m tests.benchmarks.landmarks --crowds      (docs/adr/0012)

Portraits of people with several portraits are laid out as one large crowd, at several sizes, and every face
is found there, with the second look (app/inference/refinement.py) and without it. "same" is the mean cosine
of two portraits of one person as aligned in the crowd, "best" with the landmarks found in the portraits
themselves: what this resolution allows. "found" is the share of true pairs above the cosine that one
stranger in 1,000 reaches. "yaw", "pitch" and "roll" are the 95th percentiles, in degrees, of how far the
pose of a face and of its mirror image disagree.

The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.domain.faces import DetectedFace
from app.domain.geometry import Landmarks
from app.inference import detection
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from tests.benchmarks.faces_of import pixels_of, rows_of
from tests.benchmarks.ibug import FIRST, PARTS, errors, inner_points
from tests.benchmarks.people import data_root

TILES = (60, 110, 160, 250, 400)
CROWD = (2048, 1536)


class Layout:
    """Crowd pictures; `places` has (picture, x, y, w, h) of each portrait."""

    def __init__(self, portraits: list[Image.Image], tile: int) -> None:
        across, down = CROWD[0] // tile, CROWD[1] // tile
        canvases: list[Image.Image] = []
        self.places: list[tuple[int, int, int, int, int]] = []
        for number, portrait in enumerate(portraits):
            picture, place = divmod(number, across * down)
            if picture == len(canvases):
                canvases.append(Image.new("RGB", CROWD, (90, 90, 90)))
            ratio = min(tile / portrait.width, tile / portrait.height)
            w, h = round(portrait.width * ratio), round(portrait.height * ratio)
            x, y = place % across * tile, place // across * tile
            canvases[picture].paste(portrait.resize((w, h), Image.Resampling.LANCZOS), (x, y))
            self.places.append((picture, x, y, w, h))
        self.pictures = [np.asarray(canvas) for canvas in canvases]

    def placed(self, own: list[Landmarks]) -> list[Landmarks]:
        """Landmarks in each portrait, as ones in its crowd."""
        return [
            Landmarks(((each.points * [w, h] + [x, y]) / CROWD).astype(np.float32))
            for each, (_, x, y, w, h) in zip(own, self.places, strict=True)
        ]


def nearest(faces: list[DetectedFace], landmarks: Landmarks, reach: float) -> DetectedFace | None:
    """The face whose landmarks lie within `reach` (pixels) of those given."""

    def off(face: DetectedFace) -> float:
        return float(np.linalg.norm(((face.landmarks.points - landmarks.points) * CROWD).mean(axis=0)))

    best = min(faces, key=off, default=None)
    return best if best is not None and off(best) <= reach else None


def pairs_of(
    vectors: NDArray[np.float32], people: NDArray[np.str_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines of the true pairs and of the strangers."""
    upper = np.triu_indices(len(vectors), 1)
    same = (people[:, None] == people[None])[upper]
    cosines = (vectors @ vectors.T)[upper]
    return cosines[same], cosines[~same]


def found_share(true: NDArray[np.float32], strangers: NDArray[np.float32]) -> float:
    return float((true > np.quantile(strangers, 0.999)).mean())


def measure(
    engine: OnnxFaceEngine, layout: Layout, own: list[Landmarks], people: NDArray[np.str_]
) -> dict[str, float]:
    start = time.perf_counter()
    straight = [engine.detect(picture) for picture in layout.pictures]
    seconds = time.perf_counter() - start
    mirrored = [engine.detect(np.ascontiguousarray(picture[:, ::-1])) for picture in layout.pictures]
    rows, vectors, best, turns = [], [], [], []
    for row, (truth, (picture, _, _, w, _)) in enumerate(zip(layout.placed(own), layout.places, strict=True)):
        face = nearest(straight[picture], truth, 0.2 * w)
        flipped = truth.points[[1, 0, 2, 4, 3]].copy()
        flipped[:, 0] = 1 - flipped[:, 0]
        other = nearest(mirrored[picture], Landmarks(flipped), 0.2 * w)
        if face is None:
            continue
        if other is not None:
            one, two = face.pose, other.pose
            turns.append((one.yaw + two.yaw, one.pitch - two.pitch, one.roll + two.roll))
        rows.append(row)
        vectors.append(engine.embed(layout.pictures[picture], [face.landmarks])[0])
        best.append(engine.embed(layout.pictures[picture], [truth])[0])
    seen = people[rows]
    true, strangers = pairs_of(np.stack(vectors), seen)
    ideal = pairs_of(np.stack(best), seen)
    yaw, pitch, roll = np.percentile(np.abs(np.array(turns)), 95, axis=0)
    return {
        "missed": len(own) - len(rows),
        "same": float(true.mean()),
        "best": float(ideal[0].mean()),
        "found": found_share(true, strangers),
        "found_best": found_share(*ideal),
        "yaw": float(yaw),
        "pitch": float(pitch),
        "roll": float(roll),
        "ms_face": seconds * 1000 / len(own),
    }


@contextmanager
def without_second_look() -> Iterator[None]:
    kept = detection.REFINE_SIDE
    detection.REFINE_SIDE = 0.0  # type: ignore[misc]
    try:
        yield
    finally:
        detection.REFINE_SIDE = kept  # type: ignore[misc]


def portraits_of(root: Path) -> tuple[list[Image.Image], NDArray[np.str_]]:
    rows = rows_of(root / "identities.csv", ["path", "identity"])
    names = [row["identity"] for row in rows]
    rows = [row for row in rows if names.count(row["identity"]) > 1]
    pictures = [Image.open(root / row["path"]).convert("RGB") for row in rows]
    return pictures, np.array([row["identity"] for row in rows])


def about(
    faces: list[DetectedFace], truth: NDArray[np.float64], shape: tuple[int, ...]
) -> DetectedFace | None:
    """The face whose middle is nearest to that of the true inner points, no further than half its side."""
    middle = (truth[FIRST:].min(axis=0) + truth[FIRST:].max(axis=0)) / 2

    def off(face: DetectedFace) -> float:
        left, top, width, height = face.box.to_pixels(shape[1], shape[0])
        return float(
            np.hypot(left + width / 2 - middle[0], top + height / 2 - middle[1]) / max(width, height, 1)
        )

    best = min(faces, key=off, default=None)
    return best if best is not None and off(best) <= 0.5 else None


def dense(root: Path, table: Path) -> None:
    columns = [f"p{number}_{axis}" for number in range(68) for axis in "xy"]
    rows = rows_of(table, ["path", *columns])
    engine = OnnxFaceEngine(find_models_dir())
    manifest = load_manifest(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    measured: list[NDArray[np.float64]] = []
    missed, seconds = 0, 0.0
    for row in rows:
        truth = np.array([float(row[column]) for column in columns]).reshape(68, 2)
        try:
            pixels = pixels_of(root / row["path"])
        except Exception as error:
            print(f"{row['path']}: {error}", file=sys.stderr)
            missed += 1
            continue
        face = about(engine.detect(pixels), truth, pixels.shape)
        face = face or about(engine.detect_from(pixels, 5.0), truth, pixels.shape)
        if face is None:
            missed += 1
            continue
        start = time.thread_time()
        found = mesh.fit(pixels, [face])[0]
        seconds += time.thread_time() - start
        measured.append(errors(inner_points(found.points), truth))
    if not measured:
        raise SystemExit(f"no face was found in the {len(rows)} pictures of {table}")
    every = np.array(measured) * 100
    faces = every.mean(axis=1)
    result: dict[str, float] = {
        "faces": len(faces),
        "missed": missed,
        "mean": float(faces.mean()),
        "median": float(np.median(faces)),
        "p90": float(np.percentile(faces, 90)),
        **{name: float(every[:, part].mean()) for name, part in PARTS.items()},
        "ms": seconds * 1000 / len(faces),
    }
    for name, value in result.items():
        print(f"{name:8}{value:10.4g}")
    rounded = {name: round(value, 3) for name, value in result.items()}
    print(json.dumps({"benchmark": "landmarks", "unit": "% of the outer eye corners' distance", **rounded}))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.landmarks")
    parser.add_argument("--root", type=Path)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--crowds", action="store_true")
    arguments = parser.parse_args()
    if arguments.crowds:
        crowds()
    elif arguments.root and arguments.csv:
        dense(arguments.root, arguments.csv)
    else:
        parser.error("give --root and --csv, or --crowds")


def crowds() -> None:
    engine = OnnxFaceEngine(find_models_dir())
    portraits, people = portraits_of(data_root() / "congress")
    first = [engine.detect(np.asarray(portrait))[0] for portrait in portraits]
    own = [face.landmarks for face in first]
    shares = [
        (face.box.area * portrait.width * portrait.height) ** 0.5 / max(portrait.size)
        for face, portrait in zip(first, portraits, strict=True)
    ]
    results: dict[str, dict[str, dict[str, float]]] = {}
    keys = ("missed", "same", "best", "found", "found_best", "yaw", "pitch", "roll", "ms_face")
    print(f"{len(portraits)} portraits of {len(set(people))} people")
    print(f"{'face':>6} {'second look':12}" + "".join(f"{key:>11}" for key in keys))
    for tile in TILES:
        layout = Layout(portraits, tile)
        side = f"{np.median(shares) * tile:.0f} px"
        with without_second_look():
            plain = measure(engine, layout, own, people)
        results[side] = {"without": plain, "with": measure(engine, layout, own, people)}
        for name, each in results[side].items():
            print(f"{side:>6} {name:12}" + "".join(f"{each[key]:11.4g}" for key in keys), flush=True)
    rounded = {
        side: {name: {key: round(value, 4) for key, value in each.items()} for name, each in both.items()}
        for side, both in results.items()
    }
    print(json.dumps({"benchmark": "landmarks", "portraits": len(portraits), "results": rounded}))


if __name__ == "__main__":
    main()
