"""What faces look like and photos show, with the real models on real photographs in a library."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap.workbench import open_workbench
from app.domain.attributes import LandmarkName, Trait
from app.domain.records import Origin
from app.jobs import JobState
from app.services import shapes
from app.services.workbench import Workbench
from app.settings.settings import Settings

PHOTOS = 40


@pytest.fixture(scope="module")
def portraits(shared_data: Path) -> dict[str, str]:
    """File name to gender."""
    with (shared_data / "congress" / "attributes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {Path(row["path"]).name: row["gender"] for row in rows[:PHOTOS]}


@pytest.fixture(scope="module")
def bench(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path, portraits: dict[str, str]
) -> Iterator[Workbench]:
    made = open_workbench(tmp_path_factory.mktemp("described"), Origin.WINDOW, Settings())
    pk = made.collections.create_named("Congress").id
    files = [shared_data / "congress" / "images" / name for name in portraits]
    made.ingest.run_to_end(made.ingest.index_paths(pk, files).id)
    job = made.describe.start(pk)
    assert job is not None
    ended = made.jobs.wait(job.id, 300)
    assert ended is not None and ended.state is JobState.DONE and (ended.done, ended.failed) == (PHOTOS, 0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def faces(bench: Workbench) -> dict[str, int]:
    """File name to the largest face."""
    (collection,) = bench.collections.list()
    listing = bench.photos.listing(collection.id).ids.tolist()
    cells = bench.photos.cells(collection.id, listing)
    return {cell.name: max(cell.faces, key=lambda face: face.box.area).face_pk for cell in cells.values()}


def test_men_and_women_are_told_apart_as_their_pictures_look(
    bench: Workbench, faces: dict[str, int], portraits: dict[str, str]
) -> None:
    right = [
        (bench.describe.face(face).woman >= 0.5) == (portraits[name] == "female")
        for name, face in faces.items()
    ]
    assert sum(right) >= 0.95 * PHOTOS


def test_ages_are_those_of_representatives(bench: Workbench, faces: dict[str, int]) -> None:
    ages = [bench.describe.face(face) for face in faces.values()]
    assert all(each.age_low <= each.age <= each.age_high for each in ages)
    # Nobody sits in either house under 25; the mean of the 116th to 118th was 58 to 59.
    assert min(each.age for each in ages) > 22
    assert 48 < sum(each.age for each in ages) / len(ages) < 66


def test_official_portraits_smile_with_open_eyes(bench: Workbench, faces: dict[str, int]) -> None:
    traits = [bench.describe.face(face).traits for face in faces.values()]
    assert sum(each[Trait.SMILE] >= 0.5 for each in traits) >= 0.75 * PHOTOS
    assert sum(each[Trait.EYES_OPEN] >= 0.5 for each in traits) >= 0.95 * PHOTOS
    assert sum(each[Trait.FACE_OCCLUDED] >= 0.5 for each in traits) <= 1
    assert sum(each[Trait.SUNGLASSES] >= 0.5 for each in traits) <= 1


def test_the_whole_answer_is_shaped_as_rekognition_does(bench: Workbench, faces: dict[str, int]) -> None:
    pk = next(iter(faces.values()))
    attributes = bench.describe.face(pk)
    detail = shapes.face_detail(bench.faces.views([pk])[0].face.detected, attributes)
    assert [mark["Type"] for mark in detail["Landmarks"]] == [name.value for name in LandmarkName]
    box = detail["BoundingBox"]
    inside = [
        box["Left"] - 0.1 * box["Width"] <= mark["X"] <= box["Left"] + 1.1 * box["Width"]
        for mark in detail["Landmarks"]
    ]
    assert all(inside)
    for trait in Trait:
        assert set(detail[trait.value]) == {"Value", "Confidence"}
        assert 50 <= detail[trait.value]["Confidence"] <= 100
    assert sum(emotion["Confidence"] for emotion in detail["Emotions"]) == pytest.approx(100, abs=1)
    assert bench.describe.mesh(pk).shape == (478, 2)


def test_photos_are_found_by_what_they_show(bench: Workbench) -> None:
    (collection,) = bench.collections.list()
    labels = dict(bench.describe.labels(collection.id))
    assert labels["Person"] == PHOTOS
    assert labels["Clothing"] >= PHOTOS / 2
    photo = bench.photos.listing(collection.id).ids.tolist()[0]
    assert bench.describe.photo(photo).colors
    assert not [
        label.name
        for pk in bench.photos.listing(collection.id).ids.tolist()
        for label in bench.describe.photo(pk).moderation
        if label.confidence >= 50
    ]
