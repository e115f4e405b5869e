"""The quality filter with the shipped models: what it leaves out, and what it must not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.quality_filter import QualityFilter, Reason
from app.services.ingest.analysis import Analysis, analyse


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    return engine


def indexed(engine: OnnxFaceEngine, image: Image.Image, quality: QualityFilter) -> Analysis:
    file = io.BytesIO()
    image.save(file, "PNG")
    return analyse(engine, file.getvalue(), quality=quality)


def test_every_face_of_the_group_pictures_is_indexed(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with (shared_data / "scenes" / "face_counts.csv").open(newline="") as file:
        counts = {row["path"]: int(row["faces"]) for row in csv.DictReader(file)}
    for name, count in counts.items():
        found = analyse(engine, (shared_data / "scenes" / name).read_bytes())
        assert (len(found.faces), found.unindexed) == (count, ()), name
        assert not found.turned, name


def test_a_crowd_of_faces_of_twenty_pixels_is_indexed(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with Image.open(shared_data / "scenes" / "solvay1927.jpg") as image:
        small = image.convert("RGB").resize((700, 315), Image.Resampling.LANCZOS)
    assert len(indexed(engine, small, QualityFilter.AUTO).faces) == 29


def test_faces_of_all_ages_and_origins_are_indexed(engine: OnnxFaceEngine, shared_data: Path) -> None:
    paths = sorted((shared_data / "fairface300" / "images").iterdir())[::4]
    left_out = [path.name for path in paths if not analyse(engine, path.read_bytes()).faces]
    # Profiles and covered faces are among them.
    assert len(left_out) <= 0.05 * len(paths), left_out


def portrait(shared_data: Path) -> Image.Image:
    with Image.open(sorted((shared_data / "congress" / "images").iterdir())[0]) as image:
        return image.convert("RGB")


def on_grey(image: Image.Image, side: int) -> Image.Image:
    canvas = Image.new("RGB", (640, 480), (110, 110, 110))
    canvas.paste(image.resize((side, side), Image.Resampling.LANCZOS), (250, 150))
    return canvas


def test_what_nobody_could_be_known_by_is_left_out_and_says_why(
    engine: OnnxFaceEngine, shared_data: Path
) -> None:
    image = portrait(shared_data)
    face = engine.detect(np.asarray(image))[0]
    side = (face.box.width * image.width * face.box.height * image.height) ** 0.5
    assert len(indexed(engine, image, QualityFilter.HIGH).faces) == 1
    blurred = image.filter(ImageFilter.GaussianBlur(side * 0.09))
    (left_out,) = indexed(engine, blurred, QualityFilter.AUTO).unindexed
    assert {Reason.LOW_SHARPNESS, Reason.LOW_FACE_QUALITY} <= set(left_out.reasons)
    tiny = on_grey(image, round(14 * image.width / side))
    (left_out,) = indexed(engine, tiny, QualityFilter.HIGH).unindexed
    assert Reason.SMALL_BOUNDING_BOX in left_out.reasons
    assert len(indexed(engine, blurred, QualityFilter.NONE).faces) == 1
    assert len(indexed(engine, tiny, QualityFilter.NONE).faces) == 1


def test_no_filter_keeps_more_than_a_weaker_one(engine: OnnxFaceEngine, shared_data: Path) -> None:
    image = portrait(shared_data)
    for blur in (0, 4, 8, 12, 20):
        worse = image.filter(ImageFilter.GaussianBlur(blur)) if blur else image
        order = (
            QualityFilter.NONE,
            QualityFilter.LOW,
            QualityFilter.AUTO,
            QualityFilter.MEDIUM,
            QualityFilter.HIGH,
        )
        kept = [len(indexed(engine, worse, level).faces) for level in order]
        assert kept == sorted(kept, reverse=True), blur


def test_a_photo_that_lies_is_indexed_as_the_one_that_stands(
    engine: OnnxFaceEngine, shared_data: Path
) -> None:
    with Image.open(shared_data / "scenes" / "group-3.jpg") as image:
        stands = image.convert("RGB")
    straight = indexed(engine, stands, QualityFilter.AUTO)
    lies = indexed(engine, stands.transpose(Image.Transpose.ROTATE_90), QualityFilter.AUTO)
    assert (straight.turned, lies.turned) == (0, 90)
    assert (lies.width, lies.height) == (straight.height, straight.width)
    assert len(lies.faces) == len(straight.faces) == 4
    assert (lies.vectors @ straight.vectors.T).max(axis=1).min() > 0.9
    for face in lies.faces:
        there = min(straight.faces, key=lambda other: abs(other.box.left - face.box.turned(90).left))
        assert face.box.turned(90).iou(there.box) > 0.6
    # The crops of the grid show upright faces all the same.
    crops = [np.asarray(Image.open(io.BytesIO(crop)).convert("L"), np.float32) for crop in lies.crops]
    upright = [np.asarray(Image.open(io.BytesIO(crop)).convert("L"), np.float32) for crop in straight.crops]
    for crop in crops:
        assert min(float(np.abs(crop - other).mean()) for other in upright) < 25
