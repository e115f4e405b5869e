"""The shipped models on real photographs."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from app.domain.errors import InvalidParameter
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox
from app.inference.engine import FaceEngine, OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.services.ingest.analysis import analyse
from tests.benchmarks.landmarks import Layout, measure, portraits_of


@pytest.fixture(scope="module")
def engine() -> OnnxFaceEngine:
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    return engine


def pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def portraits(shared_data: Path, count: int) -> list[Path]:
    return sorted((shared_data / "congress" / "images").iterdir())[:count]


def vector(engine: FaceEngine, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    faces = engine.detect(picture)
    return engine.embed(picture, [faces[0].landmarks])[0]


def test_every_face_of_the_scenes_and_nothing_else(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with (shared_data / "scenes" / "face_counts.csv").open(newline="") as file:
        counts = {row["path"]: int(row["faces"]) for row in csv.DictReader(file)}
    assert counts["solvay1927.jpg"] == 29
    found = {name: len(engine.detect(pixels(shared_data / "scenes" / name))) for name in counts}
    assert found == counts


def test_a_crowd_of_faces_of_twenty_pixels(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with Image.open(shared_data / "scenes" / "solvay1927.jpg") as image:
        small = np.asarray(image.convert("RGB").resize((700, 315), Image.Resampling.LANCZOS))
    faces = engine.detect(small)
    sides = sorted(np.sqrt(face.box.area * 700 * 315) for face in faces)
    assert len(faces) == 29
    assert sides[len(sides) // 2] < 24


@pytest.mark.parametrize("share", [0.0, 0.12, 0.2])
def test_a_close_up_that_fills_the_picture(engine: OnnxFaceEngine, shared_data: Path, share: float) -> None:
    for path in portraits(shared_data, 12):
        picture = pixels(path)
        height, width = picture.shape[:2]
        left, top, box_width, box_height = engine.detect(picture)[0].box.to_pixels(width, height)
        # The face cut at its own box, then into it on every side, and enlarged to three megapixels.
        x, y = max(0, int(left + share * box_width)), max(0, int(top + share * box_height))
        face = Image.fromarray(
            picture[y : int(top + (1 - share) * box_height), x : int(left + (1 - share) * box_width)]
        )
        large = face.resize((1600, 1600 * face.height // face.width), Image.Resampling.BICUBIC)
        found = engine.detect(np.asarray(large))
        assert len(found) == 1, path.name
        assert found[0].box.area > 0.5, path.name


def test_one_face_in_every_portrait(engine: OnnxFaceEngine, shared_data: Path) -> None:
    for path in portraits(shared_data, 60):
        assert len(engine.detect(pixels(path))) == 1, path.name


def test_faces_of_all_ages_and_origins(engine: OnnxFaceEngine, shared_data: Path) -> None:
    paths = sorted((shared_data / "fairface300" / "images").iterdir())[::3]
    assert [path.name for path in paths if not engine.detect(pixels(path))] == []


def test_noise_and_patterns_have_no_face(engine: OnnxFaceEngine) -> None:
    random = np.random.default_rng(5)
    coarse = Image.fromarray(random.integers(0, 256, (40, 60, 3), np.uint8))
    pictures = [
        random.integers(0, 256, (600, 800, 3), np.uint8),
        np.asarray(coarse.resize((900, 600), Image.Resampling.BICUBIC)),
        np.asarray(coarse.resize((900, 600), Image.Resampling.NEAREST)),
        np.full((500, 700, 3), 128, np.uint8),
        np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (300, 3, 3)),
        np.zeros((1, 1, 3), np.uint8),
    ]
    assert [len(engine.detect(picture)) for picture in pictures] == [0] * len(pictures)


def test_the_same_person_is_nearer_than_any_other(engine: OnnxFaceEngine, shared_data: Path) -> None:
    with (shared_data / "congress" / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    same = [row for row in rows if row["same"] == "1"][:20]
    other = [row for row in rows if row["same"] == "0"][:20]

    def similarities(pairs: list[dict[str, str]]) -> list[float]:
        return [
            float(
                engine.scale.similarity(
                    vector(engine, pixels(shared_data / "congress" / pair["path_a"]))
                    @ vector(engine, pixels(shared_data / "congress" / pair["path_b"]))
                )
            )
            for pair in pairs
        ]

    assert min(similarities(same)) > 90 > 80 > max(similarities(other))


def test_faces_come_largest_first_with_everything_in_range(engine: OnnxFaceEngine, shared_data: Path) -> None:
    faces = engine.detect(pixels(shared_data / "scenes" / "group-5.jpg"))
    areas = [face.box.area for face in faces]
    assert areas == sorted(areas, reverse=True)
    for face in faces:
        assert engine.working_confidence <= face.confidence <= 100
        assert 0 <= face.quality.brightness <= 100 and 0 <= face.quality.sharpness <= 100
        points = face.landmarks.points
        assert face.landmarks.points.dtype == np.float32
        assert (points > [face.box.left, face.box.top]).all()
        assert (points < [face.box.right, face.box.bottom]).all()
        assert points[0, 0] < points[1, 0] and points[3, 0] < points[4, 0]
        assert points[:2, 1].max() < points[3:, 1].min()


def test_the_same_picture_gives_the_same_answer(engine: OnnxFaceEngine, shared_data: Path) -> None:
    picture = pixels(shared_data / "scenes" / "group-4.jpg")
    first, second = engine.detect(picture), OnnxFaceEngine(find_models_dir()).detect(picture)
    assert first == second
    landmarks = [face.landmarks for face in first]
    assert np.array_equal(engine.embed(picture, landmarks), engine.embed(picture, landmarks))


@pytest.mark.parametrize("name", ["group-5.jpg", "solvay1927.jpg", "astronaut.png"])
def test_the_same_file_gives_the_same_answer(shared_data: Path, name: str) -> None:
    data = (shared_data / "scenes" / name).read_bytes()
    first, second = (analyse(OnnxFaceEngine(find_models_dir()), data) for _ in range(2))
    assert first.faces and first.faces == second.faces
    assert first.vectors.tobytes() == second.vectors.tobytes()
    assert (first.thumbnail, first.crops) == (second.thumbnail, second.crops)


def test_people_are_known_by_faces_of_fifty_pixels_in_a_crowd(
    engine: OnnxFaceEngine, shared_data: Path
) -> None:
    portraits, people = portraits_of(shared_data / "congress")
    portraits, people = portraits[:60], people[:60]
    own = [engine.detect(np.asarray(portrait))[0].landmarks for portrait in portraits]
    result = measure(engine, Layout(portraits, 110), own, people)
    assert result["missed"] == 0
    assert result["same"] > result["best"] - 0.015
    assert result["found"] == 1
    assert max(result["yaw"], result["pitch"], result["roll"]) < 3


def test_a_batch_embeds_as_one_by_one(engine: OnnxFaceEngine, shared_data: Path) -> None:
    picture = pixels(shared_data / "scenes" / "group-5.jpg")
    landmarks = [face.landmarks for face in engine.detect(picture)]
    together = engine.embed(picture, landmarks)
    alone = np.concatenate([engine.embed(picture, [each]) for each in landmarks])
    assert together.shape == (7, engine.contract.dimension) and together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert ((together * alone).sum(axis=1) > 0.99999).all()
    assert engine.embed(picture, []).shape == (0, engine.contract.dimension)


def test_two_threads_at_once_see_what_one_sees(engine: OnnxFaceEngine, shared_data: Path) -> None:
    pictures = [pixels(path) for path in portraits(shared_data, 12)]
    pictures.append(pixels(shared_data / "scenes" / "group-3.jpg"))

    def answer(picture: NDArray[np.uint8]) -> tuple[list[DetectedFace], NDArray[np.float32]]:
        faces = engine.detect(picture)
        return faces, engine.embed(picture, [face.landmarks for face in faces])

    with ThreadPoolExecutor(2) as pool:
        at_once = list(pool.map(answer, pictures * 2))
    one_by_one = [answer(picture) for picture in pictures] * 2
    for (faces, vectors), (expected_faces, expected_vectors) in zip(at_once, one_by_one, strict=True):
        assert faces == expected_faces
        assert np.array_equal(vectors, expected_vectors)


def test_a_mirrored_picture_mirrors_the_pose(engine: OnnxFaceEngine, shared_data: Path) -> None:
    turned = 0
    for name in ("stock-emotions-a-2.jpg", "group-3.jpg", "group-7.jpg"):
        picture = pixels(shared_data / "scenes" / name)
        faces = engine.detect(picture)
        mirrored = engine.detect(np.ascontiguousarray(picture[:, ::-1]))
        assert len(faces) == len(mirrored)
        for face in faces:
            other = min(mirrored, key=lambda each: abs(each.box.left + each.box.width + face.box.left - 1))
            assert other.pose.yaw == pytest.approx(-face.pose.yaw, abs=4)
            assert other.pose.roll == pytest.approx(-face.pose.roll, abs=3)
            assert other.pose.pitch == pytest.approx(face.pose.pitch, abs=4)
            turned += abs(face.pose.yaw) > 15
    assert turned >= 2


def test_a_tilted_picture_tilts_the_roll(engine: OnnxFaceEngine, shared_data: Path) -> None:
    path = portraits(shared_data, 1)[0]
    straight = engine.detect(pixels(path))[0].pose.roll
    for degrees in (-20, 15):
        with Image.open(path) as image:  # rotate() turns against the clock
            turned = image.convert("RGB").rotate(
                -degrees, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128)
            )
        assert engine.detect(np.asarray(turned))[0].pose.roll == pytest.approx(straight + degrees, abs=4)


def test_blur_lowers_sharpness_and_light_moves_brightness(engine: OnnxFaceEngine, shared_data: Path) -> None:
    for path in portraits(shared_data, 5):
        with Image.open(path) as image:
            plain = image.convert("RGB")
        face = engine.detect(np.asarray(plain))[0]
        blurred = [
            engine.locate(
                np.asarray(plain.filter(ImageFilter.GaussianBlur(blur))), face.box
            ).quality.sharpness
            for blur in (0, 2, 4, 8)
        ]
        assert blurred == sorted(blurred, reverse=True) and blurred[0] > blurred[-1] + 40
        dark = engine.locate((np.asarray(plain) * 0.4).astype(np.uint8), face.box).quality.brightness
        assert dark == pytest.approx(face.quality.brightness * 0.4, abs=2)


def test_a_drawn_box_finds_the_same_person(engine: OnnxFaceEngine, shared_data: Path) -> None:
    picture = pixels(shared_data / "scenes" / "solvay1927.jpg")
    for face in engine.detect(picture)[::6]:
        box = face.box
        drawn = BoundingBox(
            box.left - 0.1 * box.width, box.top + 0.08 * box.height, box.width * 1.15, box.height * 1.05
        )
        found = engine.locate(picture, drawn)
        assert found.box == drawn and found.confidence > 50
        vectors = engine.embed(picture, [face.landmarks, found.landmarks])
        assert vectors[0] @ vectors[1] > 0.85


def test_a_box_without_a_face_gets_plain_landmarks_and_no_confidence(
    engine: OnnxFaceEngine, shared_data: Path
) -> None:
    picture = pixels(shared_data / "scenes" / "group-3.jpg")
    box = BoundingBox(0.02, 0.8, 0.1, 0.15)
    found = engine.locate(picture, box)
    assert found.confidence == 0 and found.box == box
    points = found.landmarks.points
    assert (points > [box.left, box.top]).all() and (points < [box.right, box.bottom]).all()
    assert abs(found.pose.roll) < 3 and abs(found.pose.yaw) < 5
    with pytest.raises(InvalidParameter):
        engine.locate(picture, BoundingBox(0.5, 0.5, 0.0, 0.2))


def test_an_aligned_crop_shows_the_face_upright(engine: OnnxFaceEngine, shared_data: Path) -> None:
    picture = pixels(shared_data / "scenes" / "group-7.jpg")
    face = max(engine.detect(picture), key=lambda each: abs(each.pose.roll))
    crop = engine.aligned_crop(picture, face.landmarks, 256)
    assert crop.shape == (256, 256, 3) and crop.dtype == np.uint8
    upright = engine.detect(crop)[0]
    assert abs(upright.pose.roll) < abs(face.pose.roll) - 5


def test_a_provider_that_is_missing_is_told_and_the_work_goes_on(shared_data: Path) -> None:
    engine = OnnxFaceEngine(find_models_dir(), provider="directml")
    assert len(engine.detect(pixels(portraits(shared_data, 1)[0]))) == 1
    if any(choice.used == "cpu" for choice in engine.providers):
        assert all("directml" in choice.reason for choice in engine.providers)


def test_what_is_no_picture_is_refused(engine: OnnxFaceEngine) -> None:
    with pytest.raises(ValueError, match="uint8"):
        engine.detect(np.zeros((10, 10), np.uint8))
    with pytest.raises(ValueError, match="uint8"):
        engine.detect(np.zeros((10, 10, 3), np.float32))  # type: ignore[arg-type]
