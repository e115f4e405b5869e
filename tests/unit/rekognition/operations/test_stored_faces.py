"""ListFaces and DeleteFaces."""

from __future__ import annotations

import pytest

from tests.fakes import person_color
from tests.unit.rekognition.operations.workbenches import Client

UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def faces(client: Client) -> list[str]:
    """Four faces of one photo of the collection c; the user u has the first two."""
    client.CreateCollection(CollectionId="c")
    ids = client.index("c", [(person_color(n), (10 + 100 * n, 10, 90 - 10 * n)) for n in range(4)], "album:1")
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=ids[:2])
    return ids


def test_a_face_is_listed_with_all_that_rekognition_says_of_it(client: Client, faces: list[str]) -> None:
    answer = client.ListFaces(CollectionId="c")
    assert answer["FaceModelVersion"] == "fake-squares"
    assert "NextToken" not in answer
    assert [each["FaceId"] for each in answer["Faces"]] == faces
    first, last = answer["Faces"][0], answer["Faces"][-1]
    assert set(first) == {"FaceId", "BoundingBox", "ImageId", "ExternalImageId", "Confidence", "UserId"}
    assert first["UserId"] == "u" and first["ExternalImageId"] == "album:1"
    assert first["BoundingBox"] == {
        "Left": round(10 / 1024, 6),
        "Top": round(10 / 768, 6),
        "Width": round(90 / 1024, 6),
        "Height": round(90 / 768, 6),
    }
    assert "UserId" not in last, "nobody's face has no UserId"
    assert len({each["ImageId"] for each in answer["Faces"]}) == 1
    (other,) = client.index("c", [(person_color(9), (10, 10, 60))])
    (without,) = client.ListFaces(CollectionId="c", FaceIds=[other])["Faces"]
    assert "ExternalImageId" not in without and without["ImageId"] != first["ImageId"]


def test_a_listing_is_of_one_user_of_some_faces_or_of_both(client: Client, faces: list[str]) -> None:
    def listed(**filters: object) -> list[str]:
        return [each["FaceId"] for each in client.ListFaces(CollectionId="c", **filters)["Faces"]]

    assert listed(UserId="u") == faces[:2]
    backwards = [faces[3], UNKNOWN, faces[1], faces[3]]
    assert listed(FaceIds=backwards) == [faces[1], faces[3]], "as they were indexed, each once"
    assert listed(UserId="u", FaceIds=backwards) == [faces[1]]
    assert listed(FaceIds=[UNKNOWN]) == []
    assert client.refused("ListFaces", CollectionId="c", UserId="nobody") == "ResourceNotFoundException"


def test_faces_of_another_collection_are_not_listed_nor_deleted(client: Client, faces: list[str]) -> None:
    client.CreateCollection(CollectionId="other")
    (other,) = client.index("other", [(person_color(0), (10, 10, 60))])
    assert client.ListFaces(CollectionId="c", FaceIds=[other])["Faces"] == []
    answer = client.DeleteFaces(CollectionId="c", FaceIds=[other])
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": other, "Reasons": ["FACE_NOT_FOUND"]}]
    assert len(client.ListFaces(CollectionId="other")["Faces"]) == 1


def test_a_users_faces_are_not_deleted(client: Client, faces: list[str]) -> None:
    asked = [faces[3], faces[0], UNKNOWN, faces[3], faces[2]]
    assert client.DeleteFaces(CollectionId="c", FaceIds=asked) == {
        "DeletedFaces": [faces[3], faces[2]],
        "UnsuccessfulFaceDeletions": [
            {"FaceId": faces[0], "UserId": "u", "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]},
            {"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]},
        ],
    }
    assert [each["FaceId"] for each in client.ListFaces(CollectionId="c")["Faces"]] == faces[:2]
    client.DisassociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:1])
    assert client.DeleteFaces(CollectionId="c", FaceIds=faces[:1]) == {
        "DeletedFaces": faces[:1],
        "UnsuccessfulFaceDeletions": [],
    }


def test_what_was_not_deleted_leaves_no_trace_in_the_history(client: Client, faces: list[str]) -> None:
    before = client.bench.history.listing().tolist()
    assert client.DeleteFaces(CollectionId="c", FaceIds=[UNKNOWN]) == {
        "UnsuccessfulFaceDeletions": [{"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]}],
    }
    assert client.bench.history.listing().tolist() == before
