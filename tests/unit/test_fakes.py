"""The fake engine keeps the promises that other tests build on."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from app.inference.engine import FaceEngine
from tests.fakes import FakeEngine, painted, person_color, shade, vector_of


def test_finds_the_painted_squares_largest_first() -> None:
    engine: FaceEngine = FakeEngine()
    pixels = painted([(person_color(0), (40, 40, 60)), (person_color(1), (200, 40, 80))])
    faces = engine.detect(pixels)
    assert [face.box.to_pixels(640, 480) for face in faces] == [(200, 40, 80, 80), (40, 40, 60, 60)]


def test_similarity_follows_the_person_even_through_jpeg() -> None:
    engine = FakeEngine()
    pixels = painted([(person_color(3), (40, 40, 80))])
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=90)
    decoded = np.asarray(Image.open(stream))
    vector = engine.embed(decoded, [engine.detect(decoded)[0].landmarks])[0]
    assert engine.scale.similarity(float(vector @ vector_of(person_color(3)))) > 95
    assert engine.scale.similarity(float(vector @ vector_of(shade(person_color(3), 9)))) > 90
    strangers = [float(vector @ vector_of(person_color(n))) for n in range(240) if n != 3]
    assert engine.scale.similarity(max(strangers)) < 80
