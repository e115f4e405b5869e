"""The real models find the faces that the demo's manifest names, where it says they are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.domain.faces import DetectedFace
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"
PHOTOS = tomllib.loads((DEMO / "demo.toml").read_text(encoding="utf-8"))["photo"]


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    return OnnxFaceEngine(find_models_dir())


def pixels_of(photo: dict[str, str]) -> np.ndarray:
    with Image.open(DEMO / photo["file"]) as picture:
        return np.asarray(picture.convert("RGB"))


def holds(face: DetectedFace, at: tuple[float, float]) -> bool:
    return face.box.left < at[0] < face.box.right and face.box.top < at[1] < face.box.bottom


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: photo["file"])
def test_every_named_face_is_found_once(engine: OnnxFaceEngine, photo: dict) -> None:
    found = engine.detect(pixels_of(photo))
    for face in photo.get("face", []):
        assert sum(holds(box, face["at"]) for box in found) == 1, face["name"]


def test_one_person_is_known_again_and_strangers_are_not(engine: OnnxFaceEngine) -> None:
    vectors = {}
    for photo in PHOTOS:
        pixels = pixels_of(photo)
        found = engine.detect(pixels)
        if len(found) == 1:
            vectors[photo["file"]] = engine.embed(pixels, [found[0].landmarks])[0]
    president = ["barack-obama-portrait.jpg", "barack-obama-blue-room.jpg", "address-to-congress.jpg"]
    assert set(president) < set(vectors)
    for a in vectors:
        for b in vectors:
            if a < b:
                similarity = float(engine.scale.similarity(float(vectors[a] @ vectors[b])))
                assert (similarity >= 80) == (a in president and b in president), (a, b, similarity)
