"""The labelled faces that the heads are fitted on.

A folder of photographs has its pictures and, where known, three tables by `path`: wear.csv (glasses_any,
sunglasses, beard, mustache: 1, 0 or empty where it cannot be told), identities.csv (identity) and
attributes.csv (gender). labels.csv beside this module adds labels for faces that wear.csv leaves out, by the
folder's name; where a picture has several faces, x and y are the middle of the one that is meant, in ratios.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.domain.faces import DetectedFace
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView

LABELS = Path(__file__).with_name("labels.csv")
COLUMNS = ("glasses_any", "sunglasses", "beard", "mustache")
LARGEST = 2400
"""Longer sides of a photograph are reduced to this before the faces are looked for."""
LOWEST_CONFIDENCE = 20.0


@dataclass(frozen=True, eq=False)
class LabelledFace:
    """labels: float64 (4,), NaN where it cannot be told. sure: bool (4,), the label is wear.csv's or of a
    face that is not in it, not a second reading of one that wear.csv leaves open; those serve to fit, not
    to measure. person: the same for all pictures of one. woman: NaN where it is not known."""

    name: str
    folder: str
    person: str
    view: FaceView
    labels: NDArray[np.float64]
    sure: NDArray[np.bool_]
    woman: float


@dataclass
class _Row:
    labels: NDArray[np.float64]
    sure: NDArray[np.bool_]
    person: str
    place: tuple[float, float] | None


def labelled_faces(folders: list[Path], models: Path) -> Iterator[LabelledFace]:
    """The labelled faces of all folders, in the order of their names.

    Args:
        folders: as the module's docstring has them.
        models: the folder of the manifest.
    """
    engine = OnnxFaceEngine(models)
    manifest = load_manifest(models)
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    for folder in folders:
        people = {row["path"]: row["identity"] for row in _table(folder / "identities.csv")}
        genders = {row["path"]: row["gender"].lower() for row in _table(folder / "attributes.csv")}
        for path, rows in sorted(_rows(folder).items()):
            pixels = _read(folder / path)
            faces = engine.detect(pixels) or engine.detect_from(pixels, LOWEST_CONFIDENCE)
            for row in rows:
                face = _meant(faces, row.place)
                if face is None:
                    continue
                name = f"{folder.name}/{path}" + (f"#{row.place}" if row.place else "")
                view = FaceView(pixels, mesh.fit(pixels, [face])[0].points)
                woman = {"female": 1.0, "male": 0.0}.get(genders.get(path, ""), np.nan)
                person = row.person or people.get(path, name)
                yield LabelledFace(name, folder.name, person, view, row.labels, row.sure, woman)


def _table(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows(folder: Path) -> dict[str, list[_Row]]:
    rows: dict[str, list[_Row]] = {}
    for line in _table(folder / "wear.csv"):
        labels = _labels([line[column] for column in COLUMNS])
        rows[line["path"]] = [_Row(labels, ~np.isnan(labels), "", None)]
    for line in _table(LABELS):
        if line["folder"] != folder.name:
            continue
        labels = _labels([line[column] for column in ("eyeglasses", "sunglasses", "beard", "mustache")])
        if line["path"] in rows and not line["x"]:
            row = rows[line["path"]][0]
            row.labels = np.where(np.isnan(row.labels), labels, row.labels)
            continue
        place = (float(line["x"]), float(line["y"])) if line["x"] else None
        rows.setdefault(line["path"], []).append(_Row(labels, ~np.isnan(labels), line["person"], place))
    return rows


def _labels(values: list[str]) -> NDArray[np.float64]:
    return np.array([float(value) if value else np.nan for value in values])


def _read(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as file:
        image = ImageOps.exif_transpose(file).convert("RGB")
    if max(image.size) > LARGEST:
        image.thumbnail((LARGEST, LARGEST))
    return np.asarray(image)


def _meant(faces: list[DetectedFace], place: tuple[float, float] | None) -> DetectedFace | None:
    """The face at a place; without one, the large face nearest to the middle."""
    if not faces:
        return None
    if place is None:
        return max(
            faces, key=lambda face: face.box.area * (1 - abs(face.box.left + face.box.width / 2 - 0.5))
        )
    x, y = place

    def away(face: DetectedFace) -> float:
        box = face.box
        return float(np.hypot(box.left + box.width / 2 - x, box.top + box.height / 2 - y))

    nearest = min(faces, key=away)
    return nearest if away(nearest) < nearest.box.width / 2 else None
