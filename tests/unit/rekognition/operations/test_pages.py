"""Pages of collections, faces and users, while all of that comes and goes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import person_color
from tests.unit.rekognition.operations.workbenches import Client

BAD = "InvalidPaginationTokenException"
MEMBERS = {"ListCollections": "CollectionIds", "ListFaces": "Faces", "ListUsers": "Users"}


@pytest.fixture
def faces(client: Client) -> list[str]:
    """Seven faces, users u0-u6 with a face each, in the first of seven collections."""
    for number in range(7):
        client.CreateCollection(CollectionId=f"c{number}")
    ids = client.index("c0", [(person_color(n), (10 + 100 * n, 10, 60)) for n in range(7)])
    for number, face in enumerate(ids):
        client.CreateUser(CollectionId="c0", UserId=f"u{number}")
        client.AssociateFaces(CollectionId="c0", UserId=f"u{number}", FaceIds=[face])
    return ids


def request_for(operation: str) -> dict[str, Any]:
    return {} if operation == "ListCollections" else {"CollectionId": "c0"}


def names(operation: str, answer: dict[str, Any]) -> list[str]:
    if operation == "ListCollections":
        assert len(answer["FaceModelVersions"]) == len(answer["CollectionIds"])
        return list(answer["CollectionIds"])
    key = "FaceId" if operation == "ListFaces" else "UserId"
    return [each[key] for each in answer[MEMBERS[operation]]]


def walk(
    client: Client, operation: str, size: int, between: Callable[[int], None] = lambda page: None
) -> list[str]:
    """Every name of every page; `between` is called after each with how many there were."""
    request, found, pages = request_for(operation) | {"MaxResults": size}, [], 0
    while True:
        answer = client.call(operation, request)
        found += names(operation, answer)
        pages += 1
        if "NextToken" not in answer:
            return found
        assert len(names(operation, answer)) == size, "a page that is not the last is full"
        request["NextToken"] = answer["NextToken"]
        between(pages)


@pytest.mark.parametrize("operation", MEMBERS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 500])
def test_the_pages_are_the_whole_list(client: Client, faces: list[str], operation: str, size: int) -> None:
    whole = names(operation, client.call(operation, request_for(operation)))
    assert len(whole) == 7
    assert walk(client, operation, size) == whole


@pytest.mark.parametrize("operation", ["ListCollections", "ListFaces"])
def test_no_results_at_all_counts_as_not_said(client: Client, faces: list[str], operation: str) -> None:
    answer = client.call(operation, request_for(operation) | {"MaxResults": 0})
    assert len(names(operation, answer)) == 7 and "NextToken" not in answer


def test_collections_come_and_go_between_the_pages(client: Client, faces: list[str]) -> None:
    def between(page: int) -> None:
        if page == 1:
            # One that was given out, the last that was, one that is to come, and a new one.
            for gone in ("c0", "c1", "c3"):
                client.DeleteCollection(CollectionId=gone)
            client.CreateCollection(CollectionId="new")
        elif page == 2:
            client.CreateCollection(CollectionId="c1")

    assert walk(client, "ListCollections", 2, between) == ["c0", "c1", "c2", "c4", "c5", "c6", "new", "c1"]


def test_faces_come_and_go_between_the_pages(client: Client, faces: list[str]) -> None:
    new: list[str] = []

    def between(page: int) -> None:
        if page == 1:
            for number in (0, 1, 3):
                client.DeleteUser(CollectionId="c0", UserId=f"u{number}")
            client.DeleteFaces(CollectionId="c0", FaceIds=[faces[0], faces[1], faces[3]])
            new.extend(client.index("c0", [(person_color(20), (10, 10, 60))]))
        elif page == 2:
            client.bench.history.undo_last()  # of the indexing
            client.bench.history.undo_last()  # of the deletion

    found = walk(client, "ListFaces", 2, between)
    assert found == [faces[0], faces[1], faces[2], faces[4], faces[5], faces[6]]
    assert new[0] not in found
    assert walk(client, "ListFaces", 2) == faces, "what was brought back stands where it stood"


def test_users_come_and_go_between_the_pages(client: Client, faces: list[str]) -> None:
    def between(page: int) -> None:
        if page == 1:
            for number in (0, 1, 3):
                client.DeleteUser(CollectionId="c0", UserId=f"u{number}")
            client.CreateUser(CollectionId="c0", UserId="u0")

    assert walk(client, "ListUsers", 2, between) == ["u0", "u1", "u2", "u4", "u5", "u6", "u0"]


@pytest.mark.parametrize("operation", MEMBERS)
def test_a_token_lives_through_a_restart(client: Client, faces: list[str], operation: str) -> None:
    whole = names(operation, client.call(operation, request_for(operation)))
    assert walk(client, operation, 3, lambda page: client.restart()) == whole


def test_a_token_is_short_however_much_was_asked_for(client: Client, faces: list[str]) -> None:
    ids = [*faces, *(f"00000000-0000-0000-0000-{number:012x}" for number in range(4096 - len(faces)))]
    first = client.ListFaces(CollectionId="c0", FaceIds=ids, MaxResults=5)
    assert len(first["NextToken"]) <= 255
    again = {"CollectionId": "c0", "MaxResults": 5, "NextToken": first["NextToken"]}
    rest = client.ListFaces(FaceIds=ids[::-1], **again)
    assert names("ListFaces", first) + names("ListFaces", rest) == faces, (
        "the order of the filter says nothing"
    )
    assert client.refused("ListFaces", FaceIds=ids[:-1], **again) == BAD


def test_a_token_is_of_one_listing_alone(client: Client, faces: list[str]) -> None:
    for number in range(2):
        client.CreateUser(CollectionId="c1", UserId=f"u{number}")
    two = {"CollectionId": "c0", "MaxResults": 2}
    of_faces = client.ListFaces(**two)["NextToken"]
    of_user = client.ListFaces(**two | {"FaceIds": faces})["NextToken"]
    of_users = client.ListUsers(**two)["NextToken"]
    of_collections = client.ListCollections(MaxResults=2)["NextToken"]
    for token in (of_user, of_users, of_collections):
        assert client.refused("ListFaces", **two, NextToken=token) == BAD
    for token in (of_faces, of_collections):
        assert client.refused("ListUsers", **two, NextToken=token) == BAD
    for token in (of_faces, of_users):
        assert client.refused("ListCollections", MaxResults=2, NextToken=token) == BAD
    elsewhere = {"CollectionId": "c1", "MaxResults": 1}
    assert client.refused("ListUsers", **elsewhere, NextToken=of_users) == BAD
    assert client.refused("ListFaces", **two, UserId="u0", NextToken=of_faces) == BAD
    assert client.ListFaces(CollectionId="c0", MaxResults=100, NextToken=of_faces)["Faces"], (
        "of any page size"
    )
    # The same name, another collection: its rows are others.
    client.DeleteCollection(CollectionId="c0")
    client.CreateCollection(CollectionId="c0")
    assert client.refused("ListFaces", **two, NextToken=of_faces) == BAD


def test_a_token_is_of_one_library_alone(client: Client, faces: list[str], tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Client(tmp_path / "elsewhere")
    for number in range(3):
        other.CreateCollection(CollectionId=f"c{number}")
        other.CreateUser(CollectionId="c0", UserId=f"u{number}")
    token = client.ListCollections(MaxResults=2)["NextToken"]
    assert other.refused("ListCollections", MaxResults=2, NextToken=token) == BAD
    for operation in ("ListUsers", "ListFaces"):
        token = client.call(operation, {"CollectionId": "c0", "MaxResults": 2})["NextToken"]
        assert other.refused(operation, CollectionId="c0", MaxResults=2, NextToken=token) == BAD
    other.close()


def test_no_altered_token_is_taken(client: Client, faces: list[str]) -> None:
    token = client.ListFaces(CollectionId="c0", MaxResults=2)["NextToken"]
    altered = {
        token[:place] + other + token[place + 1 :]
        for place in range(len(token))
        for other in "AB_-="
        if token[place] != other
    }
    raw = base64.urlsafe_b64decode(token)
    altered |= {
        base64.urlsafe_b64encode(each).decode() for each in (raw[:-1], raw + b"\0", b"\xff" + raw[1:])
    }
    for each in (
        *altered,
        token + "=",
        token + "====",
        " " + token,
        token[:-1],
        token.lower(),
        "A" * 255,
        "é",
    ):
        assert client.refused("ListFaces", CollectionId="c0", MaxResults=2, NextToken=each) == BAD, each
    gone = client.refused("ListFaces", CollectionId="nowhere", NextToken="x")
    assert gone == "ResourceNotFoundException", "the collection is looked up first"
