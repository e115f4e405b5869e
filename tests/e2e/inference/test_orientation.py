"""Photographs that lie on their side or their head and do not say so, with the shipped models."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from app.imaging.decode import decode
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.orientation import upright


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    return engine


@pytest.mark.parametrize("name", ["group-3.jpg", "group-7.jpg", "solvay1927.jpg"])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_group_is_found_whole_whichever_way_it_lies(
    engine: OnnxFaceEngine, shared_data: Path, name: str, degrees: int
) -> None:
    stands = decode((shared_data / "scenes" / name).read_bytes()).pixels
    lies = np.ascontiguousarray(np.rot90(stands, degrees // 90))
    found = engine.detect_any_way_up(lies)
    straight = engine.detect(stands)
    assert (found.degrees, len(found.faces)) == (degrees, len(straight))
    vectors = engine.embed(lies, [face.landmarks for face in found.faces])
    expected = engine.embed(stands, [face.landmarks for face in straight])
    assert (vectors @ expected.T).max(axis=1).min() > 0.9
    for face in found.faces:
        off = (face.pose.roll + degrees + 180) % 360 - 180
        assert abs(off) < 45
        assert (face.landmarks.points > [face.box.left, face.box.top]).all()
        assert (face.landmarks.points < [face.box.right, face.box.bottom]).all()


def test_portraits_without_exif_are_known_again(engine: OnnxFaceEngine, shared_data: Path) -> None:
    folder = shared_data / "bad_input" / "exif_rotated_faces"
    turned = sorted(folder.glob("*pixelrot*.jpg"))
    assert len(turned) >= 30
    noticed = 0
    for path in turned:
        image = decode(path.read_bytes())
        assert not image.has_orientation
        found = engine.detect_any_way_up(image.pixels)
        straight = path.with_name(path.name.split("__pixelrot")[0] + "__orient1.jpg")
        original = decode(straight.read_bytes()).pixels
        if not found.degrees:
            continue
        noticed += 1
        assert np.abs(upright(image.pixels, found.degrees).astype(int) - original).mean() < 8, path.name
        (vector,) = engine.embed(image.pixels, [found.faces[0].landmarks])
        (expected,) = engine.embed(original, [engine.detect(original)[0].landmarks])
        assert vector @ expected > 0.9, path.name
    assert noticed >= 0.9 * len(turned)


def test_upright_portraits_stay(engine: OnnxFaceEngine, shared_data: Path) -> None:
    paths = sorted((shared_data / "fairface300" / "images").iterdir())[100::3]
    pictures = [decode(path.read_bytes()).pixels for path in paths]
    assert [engine.detect_any_way_up(picture).degrees for picture in pictures] == [0] * len(pictures)


def test_a_handstand_in_a_group_turns_nothing(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with (shared_data / "scenes" / "face_counts.csv").open(newline="") as file:
        assert any(row["path"] == "group-7.jpg" and row["faces"] == "4" for row in csv.DictReader(file))
    pixels = decode((shared_data / "scenes" / "group-7.jpg").read_bytes()).pixels.copy()
    height, width = pixels.shape[:2]
    face = engine.detect(pixels)[0]
    left, top, across, down = (round(value) for value in face.box.to_pixels(width, height))
    part = pixels[top : top + down, left : left + across]
    pixels[top : top + down, left : left + across] = part[::-1, ::-1]
    found = engine.detect_any_way_up(pixels)
    assert found.degrees == 0 and len(found.faces) >= 3
