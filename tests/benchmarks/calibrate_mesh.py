"""Fits where the detector's five landmarks say that the dense ones will lie (app/inference/mesh_squares.py).

    python -m tests.benchmarks.calibrate_mesh --root DIR [--root DIR ...]

Reads every face of the pictures of the folders, or of their `images`, with two looks of the mesh. Prints the
constants, and how far the likely square is from the one around the points for faces that were not fitted on
(eight folds; pictures of one person, the part of the name before "__", stay together): the shift in sides,
the logarithm of the ratio of the sides, and the angle in radians.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import DOUBTFUL, MOST_YAW, FaceMesh
from app.inference.mesh_pose import mesh_pose
from app.inference.mesh_squares import Frame, points_square, traits_of
from app.inference.sessions import Session
from tests.benchmarks.faces_of import pixels_of

Array = NDArray[np.float64]

FOLDS = 8
RIDGE = 0.3
# Beyond this a face's error counts by its size, not by its square.
FAR = 0.03


class Samples:
    """One row a face: its traits, and where the square lies in the frame of its landmarks."""

    def __init__(self) -> None:
        self.level: list[Array] = []
        self.aside: list[Array] = []
        self.places: list[Array] = []
        self.people: list[str] = []
        self.yaws: list[float] = []

    def add(self, mesh: FaceMesh, pixels: NDArray[np.uint8], face: DetectedFace, person: str) -> None:
        five = face.landmarks.to_pixels(pixels.shape[1], pixels.shape[0])
        found = mesh.fit(pixels, [face])[0]
        if found.presence < DOUBTFUL:
            return
        frame, square = Frame.of(five), points_square(found.points)
        level, aside = traits_of(frame.inwards(five))
        x, y = frame.inwards(np.array([square.x, square.y]))
        turn = (square.angle - frame.angle + np.pi) % (2 * np.pi) - np.pi
        self.level.append(level)
        self.aside.append(aside)
        # Below, logarithm of the side; right, angle.
        self.places.append(np.array([y, np.log(square.side / frame.unit), x, turn]))
        self.people.append(person)
        self.yaws.append(abs(mesh_pose(found.points).yaw))


def fitted(traits: Array, places: Array, offset: bool) -> tuple[Array, Array]:
    """Slopes and offset of a ridge regression that bends to single faces less than least squares do."""
    middle, spread = traits.mean(axis=0) * offset, traits.std(axis=0)
    rows = (traits - middle) / spread
    weights = np.ones(len(rows))
    for _ in range(20):
        shares = weights[:, None] / weights.sum()
        own, target = (rows * shares).sum(axis=0) * offset, (places * shares).sum(axis=0) * offset
        centred = rows - own
        curve = centred.T @ (centred * weights[:, None]) + RIDGE * np.eye(rows.shape[1])
        slopes = np.linalg.solve(curve, centred.T @ ((places - target) * weights[:, None]))
        weights = 1 / np.maximum(1, np.linalg.norm(places - target - centred @ slopes, axis=1) / FAR)
    slopes = slopes / spread[:, None]
    return slopes, target - (middle + own * spread) @ slopes


def judged(level: Array, aside: Array, places: Array, kept: NDArray[np.bool_]) -> Array:
    """The places of the faces that are not kept, by those that are."""
    slopes, offset = fitted(level[kept], places[kept, :2], True)
    turned, _ = fitted(aside[kept], places[kept, 2:], False)
    return np.column_stack([level[~kept] @ slopes + offset, aside[~kept] @ turned])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibrate_mesh")
    parser.add_argument("--root", type=Path, action="append", required=True)
    manifest, engine, samples = load_manifest(find_models_dir()), OnnxFaceEngine(find_models_dir()), Samples()
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1), sure=2.0)
    for root in parser.parse_args().root:
        folder = root / "images" if (root / "images").is_dir() else root
        for path in sorted(each for each in folder.iterdir() if each.suffix in (".jpg", ".png")):
            pixels = pixels_of(path)
            for face in engine.detect(pixels):
                samples.add(mesh, pixels, face, path.name.split("__")[0])
    level, aside, places = (np.array(each) for each in (samples.level, samples.aside, samples.places))
    names = sorted(set(samples.people))
    dealt = dict(zip(names, np.random.default_rng(1).permutation(len(names)) % FOLDS, strict=True))
    folds = np.array([dealt[person] for person in samples.people])
    errors = np.empty_like(places)
    for fold in range(FOLDS):
        errors[folds == fold] = judged(level, aside, places, folds != fold) - places[folds == fold]
    shift = np.hypot(errors[:, 0], errors[:, 2]) / np.exp(places[:, 1])
    ahead = np.array(samples.yaws) <= MOST_YAW
    for name, which in (("from ahead", ahead), ("turned", ~ahead)):
        print(f"{name}: {which.sum()} faces; percentiles 50, 90, 99 of")
        for part, values in (("shift", shift), ("side", errors[:, 1]), ("angle", errors[:, 3])):
            print(f"    {part:5} {np.percentile(np.abs(values[which]), [50, 90, 99]).round(3)}")
    slopes, offset = fitted(level, places[:, :2], True)
    turned, _ = fitted(aside, places[:, 2:], False)
    print("LEVEL =", slopes.T.round(3).tolist())
    print("LEVEL_OFFSET =", offset.round(3).tolist())
    print("ASIDE =", turned.T.round(3).tolist())


if __name__ == "__main__":
    main()
