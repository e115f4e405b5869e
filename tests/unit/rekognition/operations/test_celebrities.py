"""RecognizeCelebrities, GetCelebrityInfo."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.jobs import JobState
from tests.fakes import person_color
from tests.unit.rekognition.operations.pictures import people, shot
from tests.unit.rekognition.operations.workbenches import Client
from tests.unit.services.celebrities.bench import portrait, write_list

COMPARED = {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence", "Emotions", "Smile"}


@pytest.fixture
def pack(client: Client, tmp_path: Path) -> None:
    """Ada (person 0), of whom more is known, and Bea (person 1)."""
    folder = tmp_path / "stars"
    portrait(folder / "0.png", 0)
    portrait(folder / "1.png", 1)
    ada = {"urls": ["example.org/ada"], "known_gender": "Female", "pictures": ["0.png"]}
    write_list(
        folder, [{"id": "4XyZ", "name": "Ada", **ada}, {"id": "b2", "name": "Bea", "pictures": ["1.png"]}]
    )
    job = client.bench.jobs.wait(client.bench.celebrities.load(folder).id, 20)
    assert job is not None and job.state is JobState.DONE, job


@pytest.mark.usefixtures("pack")
def test_celebrities_and_others(client: Client) -> None:
    answer = client.RecognizeCelebrities(Image=shot(people(60, 100, 80, 50)))
    assert set(answer) == {"CelebrityFaces", "UnrecognizedFaces", "OrientationCorrection"}
    known = {face["Name"]: face for face in answer["CelebrityFaces"]}
    ada, bea = known["Ada"], known["Bea"]
    assert (ada["Id"], ada["Urls"], ada["KnownGender"]) == ("4XyZ", ["example.org/ada"], {"Type": "Female"})
    assert (bea["Urls"], bea["KnownGender"]) == ([], {"Type": "Unlisted"})
    assert ada["MatchConfidence"] >= 80
    assert round(ada["Face"]["BoundingBox"]["Width"] * 1024) == 60
    others = [round(face["BoundingBox"]["Width"] * 1024) for face in answer["UnrecognizedFaces"]]
    assert others == [80, 50]
    for face in (ada["Face"], bea["Face"], *answer["UnrecognizedFaces"]):
        assert set(face) == COMPARED and len(face["Landmarks"]) == 5
        assert face["Smile"] == {"Value": True, "Confidence": 75.0}
        assert face["Emotions"][0]["Type"] == "HAPPY"
    info = client.GetCelebrityInfo(Id=ada["Id"])
    assert info == {"Name": "Ada", "Urls": ["example.org/ada"], "KnownGender": {"Type": "Female"}}


def test_without_a_pack_nobody_is_known(client: Client) -> None:
    answer = client.RecognizeCelebrities(Image=shot(people(60)))
    assert answer["CelebrityFaces"] == [] and len(answer["UnrecognizedFaces"]) == 1
    assert client.RecognizeCelebrities(Image=shot(people(30)))["UnrecognizedFaces"] == []


@pytest.mark.usefixtures("pack")
def test_ids_that_nobody_has(client: Client) -> None:
    for celebrity in ("nobody", "4xyz", ""):
        assert client.refused("GetCelebrityInfo", Id=celebrity) == "ResourceNotFoundException"


def test_the_sixty_four_largest(client: Client) -> None:
    squares = [(person_color(n), (10 + n % 10 * 90, 10 + n // 10 * 90, 45 + n // 10)) for n in range(80)]
    faces = client.RecognizeCelebrities(Image=shot(squares, (1024, 1024)))["UnrecognizedFaces"]
    sides = [round(face["BoundingBox"]["Width"] * 1024) for face in faces]
    assert len(sides) == 64 and min(sides) == 46 and sides == sorted(sides, reverse=True)
