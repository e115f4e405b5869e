"""Photos and faces found by what they look like and show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.domain.attributes import Emotion, Trait
from app.services.faces import FaceFilter
from app.services.photos import Gaze, Looks, PhotoFilter, Undescribed
from app.storage import tables
from tests.fakes import person_color
from tests.unit.services.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio.at(tmp_path)
    yield studio
    studio.library.close()


def describe(studio: Studio, face_pk: int, **values: object) -> None:
    """Attributes as if they were worked out; what is not named is a calm man of 40 facing the camera."""
    row: dict[str, object] = {
        "made_by": "test",
        "age": 40.0,
        "age_low": 35,
        "age_high": 46,
        "woman": 0.1,
        "smile": 0.1,
        "eyes_open": 0.9,
        "emotion": "CALM",
        "emotions": "{}",
        "roll": 0.0,
        "yaw": 0.0,
        "pitch": 0.0,
        "landmarks": np.zeros((30, 2), np.float32).tobytes(),
    }
    with studio.library.database.write() as connection:
        connection.execute(tables.face_attributes.insert().values(face_pk=face_pk, **row | values))


def label(studio: Studio, photo_pk: int, *names: str) -> None:
    with studio.library.database.write() as connection:
        connection.execute(
            tables.photo_descriptions.insert().values(
                photo_pk=photo_pk, made_by="test", labels="[]", moderation="[]", colors="[]"
            )
        )
        for name in names:
            connection.execute(
                tables.photo_labels.insert().values(photo_pk=photo_pk, name=name, confidence=90.0)
            )


@pytest.fixture
def filled(studio: Studio) -> tuple[Studio, int, list[int], list[int]]:
    """Two photos of two faces each, and one with none; the last face is not described."""
    pk = studio.collections.create_named("Archive").id
    first, (a, b) = studio.add_photo(pk, [(person_color(0), (40, 40, 80)), (person_color(1), (200, 40, 60))])
    second, (c, d) = studio.add_photo(pk, [(person_color(2), (40, 40, 80)), (person_color(3), (200, 40, 60))])
    third, _ = studio.add_photo(pk, [])
    describe(studio, a, smile=0.9, woman=0.95, age=30.0, emotion="HAPPY", gaze_yaw=-20.0, gaze_pitch=0.0)
    describe(studio, b, sunglasses=0.8, age=40.9, yaw=25.0)
    describe(studio, c, beard=0.6, smile=None, age=41.0, gaze_yaw=0.0, gaze_pitch=0.0)
    label(studio, first, "Dog", "Animal")
    label(studio, second, "Suit")
    return studio, pk, [first, second, third], [a, b, c, d]


def trait(trait: Trait, there: bool = True) -> Looks:
    return Looks(traits=frozenset({(trait, there)}))


@pytest.mark.parametrize(
    ("wanted", "faces", "photos"),
    [
        (trait(Trait.SMILE), [0], [0]),
        (trait(Trait.SMILE, False), [1], [0]),
        (trait(Trait.SUNGLASSES), [1], [0]),
        (trait(Trait.BEARD), [2], [1]),
        (trait(Trait.EYES_OPEN, False), [], []),
        (Looks(woman=True), [0], [0]),
        (Looks(woman=False), [1, 2], [0, 1]),
        (Looks(ages=(30, 40)), [0, 1], [0]),
        (Looks(emotion=Emotion.HAPPY), [0], [0]),
        (Looks(gaze=Gaze.LEFT), [0], [0]),
        (Looks(gaze=Gaze.RIGHT), [1], [0]),
        (Looks(gaze=Gaze.CAMERA), [2], [1]),
        (Looks(woman=True, emotion=Emotion.HAPPY, ages=(20, 35)), [0], [0]),
        # Both hold in the photo, but not of one face.
        (Looks(woman=True, traits=frozenset({(Trait.SUNGLASSES, True)})), [], []),
        (Looks(traits=frozenset({(Trait.BEARD, True)}), least=0.7), [], []),
    ],
)
def test_by_looks(filled, wanted: Looks, faces: list[int], photos: list[int]) -> None:
    studio, pk, photo_pks, face_pks = filled
    found = studio.faces.listing(pk, FaceFilter(looks=wanted)).ids.tolist()
    assert sorted(found) == [face_pks[index] for index in faces]
    found = studio.photos.listing(pk, PhotoFilter(looks=wanted)).ids.tolist()
    assert sorted(found) == [photo_pks[index] for index in photos]


def test_by_label_all_of_them(filled) -> None:
    studio, pk, (first, _, _), (_, _, c, d) = filled

    def found(*labels: str) -> list[int]:
        return studio.photos.listing(pk, PhotoFilter(labels=frozenset(labels))).ids.tolist()

    assert found("Dog") == [first]
    assert found("Dog", "Animal") == [first]
    assert found("Dog", "Suit") == []
    of_suits = studio.faces.listing(pk, FaceFilter(labels=frozenset({"Suit"}))).ids.tolist()
    assert sorted(of_suits) == [c, d]


def test_filters_compose(filled) -> None:
    studio, pk, (first, _, _), _ = filled
    wanted = PhotoFilter(labels=frozenset({"Dog"}), looks=Looks(woman=True), min_faces=2)
    assert studio.photos.listing(pk, wanted).ids.tolist() == [first]
    assert not len(
        studio.photos.listing(pk, PhotoFilter(labels=frozenset({"Suit"}), looks=Looks(woman=True))).ids
    )


def test_what_is_not_described_is_counted(filled) -> None:
    studio, pk, _, _ = filled
    assert studio.photos.undescribed(pk) == Undescribed(photos=1, faces=1)


def test_looks_that_ask_nothing_are_false() -> None:
    assert not Looks() and not Looks(least=0.9)
    assert Looks(woman=False)
