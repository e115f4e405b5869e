"""Fit the regression; see the package's docstring."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from app.domain.faces import DetectedFace
from app.inference.engine import OnnxFaceEngine
from app.inference.eyes import eye_features
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from models.build.eyes import WEIGHTS
from models.build.eyes.closing import closed

LABELS = Path(__file__).with_name("labels.csv")
FOLDS = 5
# Of the regression, against the sum of the samples' losses.
PENALTY = 10.0
# What a sample of a spoilt picture counts.
SPOILT_WEIGHT = 0.4
# Added to the bias: a face has two eyes to be mistaken in, and of open ones as many shall be told right as
# of winks.
SHIFT = 0.4
REAL, DRAWN, SPOILT = 0, 1, 2


class Samples:
    """One row for each eye: its features, whether it is open, whose it is, and how the picture was made."""

    def __init__(self) -> None:
        self.features: list[NDArray[np.float32]] = []
        self.open: list[tuple[bool, bool]] = []
        self.person: list[int] = []
        self.kind: list[int] = []

    def add(self, view: FaceView, open_: tuple[bool, bool], person: int, kind: int) -> None:
        self.features.append(eye_features(view))
        self.open.append(open_)
        self.person.append(person)
        self.kind.append(kind)


def spoilt(pixels: NDArray[np.uint8], face: DetectedFace, random: np.random.Generator) -> NDArray[np.uint8]:
    """What cameras, files and light from one side do to a picture; the size stays."""
    image = Image.fromarray(pixels)
    side = (face.box.area * image.width * image.height) ** 0.5
    ratio = min(1.0, random.uniform(40, 160) / side)
    small = image.resize(
        (max(8, round(image.width * ratio)), max(8, round(image.height * ratio))), Image.Resampling.BOX
    )
    if random.random() < 0.4:
        small = small.filter(ImageFilter.GaussianBlur(float(random.uniform(0.3, 1.2))))
    values = np.asarray(small).astype(np.float64)
    if random.random() < 0.5:
        ramp = np.linspace(0, 1, values.shape[1])[None, :, None]
        lit = (1 - ramp if random.random() < 0.5 else ramp) * random.uniform(0.3, 0.8)
        values *= 1 - lit
    values = 255 * (np.clip(values, 0, 255) / 255) ** random.uniform(0.6, 1.6)
    values += random.normal(0, random.uniform(0, 7), values.shape)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(
        buffer, "JPEG", quality=int(random.integers(40, 95))
    )
    return np.asarray(Image.open(buffer).resize(image.size, Image.Resampling.BICUBIC))


def pictures(folders: dict[str, Path]) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    for name, folder in folders.items():
        for path in sorted((folder / "images").iterdir()):
            with Image.open(path) as image:
                yield f"{name}/images/{path.name}", np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def collect(folders: dict[str, Path]) -> Samples:
    with LABELS.open(newline="") as file:
        labels = {row["path"]: row["closed"] for row in csv.DictReader(file)}
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    random = np.random.default_rng(7)
    samples = Samples()
    for person, (path, pixels) in enumerate(pictures(folders)):
        faces, label = engine.detect(pixels)[:1], labels.get(path, "0")
        if not faces or not label:
            continue

        def view(picture: NDArray[np.uint8], face: DetectedFace = faces[0]) -> FaceView:
            return FaceView(picture, mesh.fit(picture, [face])[0].points)

        plain, shut = view(pixels), label == "1"
        samples.add(plain, (not shut, not shut), person, REAL)
        for _ in range(6 if shut else 1):
            samples.add(view(spoilt(pixels, faces[0], random)), (not shut, not shut), person, SPOILT)
        if shut:
            continue
        for eyes in ((0,), (1,), (0, 1)):
            changed = plain
            for eye in eyes:
                changed = FaceView(closed(changed, eye, random), plain.mesh)
            picture = changed.pixels
            open_ = (0 not in eyes, 1 not in eyes)
            samples.add(view(picture), open_, person, DRAWN)
            samples.add(view(spoilt(picture, faces[0], random)), open_, person, SPOILT)
    return samples


def fitted(
    features: NDArray[np.float64], open_: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights of a logistic regression, the bias last, by Newton's method with a penalty on their squares."""
    rows = np.column_stack([features, np.ones(len(features))])
    penalty = np.full(rows.shape[1], PENALTY)
    penalty[-1] = 1e-6
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (weight * (chance - open_)) + penalty * weights
        bend = (rows * (weight * np.maximum(chance * (1 - chance), 1e-6))[:, None]).T @ rows + np.diag(
            penalty
        )
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    weights[-1] += SHIFT
    return weights


def balanced(open_: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of samples such that open and closed ones count alike, 1 in the mean."""
    share = open_.mean()
    return np.where(open_, 0.5 / share, 0.5 / (1 - share))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.build.eyes")
    parser.add_argument("--congress", type=Path, required=True)
    parser.add_argument("--fairface", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    samples = collect({"congress": arguments.congress, "fairface300": arguments.fairface})
    weights = fit_and_report(samples)
    if not arguments.check:
        np.savez(WEIGHTS, weights=weights[:-1].astype(np.float32), bias=weights[-1:].astype(np.float32))


def fit_and_report(samples: Samples) -> NDArray[np.float64]:
    """The weights fitted on all, and printed what those reach that are fitted on four fifths of the faces."""
    features = np.stack(samples.features).astype(np.float64)
    open_, kind = np.array(samples.open), np.array(samples.kind)
    person = np.array(samples.person)
    predicted = np.empty(open_.shape)
    flat = features.reshape(-1, features.shape[-1])
    weight = np.repeat(np.where(kind == SPOILT, SPOILT_WEIGHT, 1.0), 2)
    for fold in range(FOLDS):
        held = person % FOLDS == fold
        chosen = np.repeat(~held, 2)
        weights = fitted(
            flat[chosen], open_.ravel()[chosen], weight[chosen] * balanced(open_.ravel()[chosen])
        )
        predicted[held] = 1 / (1 + np.exp(-(features[held] @ weights[:-1] + weights[-1])))
    report(predicted.min(axis=1), open_, kind)
    return fitted(flat, open_.ravel(), weight * balanced(open_.ravel()))


def report(both: NDArray[np.float64], open_: NDArray[np.bool_], kind: NDArray[np.int_]) -> None:
    """Of faces that were not fitted on: how many are told right, by how their picture was made."""
    groups = {"both open": (open_.all(axis=1), True), "both closed": (~open_.any(axis=1), False)}
    groups["one closed"] = (open_.any(axis=1) & ~open_.all(axis=1), False)
    for number, name in enumerate(("photographs", "drawn", "spoilt")):
        for group, (members, truth) in groups.items():
            rows = members & (kind == number)
            if rows.any():
                right = (both[rows] > 0.5) == truth
                print(f"{name:12} {group:12} {rows.sum():5} faces, {right.mean():.3f} right")


if __name__ == "__main__":
    main()
