"""The same thing asked by several at once: what must be true afterwards, whoever was first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.rekognition.errors import ServiceError
from tests.fakes import person_color
from tests.unit.rekognition.operations.workbenches import Answer, Client

ANNA = person_color(0)


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer | str]:
    """What each answered, or the code of its error; they start together."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Answer]) -> Answer | str:
        barrier.wait()
        try:
            return call()
        except ServiceError as error:
            return error.code

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def codes(answers: Sequence[Answer | str]) -> Counter[str]:
    return Counter(answer if isinstance(answer, str) else "done" for answer in answers)


def grid(count: int) -> list[tuple[tuple[int, int, int], tuple[int, int, int]]]:
    return [(ANNA, (10 + 15 * (n % 60), 10 + 15 * (n // 60), 10)) for n in range(count)]


def owned(client: Client, user: str) -> set[str]:
    return {each["FaceId"] for each in client.ListFaces(CollectionId="c", UserId=user)["Faces"]}


def test_a_collection_is_made_by_one(client: Client) -> None:
    for number in range(5):
        answers = at_once([lambda n=number: client.CreateCollection(CollectionId=f"c{n}")] * 6)
        assert codes(answers) == {"done": 1, "ResourceAlreadyExistsException": 5}
    assert client.ListCollections()["CollectionIds"] == [f"c{number}" for number in range(5)]


def test_a_collection_is_deleted_by_one(client: Client) -> None:
    for _ in range(5):
        client.CreateCollection(CollectionId="c")
        answers = at_once([lambda: client.DeleteCollection(CollectionId="c")] * 4)
        assert codes(answers) == {"done": 1, "ResourceNotFoundException": 3}


def test_a_user_is_made_and_deleted_by_one(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    for _ in range(5):
        made = at_once([lambda: client.CreateUser(CollectionId="c", UserId="u")] * 4)
        assert codes(made) == {"done": 1, "ConflictException": 3}
        gone = at_once([lambda: client.DeleteUser(CollectionId="c", UserId="u")] * 4)
        assert codes(gone) == {"done": 1, "ResourceNotFoundException": 3}


def test_a_user_never_has_more_than_a_hundred_faces(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    faces = client.index("c", grid(160))
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:60])
    parts = [faces[60 + 20 * part : 80 + 20 * part] for part in range(5)]
    answers = at_once(
        [
            lambda part=part: client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=part)
            for part in parts
        ]
    )
    assert codes(answers) == {"done": 2, "ServiceQuotaExceededException": 3}
    assert len(owned(client, "u")) == 100
    # Not by the twenty at once: what is left is filled up to the last place.
    client.DisassociateFaces(CollectionId="c", UserId="u", FaceIds=sorted(owned(client, "u"))[:30])
    answers = at_once(
        [
            lambda part=part: client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=part)
            for part in parts
        ]
    )
    taken = [
        each["FaceId"] for answer in answers if isinstance(answer, dict) for each in answer["AssociatedFaces"]
    ]
    assert len(taken) == len(set(taken)) == 30
    assert len(owned(client, "u")) == 100


def test_a_second_program_over_the_same_library(client: Client) -> None:
    """Which has locks of its own: what holds both back is the database."""
    other = Client(client.folder, client.engine)
    try:
        made = at_once(
            [lambda one=one: one.CreateCollection(CollectionId="c") for one in (client, other)] * 2
        )
        assert codes(made) == {"done": 1, "ResourceAlreadyExistsException": 3}
        faces = client.index("c", grid(140))
        other.CreateUser(CollectionId="c", UserId="u")
        client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:60])
        answers = at_once(
            [
                lambda one=one, start=start: one.AssociateFaces(
                    CollectionId="c", UserId="u", FaceIds=faces[start : start + 20]
                )
                for one, start in ((client, 60), (other, 80), (client, 100), (other, 120))
            ]
        )
        assert codes(answers) == {"done": 2, "ServiceQuotaExceededException": 2}
        assert owned(client, "u") == owned(other, "u") and len(owned(other, "u")) == 100
        first = client.ListFaces(CollectionId="c", MaxResults=100)
        rest = other.ListFaces(CollectionId="c", NextToken=first["NextToken"])
        assert [each["FaceId"] for each in first["Faces"] + rest["Faces"]] == faces
        found = other.SearchUsers(CollectionId="c", FaceId=faces[139])["UserMatches"]
        client.DeleteUser(CollectionId="c", UserId="u")
        assert len(found) == 1 and not other.SearchUsers(CollectionId="c", FaceId=faces[139])["UserMatches"]
    finally:
        other.close()


def test_a_face_goes_to_one_user(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    faces = client.index("c", grid(40))
    users = ["a", "b", "d", "e"]
    for user in users:
        client.CreateUser(CollectionId="c", UserId=user)
    answers = at_once(
        [
            lambda user=user: client.AssociateFaces(CollectionId="c", UserId=user, FaceIds=faces)
            for user in users
        ]
    )
    assert codes(answers) == {"done": 4}
    taken: list[tuple[str, int]] = []
    for user, answer in zip(users, answers, strict=True):
        assert isinstance(answer, dict)
        reasons = {tuple(each["Reasons"]) for each in answer["UnsuccessfulFaceAssociations"]}
        assert reasons <= {("ASSOCIATED_TO_A_DIFFERENT_USER",)}
        taken.append((user, len(answer["AssociatedFaces"])))
        assert owned(client, user) == {each["FaceId"] for each in answer["AssociatedFaces"]}
    assert sorted(count for _, count in taken) == [0, 0, 0, 40]


def test_the_threshold_counts_for_whoever_comes_second(client: Client) -> None:
    """Both find the user without a face; one of them is too late for that."""
    client.CreateCollection(CollectionId="c")
    for number in range(6):
        squares = [(person_color(2 * number), (10, 10, 60)), (person_color(2 * number + 1), (200, 10, 60))]
        faces = client.index("c", squares)
        client.CreateUser(CollectionId="c", UserId=f"u{number}")
        calls = [
            lambda face=face, user=f"u{number}": client.AssociateFaces(
                CollectionId="c", UserId=user, FaceIds=[face]
            )
            for face in faces
        ]
        answers = at_once(calls)
        failures = [
            failure
            for answer in answers
            if isinstance(answer, dict)
            for failure in answer["UnsuccessfulFaceAssociations"]
        ]
        assert [failure["Reasons"] for failure in failures] == [["LOW_MATCH_CONFIDENCE"]]
        assert len(owned(client, f"u{number}")) == 1


def test_deleting_a_user_while_it_gets_faces(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    faces = client.index("c", grid(20))
    for _ in range(8):
        client.CreateUser(CollectionId="c", UserId="u")
        associate: list[Callable[[], Answer]] = [
            lambda part=part: client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=part)
            for part in (faces[:10], faces[10:])
        ]
        answers = at_once([*associate, lambda: client.DeleteUser(CollectionId="c", UserId="u")])
        assert codes(answers[:2]) <= Counter({"done": 2, "ResourceNotFoundException": 2})
        assert answers[2] == {}
        assert client.ListUsers(CollectionId="c")["Users"] == []
        listed = client.ListFaces(CollectionId="c")["Faces"]
        assert len(listed) == 20 and all("UserId" not in each for each in listed)


@pytest.mark.parametrize("made_again", [False, True])
@pytest.mark.parametrize(
    "operation", ["CreateUser", "DeleteUser", "AssociateFaces", "DisassociateFaces", "DeleteFaces"]
)
def test_a_collection_goes_while_an_act_waits_for_the_lock(
    client: Client, monkeypatch: pytest.MonkeyPatch, operation: str, made_again: bool
) -> None:
    client.CreateCollection(CollectionId="c")
    faces = client.index("c", grid(3))
    client.CreateUser(CollectionId="c", UserId="u")
    request: dict[str, Any] = {"CollectionId": "c"}
    if operation != "DeleteFaces":
        request["UserId"] = "v" if operation == "CreateUser" else "u"
    if operation.endswith("Faces"):
        request["FaceIds"] = faces
    database = client.bench.library.database
    act = database.act

    def after_the_deletion(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(database, "act", act)
        client.DeleteCollection(CollectionId="c")
        if made_again:
            client.CreateCollection(CollectionId="c")
            client.CreateUser(CollectionId="c", UserId="u")
        return act(*given, **named)

    monkeypatch.setattr(database, "act", after_the_deletion)
    assert client.refused(operation, **request) == "ResourceNotFoundException"


def test_deleting_a_collection_while_everything_goes_on(client: Client) -> None:
    client.CreateCollection(CollectionId="c")
    faces = client.index("c", grid(10))
    client.CreateUser(CollectionId="c", UserId="u")
    client.AssociateFaces(CollectionId="c", UserId="u", FaceIds=faces[:2])
    requests: list[tuple[str, dict[str, Any]]] = [
        ("SearchFaces", {"FaceId": faces[0]}),
        ("SearchUsers", {"FaceId": faces[5]}),
        ("SearchUsers", {"UserId": "u"}),
        ("ListFaces", {}),
        ("AssociateFaces", {"UserId": "u", "FaceIds": faces[2:4]}),
        ("DisassociateFaces", {"UserId": "u", "FaceIds": faces[:1]}),
        ("DeleteFaces", {"FaceIds": faces[8:]}),
        ("DescribeCollection", {}),
    ]
    calls: list[Callable[[], Answer]] = [
        lambda operation=operation, request=request: client.call(operation, {"CollectionId": "c"} | request)
        for operation, request in requests
    ]
    answers = at_once([*calls, lambda: client.DeleteCollection(CollectionId="c")])
    assert answers[-1] == {"StatusCode": 200}
    assert set(codes(answers)) <= {"done", "ResourceNotFoundException"}
    # Nothing was written after the deletion: it can be taken back.
    client.bench.history.undo_last()
    assert client.DescribeCollection(CollectionId="c")["FaceCount"] in (8, 10)
