"""SearchFacesByImage, SearchUsersByImage."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.embedding import EmbeddingContract
from app.inference.quality_filter import Bars, QualityBars, QualityFilter
from app.services.image_faces import look_at
from tests.fakes import FakeEmbedder, FakeFaceDescriber, FakePhotoDescriber, person_color, shade
from tests.unit.rekognition.operations.pictures import people, shot
from tests.unit.rekognition.operations.workbenches import Client

DEFAULT = {"BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"}


@pytest.fixture
def faces(client: Client) -> list[str]:
    """Persons 0 to 2 in c, 0 twice; the users ann, bob and cem have those of 0, 1 and 2."""
    client.CreateCollection(CollectionId="c")
    squares = [*people(90, 80, 70), (shade(person_color(0), 2), (500, 300, 60))]
    ids = client.index("c", squares, "album:1")
    for name, face_ids in (("ann", [ids[0], ids[3]]), ("bob", [ids[1]]), ("cem", [ids[2]])):
        client.CreateUser(CollectionId="c", UserId=name)
        client.AssociateFaces(CollectionId="c", UserId=name, FaceIds=face_ids)
    return ids


def of(*persons: tuple[int, int]) -> dict[str, bytes]:
    """A picture of (person, side)."""
    return shot([(person_color(n), (10 + 150 * at, 20, side)) for at, (n, side) in enumerate(persons)])


def width(box: dict[str, float]) -> int:
    return round(box["Width"] * 1024)


def test_the_largest_face_finds_its_likes(
    client: Client, faces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a search describes nobody")

    monkeypatch.setattr(FakeFaceDescriber, "views", fail)
    monkeypatch.setattr(FakePhotoDescriber, "describe", fail)
    answer = client.SearchFacesByImage(CollectionId="c", Image=of((1, 60), (0, 90)))
    assert width(answer["SearchedFaceBoundingBox"]) == 90
    assert answer["SearchedFaceConfidence"] == 99.0
    assert answer["FaceModelVersion"] == "fake-squares"
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [faces[0], faces[3]]
    assert [match["Face"]["UserId"] for match in answer["FaceMatches"]] == ["ann", "ann"]
    assert answer["FaceMatches"][0]["Face"]["ExternalImageId"] == "album:1"
    similarities = [match["Similarity"] for match in answer["FaceMatches"]]
    assert similarities[0] == 100.0 > similarities[1] >= 80


def test_threshold_and_count(client: Client, faces: list[str]) -> None:
    image = of((0, 90))

    def found(**more: Any) -> int:
        return len(client.SearchFacesByImage(CollectionId="c", Image=image, **more)["FaceMatches"])

    assert found(FaceMatchThreshold=100) == 1
    assert found(FaceMatchThreshold=0) == 4
    assert found(FaceMatchThreshold=0, MaxFaces=3) == 3
    assert found(MaxFaces=4096) == 2
    assert client.SearchFacesByImage(CollectionId="c", Image=of((7, 90)))["FaceMatches"] == []


def test_no_face_to_search_with_is_a_wrong_parameter(client: Client, faces: list[str]) -> None:
    for image in (shot([]), of((0, 34))):
        assert (
            client.refused("SearchFacesByImage", CollectionId="c", Image=image) == "InvalidParameterException"
        )
    for operation in ("SearchFacesByImage", "SearchUsersByImage"):
        code = client.refused(operation, CollectionId="nowhere", Image=of((0, 90)))
        assert code == "ResourceNotFoundException"


def filters(client: Client) -> None:
    client.engine.bars = QualityBars(
        {
            QualityFilter.AUTO: Bars(side=55),
            QualityFilter.LOW: Bars(side=55),
            QualityFilter.MEDIUM: Bars(side=65),
            QualityFilter.HIGH: Bars(side=75),
        }
    )


@pytest.mark.parametrize(
    ("quality", "sides"),
    [(None, [50]), ("NONE", [50]), ("AUTO", [60]), ("LOW", [60]), ("MEDIUM", [70]), ("HIGH", [80])],
)
def test_each_filter(client: Client, faces: list[str], quality: str | None, sides: list[int]) -> None:
    """A face of this side passes the filter, one of ten pixels less does not."""
    filters(client)
    request = {} if quality is None else {"QualityFilter": quality}
    (side,) = sides
    good, poor = of((0, side)), of((0, side - 10))
    assert client.SearchFacesByImage(CollectionId="c", Image=good, **request)["FaceMatches"]
    assert client.SearchUsersByImage(CollectionId="c", Image=good, **request)["SearchedFace"]
    if quality in (None, "NONE"):
        return
    code = client.refused("SearchFacesByImage", CollectionId="c", Image=poor, **request)
    assert code == "InvalidParameterException"
    nobody = client.SearchUsersByImage(CollectionId="c", Image=poor, **request)
    assert nobody["UserMatches"] == [] and "SearchedFace" not in nobody
    (left_out,) = nobody["UnsearchedFaces"]
    assert left_out["Reasons"] == ["SMALL_BOUNDING_BOX"]


@pytest.mark.parametrize("quality", [None, "AUTO"])
def test_users_by_the_largest_face(client: Client, faces: list[str], quality: str | None) -> None:
    filters(client)
    request = {} if quality is None else {"QualityFilter": quality}
    image = of((1, 60), (0, 90), (2, 50))
    answer = client.SearchUsersByImage(CollectionId="c", Image=image, **request)
    assert set(answer["SearchedFace"]["FaceDetail"]) == DEFAULT
    assert width(answer["SearchedFace"]["FaceDetail"]["BoundingBox"]) == 90
    (match,) = answer["UserMatches"]
    assert match["User"] == {"UserId": "ann", "UserStatus": "ACTIVE"}
    assert answer["FaceModelVersion"] == "fake-squares"
    others = [
        (width(each["FaceDetails"]["BoundingBox"]), each["Reasons"]) for each in answer["UnsearchedFaces"]
    ]
    small = ["FACE_NOT_LARGEST"] if quality is None else ["SMALL_BOUNDING_BOX"]
    assert others == [(60, ["FACE_NOT_LARGEST"]), (50, small)]


def test_without_a_filter_only_the_largest_face_is_measured(
    client: Client, faces: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    measure = client.engine.measure

    def counting(pixels: Any, landmarks: Any, contract: Any = None) -> Any:
        measured.append(len(landmarks))
        return measure(pixels, landmarks, contract)

    monkeypatch.setattr(client.engine, "measure", counting)
    image = of((1, 60), (0, 90), (2, 50))
    client.SearchUsersByImage(CollectionId="c", Image=image)
    client.SearchFacesByImage(CollectionId="c", Image=image)
    assert measured == [1, 1]
    client.SearchUsersByImage(CollectionId="c", Image=image, QualityFilter="LOW")
    assert measured == [1, 1, 3]


def test_nobody_in_the_picture_is_an_answer(client: Client, faces: list[str]) -> None:
    answer = client.SearchUsersByImage(CollectionId="c", Image=shot([]))
    assert answer["UserMatches"] == [] and answer["UnsearchedFaces"] == []
    assert "SearchedFace" not in answer


def test_users_by_threshold_and_count(client: Client, faces: list[str]) -> None:
    def found(**more: Any) -> list[str]:
        answer = client.SearchUsersByImage(CollectionId="c", Image=of((0, 90)), **more)
        return [match["User"]["UserId"] for match in answer["UserMatches"]]

    assert found() == ["ann"]
    assert set(found(UserMatchThreshold=0)) == {"ann", "bob", "cem"}
    assert found(UserMatchThreshold=0, MaxUsers=1) == ["ann"]
    client.CreateUser(CollectionId="c", UserId="new")
    assert "new" not in found(UserMatchThreshold=0), "a user without faces is like nobody"


def test_the_same_answer_as_the_window_has(client: Client, faces: list[str]) -> None:
    image = of((1, 60), (0, 90))
    seen = look_at(client.engine, image["Bytes"])
    window = client.bench.search.by_image(client.bench.collections.pk("c"), seen)
    answer = client.SearchFacesByImage(CollectionId="c", Image=image)
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [
        match.face_id for match in window.matches
    ]


def test_a_collection_of_a_model_that_is_not_installed(client: Client) -> None:
    contract = EmbeddingContract("gone", "1" * 64, 64, "square", "colour")
    own = FakeEmbedder(contract, client.engine.scale)
    client.engine.others.append(own)
    default = client.engine.contract
    client.bench.collections._contract = contract
    client.CreateCollection(CollectionId="c")
    client.bench.collections._contract = default
    assert client.SearchUsersByImage(CollectionId="c", Image=of((0, 90)))["FaceModelVersion"] == "gone"
    client.engine.others.clear()
    for operation in ("SearchFacesByImage", "SearchUsersByImage", "IndexFaces"):
        code = client.refused(operation, CollectionId="c", Image=of((0, 90)))
        assert code == "InvalidParameterException", operation
