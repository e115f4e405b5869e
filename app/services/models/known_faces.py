"""The demo's faces with their names: what a model that nobody knows yet is tried on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import LikenessError, ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox
from app.inference.engine import FaceEngine
from app.inference.separation import LabelledFaces
from app.services.ingest.decoding import decode_for_faces

# A face that the demo leaves without a name is taken for a named one from this similarity on.
_SURE: Final = 90.0


def known_faces(engine: FaceEngine, folder: Path) -> LabelledFaces:
    """Of the folder with demo.toml. Takes a second. Raises ModelError where it cannot be read."""
    crops: list[NDArray[np.uint8]] = []
    names: list[str | None] = []
    photos: list[int] = []
    vectors: list[NDArray[np.float32]] = []
    try:
        listed = tomllib.loads((folder / "demo.toml").read_text("utf-8"))["photo"]
        for number, photo in enumerate(listed):
            pixels = decode_for_faces(folder / photo["file"]).pixels
            faces = engine.detect(pixels)
            named = [(face["name"], *face["at"]) for face in photo.get("face", [])]
            for face in faces:
                names.append(_name(face, named))
                photos.append(number)
                crops.append(engine.aligned_crop(pixels, face.landmarks))
            vectors += list(engine.embed(pixels, [face.landmarks for face in faces]))
    except (OSError, KeyError, LikenessError) as error:
        raise ModelError(
            f"The demo's pictures in {folder} cannot be read ({error}). Install the program again."
        ) from error
    people = _people(names, photos, np.stack(vectors), engine)
    kept = people >= 0
    return LabelledFaces(np.stack(crops)[kept], people[kept], np.array(photos, np.int64)[kept])


def _people(
    names: list[str | None], photos: list[int], vectors: NDArray[np.float32], engine: FaceEngine
) -> NDArray[np.int64]:
    """A number for each person, -1 for a face that nobody can be sure of."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(filter(None, names)))}
    people = np.array([-1 if name is None else numbers[name] for name in names], np.int64)
    similar = engine.scale.similarity(vectors @ vectors.T)
    for index in np.flatnonzero(people < 0).tolist():
        known = np.flatnonzero(np.array([name is not None for name in names]))
        best = known[np.argmax(similar[index, known])]
        if similar[index, best] >= _SURE:
            people[index] = people[best]
    return people


def _name(face: DetectedFace, named: list[tuple[str, float, float]]) -> str | None:
    return next((name for name, x, y in named if _holds(face.box, x, y)), None)


def _holds(box: BoundingBox, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom
