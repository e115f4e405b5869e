"""The real mesh network on real photographs: mirrored, turned and small copies give the same face."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from app.domain.attributes import LandmarkName
from app.domain.faces import DetectedFace
from app.domain.geometry import LandmarkType
from app.inference.describer import OnnxFaceDescriber
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.mesh_facts import thirty_landmarks
from app.inference.mesh_pose import mesh_pose
from app.inference.views import FaceView

NAMES = list(LandmarkName)


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    return OnnxFaceEngine(find_models_dir())


@pytest.fixture(scope="module")
def describer() -> OnnxFaceDescriber:
    return OnnxFaceDescriber(find_models_dir())


def load(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def portraits(shared_data: Path, count: int) -> list[Path]:
    return sorted((shared_data / "congress" / "images").iterdir())[:count]


def seen(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, image: Image.Image
) -> tuple[DetectedFace, FaceView]:
    pixels = np.asarray(image)
    found = engine.detect(pixels)[0]
    return found, describer.views(pixels, [found])[0]


def thirty(view: FaceView) -> NDArray[np.float32]:
    """In pixels."""
    return thirty_landmarks(view) * np.array(view.pixels.shape[1::-1], np.float32)


def mirrored_name(name: LandmarkName) -> LandmarkName:
    swap = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return LandmarkName(re.sub("left|right|Left|Right", lambda found: swap[found.group()], name.value))


def test_the_thirty_agree_with_the_five(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    off = []
    for path in portraits(shared_data, 20):
        found, view = seen(engine, describer, load(path))
        height, width = view.pixels.shape[:2]
        five = found.landmarks.to_pixels(width, height)
        mesh = thirty(view)
        for number, kind in enumerate(LandmarkType):
            off.append(np.linalg.norm(mesh[NAMES.index(LandmarkName(kind.value))] - five[number]))
            off[-1] /= view.eye_distance
    assert np.mean(off) < 0.05 and max(off) < 0.2


def test_left_is_the_viewers_and_up_is_above(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    for path in portraits(shared_data, 10):
        _, view = seen(engine, describer, load(path))
        place = dict(zip(LandmarkName, thirty_landmarks(view), strict=True))
        for name, point in place.items():
            if name.value.startswith("left"):
                assert point[0] < place[mirrored_name(name)][0], (path.name, name)
        for eye in ("left", "right"):
            left, right = (place[LandmarkName(f"{eye}Eye{side}")] for side in ("Left", "Right"))
            up, down = (place[LandmarkName(f"{eye}Eye{side}")] for side in ("Up", "Down"))
            brow = place[LandmarkName(f"{eye}EyeBrowUp")]
            assert left[0] < place[LandmarkName(f"{eye}Pupil")][0] < right[0]
            assert brow[1] < up[1] <= down[1] < place[LandmarkName.NOSE][1]
        assert place[LandmarkName.NOSE][1] < place[LandmarkName.MOUTH_UP][1]
        assert place[LandmarkName.MOUTH_UP][1] < place[LandmarkName.MOUTH_DOWN][1]
        assert place[LandmarkName.MOUTH_DOWN][1] < place[LandmarkName.CHIN_BOTTOM][1]
        jaw = [name for name in NAMES if "awline" in name.value or name is LandmarkName.CHIN_BOTTOM]
        across = [float(place[name][0]) for name in jaw]
        assert across == sorted(across)


@pytest.mark.parametrize("name", ["stock-emotions-a-2.jpg", "group-3.jpg", "group-7.jpg"])
def test_a_mirrored_picture_mirrors_points_and_pose(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path, name: str
) -> None:
    pixels = np.asarray(load(shared_data / "scenes" / name))
    width = pixels.shape[1]
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    there = engine.detect(mirrored)
    order = [NAMES.index(mirrored_name(each)) for each in NAMES]
    for face in engine.detect(pixels):
        other = min(there, key=lambda each: abs(each.box.left + each.box.width + face.box.left - 1))
        one, two = describer.views(pixels, [face])[0], describer.views(mirrored, [other])[0]
        turned = thirty(two)[order]
        turned[:, 0] = width - 1 - turned[:, 0]
        assert np.linalg.norm(turned - thirty(one), axis=1).mean() < 0.04 * one.eye_distance
        straight, back = mesh_pose(one.mesh), mesh_pose(two.mesh)
        assert back.yaw == pytest.approx(-straight.yaw, abs=6)
        assert back.roll == pytest.approx(-straight.roll, abs=3)
        assert back.pitch == pytest.approx(straight.pitch, abs=4)


def test_who_looks_to_the_right_has_yaw_to_the_right(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    _, view = seen(engine, describer, load(shared_data / "scenes" / "stock-emotions-a-2.jpg"))
    assert mesh_pose(view.mesh).yaw > 25


@pytest.mark.parametrize("degrees", [-60, -25, 15, 40])
def test_a_tilted_picture_tilts_the_roll(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path, degrees: int
) -> None:
    for path in portraits(shared_data, 3):
        image = load(path)
        straight = mesh_pose(seen(engine, describer, image)[1].mesh)
        turned = image.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
        pose = mesh_pose(seen(engine, describer, turned)[1].mesh)
        assert pose.roll == pytest.approx(straight.roll + degrees, abs=3)


def test_a_small_copy_has_the_same_points(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    for path in portraits(shared_data, 5):
        image = load(path)
        _, large = seen(engine, describer, image)
        small = image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS)
        _, view = seen(engine, describer, small)
        off = np.linalg.norm(thirty_landmarks(view) - thirty_landmarks(large), axis=1)
        assert off.mean() < 0.03 * large.eye_distance / min(image.size), path.name


def test_all_faces_at_once_are_as_one_by_one(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    pixels = np.asarray(load(shared_data / "scenes" / "group-5.jpg"))
    faces = engine.detect(pixels)
    together = describer.views(pixels, faces)
    assert len(together) == len(faces) > 4
    for face, view in zip(faces, together, strict=True):
        alone = describer.views(pixels, [face])[0]
        np.testing.assert_allclose(view.mesh, alone.mesh, atol=0.02 * view.eye_distance)
        assert (view.mesh[:468, 0].min() > (face.box.left - 0.3 * face.box.width) * pixels.shape[1]).all()


def test_faces_from_the_side_keep_to_the_detectors_landmarks(
    engine: OnnxFaceEngine, describer: OnnxFaceDescriber, shared_data: Path
) -> None:
    aside = 0
    for path in sorted((shared_data / "fairface300" / "images").iterdir())[::2]:
        found, view = seen(engine, describer, load(path))
        five = found.landmarks.to_pixels(*view.pixels.shape[1::-1])
        own = thirty(view)[[NAMES.index(LandmarkName(kind.value)) for kind in LandmarkType]]
        room = np.linalg.norm(five.max(axis=0) - five.min(axis=0))
        assert np.linalg.norm(own - five, axis=1).mean() < 0.35 * room, path.name
        aside += abs(mesh_pose(view.mesh).yaw) > 45
    assert aside > 5
