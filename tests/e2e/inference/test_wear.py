"""The shipped probe of eyewear, facial hair and covered faces on real photographs.

Most of these faces were fitted on, so the bars say that the shipped file, the crop and the mesh still fit
together, not how true the answers are of others: `python -m models.build.wear` measures that.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from app.inference.wear import Wear, WearReader
from models.build.wear.canvas import canvas_of
from models.build.wear.cloth import with_scarf, with_surgical
from models.build.wear.covered import REALLY
from models.build.wear.covered_samples import MARGIN, ZOOM

TRAITS = {"glasses_any": "eyeglasses", "sunglasses": "sunglasses", "beard": "beard", "mustache": "mustache"}


@dataclass(frozen=True)
class Reading:
    """What the program does for one photograph of one face, without its database."""

    engine: OnnxFaceEngine
    mesh: FaceMesh
    wear: WearReader

    def view(self, path: Path) -> FaceView | None:
        with Image.open(path) as file:
            pixels = np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
        faces = self.engine.detect(pixels)
        return FaceView(pixels, self.mesh.fit(pixels, faces[:1])[0].points) if faces else None

    def of(self, path: Path) -> Wear | None:
        view = self.view(path)
        return None if view is None else self.wear.read([view], [0.5])[0]


@pytest.fixture(scope="module")
def reading() -> Reading:
    folder = find_models_dir()
    manifest = load_manifest(folder)

    def session(task: Task) -> Session:
        return Session(manifest, manifest.default(task), "cpu", 1)

    return Reading(
        OnnxFaceEngine(folder), FaceMesh(session(Task.FACE_MESH)), WearReader(session(Task.EYEWEAR))
    )


def labelled(folder: Path) -> list[dict[str, str]]:
    """All rows with something to see and every fifth of the others."""
    with (folder / "wear.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for n, row in enumerate(rows) if n % 5 == 0 or "1" in [row[name] for name in TRAITS]]


@pytest.mark.parametrize("name", ["fairface300", "congress"])
def test_labelled_faces_are_told_right(shared_data: Path, reading: Reading, name: str) -> None:
    hits: dict[str, dict[str, list[bool]]] = {trait: {"0": [], "1": []} for trait in TRAITS.values()}
    for row in labelled(shared_data / name):
        answer = reading.of(shared_data / name / row["path"])
        for column, trait in TRAITS.items():
            if answer is not None and row[column]:
                hits[trait][row[column]].append((getattr(answer, trait) > 0.5) == (row[column] == "1"))
    for trait, sides in hits.items():
        shares = [np.mean(side) for side in sides.values() if side]
        assert np.mean(shares) > 0.9, (
            f"{trait} of {name}: {[(len(s), np.mean(s)) for s in sides.values() if s]}"
        )


def test_a_face_and_its_mirror_image_wear_the_same(shared_data: Path, reading: Reading) -> None:
    paths = [shared_data / "fairface300" / row["path"] for row in labelled(shared_data / "fairface300")[:24]]
    away = []
    for path in paths:
        view = reading.view(path)
        if view is None:
            continue
        # The same points seen in the mirror: those of the left side trade places with those of the right.
        mirrored = view.mesh.copy()
        mirrored[:, 0] = view.pixels.shape[1] - 1 - mirrored[:, 0]
        for one, other in ((33, 263), (133, 362), (61, 291)):
            mirrored[[one, other]] = mirrored[[other, one]]
        turned = FaceView(np.ascontiguousarray(view.pixels[:, ::-1]), mirrored)
        one, two = reading.wear.read([view, turned], [0.5, 0.5])
        away.append(abs(one.eyeglasses - two.eyeglasses))
    assert len(away) > 15 and np.mean(away) < 0.08


def test_a_crowd_is_read_as_each_face_alone(shared_data: Path, reading: Reading) -> None:
    with Image.open(shared_data / "scenes" / "group-5.jpg") as file:
        pixels = np.asarray(file.convert("RGB"))
    faces = reading.engine.detect(pixels)
    views = [FaceView(pixels, mesh.points) for mesh in reading.mesh.fit(pixels, faces)]
    together = reading.wear.read(views, [0.5] * len(views))
    alone = [reading.wear.read([view], [0.5])[0] for view in views]
    assert len(views) > 2
    for one, other in zip(together, alone, strict=True):
        assert one.eyeglasses == pytest.approx(other.eyeglasses, abs=1e-4)
        assert one.mustache == pytest.approx(other.mustache, abs=1e-4)


# Covered by a hand, a pacifier and a burnt-out photograph, and in part by a hand, by something eaten and by
# another's hair; none was fitted on.
REALLY_COVERED = ("2394", "2146", "970")
IN_PART = ("4664", "4934", "4300", "2145")


def test_hands_and_things_before_the_mouth_cover_a_face(shared_data: Path, reading: Reading) -> None:
    images = shared_data / "fairface300" / "images"
    answers = {name: reading.of(images / f"{name}.jpg") for name in (*REALLY_COVERED, *IN_PART)}
    chance = {name: answer.covered for name, answer in answers.items() if answer is not None}
    assert all(chance[name] > 0.5 for name in REALLY_COVERED)
    rows = labelled(shared_data / "fairface300")
    named = {row["path"] for row in csv.DictReader(REALLY.read_text(encoding="utf-8").splitlines())}
    wearers = [row for row in rows if "1" in (row["glasses_any"], row["beard"]) and row["path"] not in named]
    bare = [reading.of(shared_data / "fairface300" / row["path"]) for row in wearers[:40]]
    others = [answer.covered for answer in bare if answer is not None]
    assert np.mean(np.array(others) > 0.5) < 0.08
    assert all(chance[name] > np.quantile(others, 0.9) for name in IN_PART)


def test_cloth_drawn_over_the_nose_covers_a_face_and_cloth_about_the_neck_does_not(
    shared_data: Path, reading: Reading
) -> None:
    random = np.random.default_rng(11)
    told: dict[str, list[bool]] = {"mask": [], "neck": []}
    for path in sorted((shared_data / "congress" / "images").iterdir())[::16]:
        view = reading.view(path)
        if view is None:
            continue
        canvas = canvas_of(view, MARGIN, ZOOM)
        drawn = {
            "mask": with_surgical(canvas, random).pixels,
            "neck": with_scarf(canvas, random, [], about_the_neck=True).pixels,
        }
        for name, pixels in drawn.items():
            faces = reading.engine.detect(pixels)
            assert faces or name == "mask"
            seen = [FaceView(pixels, mesh.points) for mesh in reading.mesh.fit(pixels, faces[:1])]
            told[name] += [answer.covered > 0.5 for answer in reading.wear.read(seen, [0.5] * len(seen))]
    assert len(told["mask"]) > 8 and np.mean(told["mask"]) > 0.9
    assert np.mean(told["neck"]) < 0.2
