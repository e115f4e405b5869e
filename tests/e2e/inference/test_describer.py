"""The face describer with the real models on real photographs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.domain.attributes import FaceAttributes, Trait
from app.inference.describer import OnnxFaceDescriber
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.views import FaceView
from models.build.eyes.closing import closed


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    return OnnxFaceEngine(find_models_dir())


@pytest.fixture(scope="module")
def describer() -> OnnxFaceDescriber:
    return OnnxFaceDescriber(find_models_dir())


def load(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def told(engine: OnnxFaceEngine, describer: OnnxFaceDescriber, pixels: NDArray[np.uint8]) -> FaceAttributes:
    return describer.describe(pixels, engine.detect(pixels)[:1])[0]


def test_what_anyone_sees(engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path) -> None:
    woman = told(engine, describer, load(shared_data / "scenes" / "astronaut.png"))
    assert woman.woman > 0.9 and 20 < woman.age < 50
    assert woman.age_low <= woman.age <= woman.age_high
    assert woman.traits[Trait.SMILE] > 0.9 and woman.traits[Trait.MOUTH_OPEN] > 0.9
    assert woman.traits[Trait.EYES_OPEN] > 0.9 and woman.traits[Trait.SUNGLASSES] < 0.2
    assert sum(woman.emotions.values()) == pytest.approx(100, abs=1)
    assert woman.eye_direction is not None and abs(woman.eye_direction.yaw) < 10
    man = told(engine, describer, load(shared_data / "scenes" / "person-vlado5.jpg"))
    assert man.woman < 0.1 and man.traits[Trait.SUNGLASSES] > 0.8


def test_eyes_behind_dark_glasses_are_not_told_of(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    man = told(engine, describer, load(shared_data / "scenes" / "person-vlado5.jpg"))
    assert Trait.EYES_OPEN not in man.traits
    assert man.eye_direction is None


@pytest.mark.parametrize("eyes", [(0,), (1,), (0, 1)])
def test_closed_eyes_and_winks(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path, eyes: tuple[int, ...]
) -> None:
    random = np.random.default_rng(11)
    right = 0
    paths = sorted((shared_data / "congress" / "images").iterdir())[:40:4]
    for path in paths:
        pixels = load(path)
        face = engine.detect(pixels)[0]
        view = describer.views(pixels, [face])[0]
        for eye in eyes:
            view = FaceView(closed(view, eye, random), view.mesh)
        before = describer.describe(pixels, [face])[0].traits.get(Trait.EYES_OPEN, 1.0)
        after = describer.describe(view.pixels, [face])[0].traits.get(Trait.EYES_OPEN, 0.0)
        right += before > 0.5 > after
    assert right >= len(paths) - 1


def test_babies_that_sleep(engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path) -> None:
    for name in ("2866.jpg", "2146.jpg", "3744.jpg"):
        path = shared_data / "fairface300" / "images" / name
        if path.is_file():
            child = told(engine, describer, load(path))
            assert child.traits[Trait.EYES_OPEN] < 0.5, name
            assert child.eye_direction is None, name


def test_a_mirrored_face_looks_the_other_way(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    aside = 0
    for path in sorted((shared_data / "congress" / "images").iterdir())[::12]:
        pixels = load(path)
        one = told(engine, describer, pixels)
        other = told(engine, describer, np.ascontiguousarray(pixels[:, ::-1]))
        if one.eye_direction is None or other.eye_direction is None:
            continue
        assert other.eye_direction.yaw == pytest.approx(-one.eye_direction.yaw, abs=12), path.name
        assert other.eye_direction.pitch == pytest.approx(one.eye_direction.pitch, abs=10), path.name
        aside += abs(one.eye_direction.yaw) > 8
    assert aside


def test_a_group_is_told_as_its_faces_one_by_one_and_from_two_threads(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    pixels = load(shared_data / "scenes" / "group-3.jpg")
    faces = engine.detect(pixels)
    together = describer.describe(pixels, faces)
    assert len(together) == len(faces) == 4
    with ThreadPoolExecutor(2) as pool:
        again = list(pool.map(lambda _: describer.describe(pixels, faces), range(2)))
    for group in again:
        for one, two in zip(together, group, strict=True):
            assert one.traits == two.traits and one.age == two.age
            assert np.array_equal(one.landmarks, two.landmarks)
    alone = describer.describe(pixels, faces[1:2])[0]
    for trait, value in together[1].traits.items():
        assert alone.traits[trait] == pytest.approx(value, abs=0.05)


def test_no_faces_have_no_attributes_and_the_digest_stays(describer: OnnxFaceDescriber) -> None:
    assert describer.describe(np.zeros((50, 50, 3), np.uint8), []) == []
    assert describer.made_by == OnnxFaceDescriber(find_models_dir()).made_by
