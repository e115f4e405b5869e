"""CreateUser, DeleteUser, ListUsers, AssociateFaces, DisassociateFaces."""

from __future__ import annotations

import pytest

from tests.fakes import person_color, shade
from tests.unit.rekognition.operations.workbenches import Client

UNKNOWN = "00000000-0000-0000-0000-000000000000"
ANNA, BERT = person_color(0), person_color(1)


@pytest.fixture
def faces(client: Client) -> list[str]:
    """Of one photo in the collection c: three of Anna, which look alike, then one of Bert."""
    client.CreateCollection(CollectionId="c")
    looks = [ANNA, shade(ANNA, 2), shade(ANNA, -2), BERT]
    return client.index("c", [(look, (10 + 100 * place, 10, 60)) for place, look in enumerate(looks)])


def statuses(client: Client) -> dict[str, str]:
    return {each["UserId"]: each["UserStatus"] for each in client.ListUsers(CollectionId="c")["Users"]}


def associated(answer: dict[str, object], *, removed: bool = False) -> list[str]:
    found = answer["DisassociatedFaces" if removed else "AssociatedFaces"]
    assert isinstance(found, list)
    return [each["FaceId"] for each in found]


def test_a_user_is_made_once_and_answered_with_nothing(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    client.CreateCollection(CollectionId="other")
    assert client.CreateUser(CollectionId="c", UserId="joyce:beatty_1.x-") == {}
    assert client.refused("CreateUser", CollectionId="c", UserId="joyce:beatty_1.x-") == "ConflictException"
    assert client.CreateUser(CollectionId="other", UserId="joyce:beatty_1.x-") == {}
    assert client.CreateUser(CollectionId="c", UserId="Joyce:beatty_1.x-") == {}
    assert client.ListUsers(CollectionId="c") == {
        "Users": [
            {"UserId": "joyce:beatty_1.x-", "UserStatus": "CREATED"},
            {"UserId": "Joyce:beatty_1.x-", "UserStatus": "CREATED"},
        ]
    }


def test_a_user_is_active_while_it_has_a_face(client: Client, faces: list[str]) -> None:
    for user in ("a", "b"):
        client.CreateUser(CollectionId="c", UserId=user)
    answer = client.AssociateFaces(CollectionId="c", UserId="b", FaceIds=faces[:2])
    assert answer == {
        "AssociatedFaces": [{"FaceId": faces[0]}, {"FaceId": faces[1]}],
        "UnsuccessfulFaceAssociations": [],
        "UserStatus": "ACTIVE",
    }
    assert statuses(client) == {"a": "CREATED", "b": "ACTIVE"}
    some = client.DisassociateFaces(CollectionId="c", UserId="b", FaceIds=faces[:1])
    assert some == {
        "DisassociatedFaces": [{"FaceId": faces[0]}],
        "UnsuccessfulFaceDisassociations": [],
        "UserStatus": "ACTIVE",
    }
    last = client.DisassociateFaces(CollectionId="c", UserId="b", FaceIds=faces[:2])
    assert (associated(last, removed=True), last["UserStatus"]) == ([faces[1]], "CREATED")
    assert statuses(client) == {"a": "CREATED", "b": "CREATED"}


def test_a_deleted_user_gives_its_faces_free(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:2])
    assert client.DeleteUser(CollectionId="c", UserId="u") == {}
    assert client.refused("DeleteUser", CollectionId="c", UserId="u") == "ResourceNotFoundException"
    assert client.ListUsers(CollectionId="c") == {"Users": []}
    assert all("UserId" not in each for each in client.ListFaces(CollectionId="c")["Faces"])
    client.CreateUser(CollectionId="c", UserId="u")
    assert statuses(client) == {"u": "CREATED"}
    assert client.DeleteFaces(CollectionId="c", FaceIds=faces)["DeletedFaces"] == faces


def test_the_threshold_counts_once_the_user_has_a_face(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="u")
    both = [faces[0], faces[3]]
    answer = client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=both, UserMatchThreshold=100)
    assert associated(answer) == both, "the first faces may be unlike each other"
    client.DisassociateFaces(CollectionId="c", UserId="u", FaceIds=[faces[3]])
    answer = client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=[faces[3], faces[1]])
    assert associated(answer) == [faces[1]]
    (failure,) = answer["UnsuccessfulFaceAssociations"]
    confidence = failure.pop("Confidence")
    assert failure == {"FaceId": faces[3], "Reasons": ["LOW_MATCH_CONFIDENCE"]} and confidence < 75
    answer = client.AssociateFaces(
        CollectionId="c", UserId="u", FaceIds=[faces[3]], UserMatchThreshold=confidence - 0.01
    )
    assert associated(answer) == [faces[3]]


def test_by_default_the_threshold_is_75(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:1])
    alike = client.SearchUsers(CollectionId="c", FaceId=faces[3], UserMatchThreshold=0)
    assert alike["UserMatches"][0]["Similarity"] < 75
    for threshold, taken in ((75, []), (None, []), (0, [faces[3]])):
        given = {} if threshold is None else {"UserMatchThreshold": threshold}
        answer = client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=[faces[3]], **given)
        assert associated(answer) == taken
    assert associated(client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=[faces[1]])) == [faces[1]]


def test_faces_are_named_that_cannot_be_associated(client: Client, faces: list[str]) -> None:
    for user in ("a", "b"):
        client.CreateUser(CollectionId="c", UserId=user)
    client.AssociateFaces(CollectionId="c", UserId="a", FaceIds=faces[:1])
    client.AssociateFaces(CollectionId="c", UserId="b", FaceIds=faces[1:2])
    asked = [UNKNOWN, faces[1], faces[0], faces[2], faces[0], faces[2]]
    answer = client.AssociateFaces(CollectionId="c", UserId="b", FaceIds=asked)
    assert answer == {
        "AssociatedFaces": [{"FaceId": faces[2]}],
        "UnsuccessfulFaceAssociations": [
            {"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]},
            {"FaceId": faces[0], "UserId": "a", "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]},
        ],
        "UserStatus": "ACTIVE",
    }, "a face that is the user's already is passed over, and each is spoken of once"


def test_faces_are_named_that_cannot_be_disassociated(client: Client, faces: list[str]) -> None:
    for user, face in (("a", faces[0]), ("b", faces[1])):
        client.CreateUser(CollectionId="c", UserId=user)
        client.AssociateFaces(CollectionId="c", UserId=user, FaceIds=[face])
    asked = [faces[1], UNKNOWN, faces[2], faces[0]]
    assert client.DisassociateFaces(CollectionId="c", UserId="a", FaceIds=asked) == {
        "DisassociatedFaces": [{"FaceId": faces[0]}],
        "UnsuccessfulFaceDisassociations": [
            {"FaceId": faces[1], "UserId": "b", "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]},
            {"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]},
        ],
        "UserStatus": "CREATED",
    }


def test_a_hundred_faces_and_no_more(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    squares = [(ANNA, (10 + 15 * (n % 60), 10 + 15 * (n // 60), 10)) for n in range(104)]
    faces = client.index("c", squares)
    client.CreateUser(CollectionId="c", UserId="u")
    client.CreateUser(CollectionId="c", UserId="v")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:98])
    client.AssociateFaces(CollectionId="c", UserId="v", FaceIds=faces[103:])
    answer = client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=[UNKNOWN, *faces[97:]])
    assert associated(answer) == faces[98:100]
    assert answer["UnsuccessfulFaceAssociations"] == [
        {"FaceId": UNKNOWN, "Reasons": ["FACE_NOT_FOUND"]},
        *({"FaceId": face, "Reasons": []} for face in faces[100:103]),
        {"FaceId": faces[103], "UserId": "v", "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]},
    ], "Rekognition has no reason for a user that is full"
    for face in (faces[0], faces[100], UNKNOWN):
        code = client.refused("AssociateFaces", CollectionId="c", UserId="u", FaceIds=[face])
        assert code == "ServiceQuotaExceededException"
    client.DisassociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:1])
    answer = client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[100:102])
    assert associated(answer) == [faces[100]]


@pytest.mark.parametrize("operation", ["DeleteUser", "AssociateFaces", "DisassociateFaces"])
def test_a_user_that_is_not_there_is_not_found(client: Client, operation: str) -> None:
    client.CreateCollection(CollectionId="c")
    client.CreateCollection(CollectionId="other")
    client.CreateUser(CollectionId="other", UserId="u")
    request = {"CollectionId": "c", "UserId": "u"} | (
        {} if operation == "DeleteUser" else {"FaceIds": [UNKNOWN]}
    )
    assert client.refused(operation, **request) == "ResourceNotFoundException"


def test_undo_brings_a_deleted_user_back(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:2])
    client.DeleteUser(CollectionId="c", UserId="u")
    client.bench.history.undo_last()
    assert statuses(client) == {"u": "ACTIVE"}
    found = client.ListFaces(CollectionId="c", UserId="u")["Faces"]
    assert [each["FaceId"] for each in found] == faces[:2]
    assert client.SearchUsers(CollectionId="c", FaceId=faces[2])["UserMatches"][0]["User"]["UserId"] == "u"
