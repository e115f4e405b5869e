"""The shipped MobileFaceNet, written anew and stored in half precision, against the file it was made from."""

from __future__ import annotations

import numpy as np

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.e2e.inference.mobilefacenet_original import VECTORS
from tests.e2e.inference.sface_original import windows


def test_vectors_are_those_that_the_original_gave() -> None:
    embedder = OnnxFaceEngine(find_models_dir()).models.named("mobilefacenet-192")
    expected = np.load(VECTORS)
    vectors = embedder.embed(windows())
    assert vectors.shape == expected.shape == (20, 192)
    cosines = (vectors * expected).sum(axis=1)
    assert cosines.min() >= 0.99999, cosines
