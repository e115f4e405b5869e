"""RecognizeCelebrities and GetCelebrityInfo over painted faces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.domain.attributes import Emotion, FaceAttributes, Trait
from app.domain.celebrities import Celebrity, KnownGender, PackContents, PackEntry
from app.domain.embedding import false_match_rate
from app.domain.errors import ImageError, InvalidParameter, ResourceNotFound
from app.domain.geometry import Pose
from app.services.celebrities import shapes
from app.services.celebrities.gallery import FALSE_SHARE, Gallery, bar, gallery_of
from app.services.celebrities.measured import Measured
from tests.fakes import FakeEngine, painted, person_color, shade, vector_of
from tests.unit.services.celebrities.bench import Bench, a_pack, with_vectors

SCENE = painted(
    [
        (shade(person_color(1), 2), (20, 20, 80)),
        (shade(person_color(0), -2), (200, 20, 60)),
        (person_color(7), (400, 20, 40)),
    ]
)


@pytest.fixture
def stars(bench: Bench, tmp_path: Path) -> Bench:
    bench.load(a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1}))
    return bench


def test_the_people_of_a_pack_and_strangers(stars: Bench) -> None:
    result = stars.service.recognize(SCENE)
    found = {each.celebrity.name: each for each in result.faces}
    assert set(found) == {"Ada", "Bea"}
    assert [each.index for each in result.unrecognized] == [2]
    assert (result.width, result.height, result.waiting) == (640, 480, ())
    for each in result.faces:
        expected = stars.engine.scale.similarity(each.cosine)
        assert each.match_confidence == pytest.approx(float(expected)) and each.match_confidence > 90
        assert each.packs == ("stars",)
    assert found["Bea"].index == 0 and found["Ada"].index == 1, "faces are large to small"


def test_without_a_pack_everybody_is_a_stranger(bench: Bench) -> None:
    result = bench.service.recognize(SCENE)
    assert result.faces == () and len(result.unrecognized) == 3


def test_a_picture_without_faces_and_one_that_is_none(stars: Bench, tmp_path: Path) -> None:
    result = stars.service.recognize(painted([]))
    assert (result.faces, result.unrecognized) == ((), ())
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    with pytest.raises(ImageError):
        stars.service.recognize(tmp_path / "x.jpg")


def test_disabled_removed_restored(stars: Bench) -> None:
    def names() -> set[str]:
        return {each.celebrity.name for each in stars.service.recognize(SCENE).faces}

    stars.service.set_enabled("stars", False)
    assert names() == set()
    assert stars.service.info("P0").name == "Ada", "it is loaded all the same"
    stars.service.set_enabled("stars", True)
    assert names() == {"Ada", "Bea"}
    token = stars.service.remove("stars")
    assert names() == set()
    with pytest.raises(ResourceNotFound):
        stars.service.info("P0")
    stars.service.restore(token)
    assert names() == {"Ada", "Bea"}


def test_another_process_is_seen(stars: Bench) -> None:
    other = stars.make()
    assert len(other.recognize(SCENE).faces) == 2
    stars.service.set_enabled("stars", False)
    assert len(other.recognize(SCENE).faces) == 0


def test_sixty_four_faces_at_most(stars: Bench) -> None:
    squares = [(person_color(50), (8 + 16 * (n % 30), 8 + 16 * (n // 30), 9)) for n in range(70)]
    result = stars.service.recognize(painted([*squares, (person_color(0), (520, 300, 100))], (640, 480)))
    assert len(result.faces) + len(result.unrecognized) == 64
    assert [each.celebrity.name for each in result.faces] == ["Ada"]


def test_the_threshold(stars: Bench) -> None:
    (ada,) = stars.service.recognize(painted([(shade(person_color(0), 12), (60, 60, 120))]), 0).faces
    assert 90 < ada.match_confidence < 99.9
    at = ada.match_confidence
    picture = painted([(shade(person_color(0), 12), (60, 60, 120))])
    assert stars.service.recognize(picture, at - 0.01).faces
    assert not stars.service.recognize(picture, min(at + 0.01, 100)).faces
    for wrong in (-1, 100.1):
        with pytest.raises(InvalidParameter):
            stars.service.recognize(picture, wrong)


def test_the_bar_rises_with_the_number_of_people() -> None:
    assert bar(0) == bar(1) == bar(10) == 80
    assert 89 < bar(100) < 91 and 98 < bar(10_000) < 100
    for people in (20, 300, 5000):
        assert false_match_rate(bar(people)) * people == pytest.approx(FALSE_SHARE, rel=0.05)


def test_the_same_person_in_two_packs(stars: Bench, tmp_path: Path) -> None:
    """By the same id they are one; by another id one name does not stand in its own way."""
    stars.load(a_pack(tmp_path / "same", {"Ada": 0}))
    (ada,) = [each for each in stars.service.recognize(SCENE).faces if each.celebrity.name == "Ada"]
    assert ada.packs == ("same", "stars")
    folder = with_vectors(tmp_path / "third", {"aDA": [0]}, stars.engine.contract.digest)
    text = (folder / "pack.json").read_text().replace('"P0"', '"X9"')
    (folder / "pack.json").write_text(text)
    stars.load(folder)
    assert "ada" in {each.celebrity.name.lower() for each in stars.service.recognize(SCENE).faces}


def test_one_who_is_like_two_people_is_nobody(stars: Bench, tmp_path: Path) -> None:
    folder = with_vectors(tmp_path / "twins", {"Twin": [1]}, stars.engine.contract.digest)
    (folder / "pack.json").write_text((folder / "pack.json").read_text().replace('"P0"', '"T1"'))
    stars.load(folder)
    assert {each.celebrity.name for each in stars.service.recognize(SCENE).faces} == {"Bea"}


def pack_of(identity: str, people: dict[str, str]) -> PackContents:
    entries = tuple(PackEntry(Celebrity(number, name)) for number, name in people.items())
    return PackContents(identity, identity, "1", "x", "", "", entries)


def test_a_person_is_the_mean_of_the_unit_vectors_of_all_packs() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(5, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    one = (pack_of("a", {"1": "Ada", "2": "Bo"}), Measured(rows[:3], np.array([0, 0, 1], np.int32), ()))
    two = (pack_of("b", {"3": "Cy", "1": "ada"}), Measured(rows[3:], np.array([1, 0], np.int32), ()))
    gallery = gallery_of([one, two], 8)
    assert [each.id for each in gallery.people] == ["1", "2", "3"]
    assert gallery.packs == (("a", "b"), ("a",), ("b",))
    mean = rows[[0, 1, 3]].astype(np.float64).sum(axis=0)
    assert np.allclose(gallery.vectors[0], mean / np.linalg.norm(mean), atol=1e-6)
    assert np.allclose(np.linalg.norm(gallery.vectors, axis=1), 1, atol=1e-6)


def test_opposite_vectors_make_no_person() -> None:
    rows = np.array([[1, 0], [-1, 0], [0, 1]], np.float32)
    gallery = gallery_of([(pack_of("a", {"1": "A", "2": "B"}), Measured(rows, np.array([0, 0, 1]), ()))], 2)
    assert [each.name for each in gallery.people] == ["B"]
    assert gallery_of([], 2).recognise(rows, FakeEngine().scale) == [None] * 3


def test_the_margin_to_the_next_person() -> None:
    scale = FakeEngine().scale
    close = np.array([[1, 0], [0.98, 0.2]], np.float32)
    close /= np.linalg.norm(close, axis=1, keepdims=True)
    people = (Celebrity("1", "A"), Celebrity("2", "B"))
    gallery = Gallery(people, (("x",), ("x",)), close, np.array([0, 1]))
    probe = close[:1]
    assert gallery.recognise(probe, scale, 80, margin=0.01)[0] is not None
    assert gallery.recognise(probe, scale, 80, margin=0.05) == [None]
    alias = replace(gallery, names=np.array([0, 0]))
    assert alias.recognise(probe, scale, 80, margin=0.05)[0] is not None


class PaintedLooks:
    def describe(self, pixels, faces):  # type: ignore[no-untyped-def]
        return [
            FaceAttributes(
                age=30,
                age_low=25,
                age_high=35,
                woman=0.9,
                traits={Trait.SMILE: 0.8},
                emotions={Emotion.HAPPY: 90.0, Emotion.CALM: 10.0},
                eye_direction=None,
                landmarks=np.zeros((30, 2), np.float32),
                pose=Pose(0, 0, 0),
            )
            for _ in faces
        ]


def test_as_rekognition_shows_it(stars: Bench) -> None:
    shape = shapes.recognized(stars.make(PaintedLooks()).recognize(SCENE))
    assert shape["OrientationCorrection"] == "ROTATE_0"
    first = shape["CelebrityFaces"][0]
    assert set(first) == {"Name", "Urls", "KnownGender", "Id", "Face", "MatchConfidence"}
    assert first["KnownGender"] == {"Type": "Unlisted"} and first["Id"] in ("P0", "P1")
    assert first["Face"]["Smile"] == {"Value": True, "Confidence": 80.0}
    assert [each["Type"] for each in first["Face"]["Emotions"]] == ["HAPPY", "CALM"]
    assert len(first["Face"]["Landmarks"]) == 5
    assert set(shape["UnrecognizedFaces"][0]) >= {"BoundingBox", "Confidence", "Pose", "Quality", "Landmarks"}
    plain = shapes.recognized(replace(stars.service.recognize(SCENE), turned=None))
    assert "OrientationCorrection" not in plain and "Smile" not in plain["CelebrityFaces"][0]["Face"]
    assert (
        "Emotions"
        not in shapes.recognized(stars.make(PaintedLooks()).recognize(SCENE, describe=False))[
            "CelebrityFaces"
        ][0]["Face"]
    )


def test_info(stars: Bench) -> None:
    assert stars.service.info("P1") == Celebrity("P1", "Bea", (), KnownGender.UNLISTED)
    assert shapes.celebrity(Celebrity("1", "A", ("a.example",), KnownGender.FEMALE)) == {
        "Name": "A",
        "Urls": ["a.example"],
        "KnownGender": {"Type": "Female"},
    }
    with pytest.raises(ResourceNotFound, match="No loaded pack has a celebrity with the id “nobody”"):
        stars.service.info("nobody")


def test_another_model_measures_the_packs_again(stars: Bench) -> None:
    """The pictures are at hand: the first question names what is being measured, the next is answered."""
    stars.engine.contract = replace(stars.engine.contract, model_id="another")
    (pack,) = stars.service.packs()
    assert not pack.measured and pack.recognisable == 0
    first = stars.service.recognize(SCENE)
    assert first.faces == () and first.waiting == ("Stars",)
    for view in stars.jobs.views():
        stars.ended(view)
    again = stars.service.recognize(SCENE)
    assert again.waiting == () and len(again.faces) == 2
    assert [view.title for view in stars.jobs.views()] == ["Load stars", "Measure Stars"]


def test_a_damaged_cache_is_made_again(stars: Bench) -> None:
    folder = stars.studio.library.folder / "packs" / "stars"
    (cache,) = folder.glob("faces-*.npz")
    cache.write_bytes(b"damaged")
    assert stars.make().recognize(SCENE).waiting == ("Stars",)
    assert vector_of(person_color(0)).shape == (128,)
    for view in stars.jobs.views():
        stars.ended(view)
    assert len(stars.make().recognize(SCENE).faces) == 2
