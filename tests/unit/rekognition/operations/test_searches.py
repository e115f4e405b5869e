"""SearchFaces and SearchUsers."""

from __future__ import annotations

import pytest

from app.rekognition.errors import ServiceError
from tests.fakes import person_color, shade
from tests.unit.rekognition.operations.workbenches import Client

UNKNOWN = "00000000-0000-0000-0000-000000000000"
ANNA, BERT, CARL = person_color(0), person_color(1), person_color(2)


@pytest.fixture
def faces(client: Client) -> list[str]:
    """In the collection c: Anna, three looks of her that are ever less like the first, Bert, Carl."""
    client.CreateCollection(CollectionId="c")
    looks = [ANNA, shade(ANNA, 1), shade(ANNA, 4), shade(ANNA, 7), BERT, CARL]
    return client.index("c", [(look, (10 + 100 * place, 10, 60)) for place, look in enumerate(looks)])


def found(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [each["Face"]["FaceId"] for each in answer["FaceMatches"]]


def people(answer: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [each["User"]["UserId"] for each in answer["UserMatches"]]


def test_the_most_similar_come_first_and_never_the_face_itself(client: Client, faces: list[str]) -> None:
    answer = client.SearchFaces(CollectionId="c", FaceId=faces[0], FaceMatchThreshold=0)
    assert found(answer)[:3] == faces[1:4] and set(found(answer)) == set(faces[1:])
    similarities = [each["Similarity"] for each in answer["FaceMatches"]]
    assert similarities == sorted(similarities, reverse=True)
    assert (answer["SearchedFaceId"], answer["FaceModelVersion"]) == (faces[0], "fake-squares")
    listed = {each["FaceId"]: each for each in client.ListFaces(CollectionId="c")["Faces"]}
    assert all(each["Face"] == listed[each["Face"]["FaceId"]] for each in answer["FaceMatches"])


def test_by_default_the_threshold_of_faces_is_80(client: Client, faces: list[str]) -> None:
    every = client.SearchFaces(CollectionId="c", FaceId=faces[0], FaceMatchThreshold=0)["FaceMatches"]
    enough = [each for each in every if each["Similarity"] >= 80]
    assert 0 < len(enough) < len(every)
    assert client.SearchFaces(CollectionId="c", FaceId=faces[0])["FaceMatches"] == enough
    least = enough[-1]["Similarity"]
    for threshold, count in ((least - 0.01, len(enough)), (least + 0.01, len(enough) - 1), (100, 0)):
        answer = client.SearchFaces(CollectionId="c", FaceId=faces[0], FaceMatchThreshold=threshold)
        assert len(answer["FaceMatches"]) == count


def test_at_most_so_many_faces(client: Client, faces: list[str]) -> None:
    for most in (1, 3, 5, 4096):
        answer = client.SearchFaces(CollectionId="c", FaceId=faces[0], MaxFaces=most, FaceMatchThreshold=0)
        assert len(answer["FaceMatches"]) == min(most, 5)
        assert found(answer)[0] == faces[1]


def test_without_a_number_all_that_match_are_found(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    squares = [(ANNA, (10 + 15 * (n % 60), 10 + 15 * (n // 60), 10)) for n in range(130)]
    faces = client.index("c", squares)
    assert set(found(client.SearchFaces(CollectionId="c", FaceId=faces[0]))) == set(faces[1:])


def test_a_match_names_whose_it_is(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="anna")
    client.AssociateFaces(CollectionId="c", UserId="anna", FaceIds=faces[1:2])
    answer = client.SearchFaces(CollectionId="c", FaceId=faces[0])
    assert [each["Face"].get("UserId") for each in answer["FaceMatches"]][:2] == ["anna", None]


def test_deleted_faces_are_found_no_more(client: Client, faces: list[str]) -> None:
    client.DeleteFaces(CollectionId="c", FaceIds=faces[1:2])
    assert faces[1] not in found(client.SearchFaces(CollectionId="c", FaceId=faces[0], FaceMatchThreshold=0))
    client.bench.history.undo_last()
    assert found(client.SearchFaces(CollectionId="c", FaceId=faces[0]))[0] == faces[1]


@pytest.mark.parametrize("operation", ["SearchFaces", "SearchUsers"])
def test_a_face_that_is_not_there_is_a_wrong_parameter(
    client: Client, faces: list[str], operation: str
) -> None:
    client.CreateCollection(CollectionId="other")
    client.DeleteFaces(CollectionId="c", FaceIds=faces[5:])
    for collection, face in (("c", UNKNOWN), ("c", faces[5]), ("other", faces[0])):
        with pytest.raises(ServiceError, match="faceId was not found in the collection") as refusal:
            client.call(operation, {"CollectionId": collection, "FaceId": face})
        assert refusal.value.code == "InvalidParameterException"
    missing = client.refused(operation, CollectionId="nowhere", FaceId=UNKNOWN)
    assert missing == "ResourceNotFoundException", "the collection is looked up first"


def test_users_are_searched_with_a_face(client: Client, faces: list[str]) -> None:
    for user, face in (("anna", faces[1]), ("bert", faces[4]), ("nobody", None)):
        client.CreateUser(CollectionId="c", UserId=user)
        if face is not None:
            client.AssociateFaces(CollectionId="c", UserId=user, FaceIds=[face])
    answer = client.SearchUsers(CollectionId="c", FaceId=faces[0])
    (match,) = answer["UserMatches"]
    assert match["User"] == {"UserId": "anna", "UserStatus": "ACTIVE"} and match["Similarity"] > 80
    assert answer["SearchedFace"] == {"FaceId": faces[0]}
    assert answer["FaceModelVersion"] == "fake-squares" and "SearchedUser" not in answer
    every = client.SearchUsers(CollectionId="c", FaceId=faces[0], UserMatchThreshold=0)
    assert people(every) == ["anna", "bert"], "a user without a face is like nobody"
    one = client.SearchUsers(CollectionId="c", FaceId=faces[0], UserMatchThreshold=0, MaxUsers=1)
    assert people(one) == ["anna"]
    own = client.SearchUsers(CollectionId="c", FaceId=faces[4])
    assert people(own) == ["bert"], "whose the face is already stands among the matches"
    assert client.SearchUsers(CollectionId="c", FaceId=faces[5])["UserMatches"] == []


def test_users_are_searched_with_a_user(client: Client, faces: list[str]) -> None:
    for user, some in (("anna", faces[:1]), ("twin", faces[1:2]), ("bert", faces[4:5]), ("nobody", [])):
        client.CreateUser(CollectionId="c", UserId=user)
        if some:
            client.AssociateFaces(CollectionId="c", UserId=user, FaceIds=some)
    answer = client.SearchUsers(CollectionId="c", UserId="anna")
    assert people(answer) == ["twin"], "never the user itself"
    assert answer["SearchedUser"] == {"UserId": "anna"}
    assert answer["FaceModelVersion"] == "fake-squares" and "SearchedFace" not in answer
    every = client.SearchUsers(CollectionId="c", UserId="anna", UserMatchThreshold=0)
    assert people(every) == ["twin", "bert"]
    assert client.SearchUsers(CollectionId="c", UserId="nobody", UserMatchThreshold=0) == {
        "UserMatches": [],
        "FaceModelVersion": "fake-squares",
        "SearchedUser": {"UserId": "nobody"},
    }
    missing = client.refused("SearchUsers", CollectionId="c", UserId="else")
    assert missing == "ResourceNotFoundException"
    client.DisassociateFaces(CollectionId="c", UserId="twin", FaceIds=faces[1:2])
    assert people(client.SearchUsers(CollectionId="c", UserId="anna")) == []


def test_users_are_searched_with_one_thing(client: Client, faces: list[str]) -> None:
    client.CreateUser(CollectionId="c", UserId="u")
    for given in ({}, {"FaceId": faces[0], "UserId": "u"}, {"FaceId": UNKNOWN, "UserId": "v"}):
        assert client.refused("SearchUsers", CollectionId="c", **given) == "InvalidParameterException"
        wrong = client.refused("SearchUsers", CollectionId="nowhere", **given)
        assert wrong == "InvalidParameterException", "what is wrong in any collection is said first"


def test_a_collection_of_a_model_that_is_gone(client: Client, faces: list[str]) -> None:
    for user in ("u", "v"):
        client.CreateUser(CollectionId="c", UserId=user)
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:1])
    gone = client.engine.contract
    client.engine.contract = type(gone)("another", "2" * 64, 128, "square", "colour")
    client.restart()
    for request in ({"FaceId": faces[0]}, {"UserId": "u"}):
        with pytest.raises(ServiceError, match="not installed") as refusal:
            client.SearchUsers(CollectionId="c", **request)
        assert refusal.value.code == "InvalidParameterException"
    assert client.refused("SearchFaces", CollectionId="c", FaceId=faces[0]) == "InvalidParameterException"
    more = {"CollectionId": "c", "FaceIds": faces[1:2]}
    assert client.refused("AssociateFaces", UserId="u", **more) == "ConflictException"
    assert client.AssociateFaces(UserId="v", **more)["UserStatus"] == "ACTIVE", "there is nothing to compare"
    assert client.DescribeCollection(CollectionId="c")["FaceModelVersion"] == "fake-squares"
    assert len(client.ListFaces(CollectionId="c")["Faces"]) == len(faces)
