"""Collections, stored faces and users by the protocol's operations: real models on real photographs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.bootstrap.workbench import make_engine, open_workbench
from app.domain.records import Origin
from app.inference.engine import FaceEngine
from app.rekognition.core import Rekognition
from app.rekognition.errors import ServiceError
from app.services.workbench import Workbench
from app.settings.settings import Settings
from tests.unit.rekognition.shapes_of_botocore import check, check_error

PEOPLE = 12
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@dataclass
class Archive:
    """The collection "archive": `pairs` are the FaceIds of two portraits of each of PEOPLE people, `crowd`
    those of a group of strangers to them."""

    folder: Path
    engine: FaceEngine
    pairs: list[tuple[str, str]] = field(default_factory=list)
    crowd: list[str] = field(default_factory=list)
    bench: Workbench = field(init=False)
    core: Rekognition = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.bench = open_workbench(self.folder, Origin.ENDPOINT, Settings(workers=1), self.engine)
        self.core = Rekognition(self.bench, Origin.ENDPOINT)

    def restart(self) -> None:
        self.bench.close()
        self.open()

    @property
    def every(self) -> list[str]:
        return [face for pair in self.pairs for face in pair] + self.crowd

    def __call__(self, operation: str, **request: Any) -> dict[str, Any]:
        if operation != "ListCollections":
            request.setdefault("CollectionId", "archive")
        try:
            answer = self.core.call(operation, request)
        except ServiceError as error:
            check_error(operation, error.code)
            raise
        check(operation, answer)
        return {name: value for name, value in answer.items() if value is not None}

    def code(self, operation: str, **request: Any) -> str:
        with pytest.raises(ServiceError) as refusal:
            self(operation, **request)
        return refusal.value.code


@pytest.fixture(scope="module")
def shelf(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    engine = make_engine(Settings())
    made = Archive(tmp_path_factory.mktemp("operations") / "library", engine)
    made("CreateCollection", Tags={"of": "portraits"})
    congress = shared_data / "congress"
    with (congress / "pairs.csv").open(encoding="utf-8") as file:
        same = [row for row in csv.DictReader(file) if row["same"] == "1"]
    by_person = {Path(row["path_a"]).name.split("__")[0]: row for row in same}
    for number, row in enumerate(list(by_person.values())[:PEOPLE]):
        portraits = [
            made.bench.ingest.index_image("archive", congress / row[side], f"person:{number}")
            for side in ("path_a", "path_b")
        ]
        one, other = (portrait.faces[0].face_id for portrait in portraits)
        made.pairs.append((one, other))
    crowd = made.bench.ingest.index_image("archive", shared_data / "scenes" / "solvay1927.jpg")
    made.crowd = [face.face_id for face in crowd.faces]
    yield made
    made.bench.close()


@pytest.fixture
def archive(shelf: Archive) -> Iterator[Archive]:
    """With everything that a test did to it taken back afterwards."""
    yield shelf
    while shelf("ListUsers")["Users"] or len(shelf("ListFaces")["Faces"]) < len(shelf.every):
        assert shelf.bench.history.undo_last() is not None


def faces_of(answer: dict[str, Any]) -> list[str]:
    return [each["Face"]["FaceId"] for each in answer["FaceMatches"]]


def users_of(answer: dict[str, Any]) -> list[str]:
    return [each["User"]["UserId"] for each in answer["UserMatches"]]


def test_the_collection_tells_of_itself(archive: Archive) -> None:
    described = archive("DescribeCollection")
    assert described["FaceCount"] == len(archive.every) and described["UserCount"] == 0
    assert described["FaceModelVersion"] == archive.engine.contract.model_id
    listed = archive("ListCollections")
    assert listed == {"CollectionIds": ["archive"], "FaceModelVersions": [described["FaceModelVersion"]]}
    assert archive.code("CreateCollection") == "ResourceAlreadyExistsException"


def test_the_faces_are_listed_page_by_page_through_a_restart(archive: Archive) -> None:
    found: list[dict[str, Any]] = []
    answer = archive("ListFaces", MaxResults=10)
    found += answer["Faces"]
    while "NextToken" in answer:
        archive.restart()
        answer = archive("ListFaces", MaxResults=10, NextToken=answer["NextToken"])
        found += answer["Faces"]
    assert [each["FaceId"] for each in found] == archive.every
    assert [each.get("ExternalImageId") for each in found[:3]] == ["person:0", "person:0", "person:1"]
    assert len({each["ImageId"] for each in found}) == 2 * PEOPLE + 1
    assert all(each["Confidence"] > 50 and each["BoundingBox"]["Width"] > 0 for each in found)


def test_each_person_is_found_on_the_other_portrait(archive: Archive) -> None:
    first = 0
    for one, other in archive.pairs:
        answer = archive("SearchFaces", FaceId=one)
        assert one not in faces_of(answer)
        assert all(each["Similarity"] >= 80 for each in answer["FaceMatches"])
        first += faces_of(answer)[:1] == [other]
    assert first >= PEOPLE - 1
    every = archive("SearchFaces", FaceId=archive.pairs[0][0], FaceMatchThreshold=0)
    assert sorted(faces_of(every)) == sorted(set(archive.every) - {archive.pairs[0][0]})


def test_a_similarity_is_that_of_the_two_vectors(archive: Archive) -> None:
    one, other = archive.pairs[0]
    pk = archive.bench.collections.pk("archive")
    known = archive.bench.faces.by_face_ids("archive", [one, other])
    vectors = [archive.bench.search.vector_of(pk, known[face].id) for face in (one, other)]
    expected = archive.engine.embedder().scale.similarity(float(np.dot(*vectors)))
    (match,) = archive("SearchFaces", FaceId=one, MaxFaces=1)["FaceMatches"]
    assert match["Similarity"] == pytest.approx(float(expected), abs=0.01)


def test_people_are_named_and_found_again(archive: Archive) -> None:
    for number, (one, _) in enumerate(archive.pairs):
        assert archive("CreateUser", UserId=f"person:{number}") == {}
        taken = archive("AssociateFaces", UserId=f"person:{number}", FaceIds=[one])
        assert taken["AssociatedFaces"] == [{"FaceId": one}] and taken["UserStatus"] == "ACTIVE"
    archive("CreateUser", UserId="nobody")
    assert archive.code("CreateUser", UserId="nobody") == "ConflictException"
    archive.restart()
    for number, (one, other) in enumerate(archive.pairs):
        answer = archive("SearchUsers", FaceId=other)
        assert users_of(answer)[:1] == [f"person:{number}"] and answer["SearchedFace"] == {"FaceId": other}
        assert answer["UserMatches"][0]["User"]["UserStatus"] == "ACTIVE"
        matched = archive("SearchFaces", FaceId=other)["FaceMatches"][0]["Face"]
        assert (matched["FaceId"], matched["UserId"]) == (one, f"person:{number}")
    alike = archive("SearchUsers", UserId="person:0", UserMatchThreshold=0)
    assert set(users_of(alike)) == {f"person:{number}" for number in range(1, PEOPLE)}
    assert archive("SearchUsers", UserId="nobody")["UserMatches"] == []
    strangers = [archive("SearchUsers", FaceId=face)["UserMatches"] for face in archive.crowd]
    assert sum(bool(matches) for matches in strangers) <= 2, "1 in 1,000 pairs of strangers reaches 80"
    listed = archive("ListUsers", MaxResults=5)
    rest = archive("ListUsers", NextToken=listed["NextToken"])
    assert len(listed["Users"]) == 5 and len(rest["Users"]) == PEOPLE - 4


def test_an_association_asks_for_likeness(archive: Archive) -> None:
    (one, other), (stranger, _) = archive.pairs[:2]
    archive("CreateUser", UserId="u")
    archive("CreateUser", UserId="v")
    archive("AssociateFaces", UserId="v", FaceIds=[archive.crowd[0]])
    archive("AssociateFaces", UserId="u", FaceIds=[one])
    asked = [stranger, UNKNOWN, archive.crowd[0], one, other]
    answer = archive("AssociateFaces", UserId="u", FaceIds=asked)
    assert answer["AssociatedFaces"] == [{"FaceId": other}]
    low, unknown, taken = answer["UnsuccessfulFaceAssociations"]
    assert low["Reasons"] == ["LOW_MATCH_CONFIDENCE"] and 0 <= low["Confidence"] < 75
    assert unknown == {"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]}
    assert taken == {
        "FaceId": archive.crowd[0],
        "UserId": "v",
        "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"],
    }
    (confidence,) = [
        each["Similarity"]
        for each in archive("SearchUsers", FaceId=stranger, UserMatchThreshold=0)["UserMatches"]
        if each["User"]["UserId"] == "u"
    ]
    archive("DisassociateFaces", UserId="u", FaceIds=[other])
    again = archive("AssociateFaces", UserId="u", FaceIds=[stranger])["UnsuccessfulFaceAssociations"]
    assert again[0]["Confidence"] == pytest.approx(low["Confidence"], abs=0.01)
    assert low["Confidence"] != pytest.approx(confidence, abs=0.01), "the user was of two faces then"


def test_a_person_and_the_faces_go(archive: Archive) -> None:
    one, other = archive.pairs[0]
    archive("CreateUser", UserId="u")
    archive("AssociateFaces", UserId="u", FaceIds=[one])
    kept = archive("DeleteFaces", FaceIds=[one, other])
    assert kept["DeletedFaces"] == [other]
    assert [each["Reasons"] for each in kept["UnsuccessfulFaceDeletions"]] == [
        ["ASSOCIATED_TO_AN_EXISTING_USER"]
    ]
    assert archive("DeleteUser", UserId="u") == {}
    assert archive.code("SearchUsers", UserId="u") == "ResourceNotFoundException"
    assert archive("DeleteFaces", FaceIds=[one])["DeletedFaces"] == [one]
    for operation in ("SearchFaces", "SearchUsers"):
        assert archive.code(operation, FaceId=one) == "InvalidParameterException"
    assert archive("DescribeCollection")["FaceCount"] == len(archive.every) - 2


def test_a_collection_goes_and_comes_back(archive: Archive) -> None:
    archive("DeleteCollection")
    for operation, request in (("ListFaces", {}), ("SearchFaces", {"FaceId": archive.crowd[0]})):
        assert archive.code(operation, **request) == "ResourceNotFoundException"
    archive.bench.history.undo_last()
    assert len(archive("ListFaces")["Faces"]) == len(archive.every)
    assert faces_of(archive("SearchFaces", FaceId=archive.pairs[0][0]))[0] == archive.pairs[0][1]
