"""What looks wrong in a pack is told, and nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import Celebrity, PackEntry
from app.domain.embedding import SimilarityScale
from app.services.celebrities.doubts import same_people, unlike_pictures

SCALE = SimilarityScale((-1.0, 0.0, 0.4, 0.5, 1.0), (0.0, 20.0, 80.0, 99.0, 100.0))


def entries(*names: str) -> list[PackEntry]:
    return [PackEntry(Celebrity(str(number), name)) for number, name in enumerate(names)]


def looks(direction: int, count: int) -> NDArray[np.float32]:
    """Unit vectors near one axis."""
    rows = np.random.default_rng(direction).normal(scale=0.05, size=(count, 16))
    rows[:, direction] += 1
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_one_picture_of_several() -> None:
    vectors = np.concatenate((looks(0, 3), looks(5, 1), looks(1, 4)))
    people = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.int32)
    files = [f"{number}.jpg" for number in range(8)]
    told = unlike_pictures(entries("Ada", "Bea"), people, vectors, files, SCALE)
    assert told == ["Ada: 3.jpg seems to show someone else than the other pictures."]


def test_two_pictures_that_differ() -> None:
    vectors = np.concatenate((looks(0, 1), looks(1, 1), looks(2, 2), looks(3, 1)))
    people = np.array([0, 0, 1, 1, 2], np.int32)
    told = unlike_pictures(entries("Ada", "Bea", "Cas"), people, vectors, list("abcde"), SCALE)
    assert told == ["Ada: a and b seem to show different people."]


def test_one_face_under_two_names() -> None:
    vectors = np.concatenate((looks(0, 2), looks(0, 1), looks(1, 1), looks(1, 1), looks(2, 1)))
    people = np.array([0, 0, 4, 1, 3, 2], np.int32)
    told = same_people(entries("Ada", "Bea", "Cas", "BEA", "Dee"), people, vectors, SCALE)
    assert told == ["Ada and Dee look like one person: neither will be recognised."]


def test_many_people_at_once() -> None:
    random = np.random.default_rng(1)
    vectors = random.normal(size=(3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[2900] = vectors[7]
    names = [str(number) for number in range(3000)]
    told = same_people(entries(*names), np.arange(3000, dtype=np.int32), vectors, SCALE)
    assert told == ["7 and 2900 look like one person: neither will be recognised."]
