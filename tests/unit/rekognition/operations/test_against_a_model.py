"""Random sequences of operations against a model of a few dictionaries: the answers and all that is there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.fakes import Color, FakeEngine, person_color, shade, vector_of
from tests.unit.rekognition.operations.workbenches import Client

COLLECTIONS, USERS = st.sampled_from(["a", "B"]), st.sampled_from(["u", "v", "w"])
# Three people, two looks each.
LOOKS: list[Color] = [shade(person_color(person), steps) for person in range(3) for steps in (0, 5)]
PICKS = st.lists(st.integers(0, 40), min_size=1, max_size=6)
THRESHOLDS = st.sampled_from([None, 0, 60, 75, 80, 99])
UNKNOWN = "00000000-0000-0000-0000-000000000000"
SCALE = FakeEngine().scale


@dataclass
class Album:
    """A collection: faces and users in order of creation, and whose each face is."""

    faces: dict[str, Color] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    owner: dict[str, str] = field(default_factory=dict)

    def of(self, user: str) -> list[str]:
        return [face for face in self.faces if self.owner.get(face) == user]

    def person(self, user: str) -> np.ndarray[Any, Any]:
        mean = np.sum([vector_of(self.faces[face]) for face in self.of(user)], axis=0)
        return mean / np.linalg.norm(mean)


def alike(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    return float(SCALE.similarity(float(one @ other)))


class Library(RuleBasedStateMachine):
    @initialize()
    def set_up(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.client = Client(Path(self.folder.name))
        self.albums: dict[str, Album] = {}
        self.gone: list[str] = [UNKNOWN]

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()
            self.folder.cleanup()

    def album(self, collection: str, operation: str, **request: Any) -> Album | None:
        """None where there is no such collection, which the operation was then asked and said."""
        if collection not in self.albums:
            code = self.client.refused(operation, CollectionId=collection, **request)
            assert code == "ResourceNotFoundException"
        return self.albums.get(collection)

    def picked(self, picks: list[int]) -> list[str]:
        """Faces of every collection, and some that are in none (any more)."""
        every = [face for album in self.albums.values() for face in album.faces] + self.gone
        return [every[pick % len(every)] for pick in picks]

    # Collections

    @rule(collection=COLLECTIONS)
    def create_collection(self, collection: str) -> None:
        if collection in self.albums:
            code = self.client.refused("CreateCollection", CollectionId=collection)
            assert code == "ResourceAlreadyExistsException"
            return
        assert self.client.CreateCollection(CollectionId=collection)["StatusCode"] == 200
        self.albums[collection] = Album()

    @rule(collection=COLLECTIONS, sure=st.integers(0, 3))
    def delete_collection(self, collection: str, sure: int) -> None:
        if sure == 0 and self.album(collection, "DeleteCollection") is not None:
            assert self.client.DeleteCollection(CollectionId=collection) == {"StatusCode": 200}
            self.gone += self.albums.pop(collection).faces

    @precondition(lambda self: bool(self.albums))
    @rule(pick=st.integers(0, 1), looks=st.lists(st.sampled_from(LOOKS), min_size=1, max_size=5))
    def index(self, pick: int, looks: list[Color]) -> None:
        collection = sorted(self.albums)[pick % len(self.albums)]
        squares = [(look, (10 + 100 * place, 10, 90 - 5 * place)) for place, look in enumerate(looks)]
        faces = self.client.index(collection, squares)
        self.albums[collection].faces.update(zip(faces, looks, strict=True))

    @rule(collection=COLLECTIONS, picks=PICKS)
    def delete_faces(self, collection: str, picks: list[int]) -> None:
        wanted = self.picked(picks)
        album = self.album(collection, "DeleteFaces", FaceIds=wanted)
        if album is None:
            return
        answer = self.client.DeleteFaces(CollectionId=collection, FaceIds=wanted)
        deleted, failed = [], []
        for face in dict.fromkeys(wanted):
            if face not in album.faces:
                failed.append({"FaceId": face, "Reasons": ["FACE_NOT_FOUND"]})
            elif face in album.owner:
                reasons = ["ASSOCIATED_TO_AN_EXISTING_USER"]
                failed.append({"FaceId": face, "UserId": album.owner[face], "Reasons": reasons})
            else:
                deleted.append(face)
        wanted_answer = {"DeletedFaces": deleted} if deleted else {}
        assert answer == {**wanted_answer, "UnsuccessfulFaceDeletions": failed}
        self.gone += deleted
        for face in deleted:
            del album.faces[face]

    # Users

    @rule(collection=COLLECTIONS, user=USERS)
    def create_user(self, collection: str, user: str) -> None:
        album = self.album(collection, "CreateUser", UserId=user)
        if album is None:
            return
        if user in album.users:
            code = self.client.refused("CreateUser", CollectionId=collection, UserId=user)
            assert code == "ConflictException"
            return
        assert self.client.CreateUser(CollectionId=collection, UserId=user) == {}
        album.users.append(user)

    @rule(collection=COLLECTIONS, user=USERS)
    def delete_user(self, collection: str, user: str) -> None:
        album = self.album(collection, "DeleteUser", UserId=user)
        if album is None or self.missing(album, collection, user, "DeleteUser"):
            return
        assert self.client.DeleteUser(CollectionId=collection, UserId=user) == {}
        album.users.remove(user)
        album.owner = {face: owner for face, owner in album.owner.items() if owner != user}

    def missing(self, album: Album, collection: str, user: str, operation: str, **request: Any) -> bool:
        if user in album.users:
            return False
        code = self.client.refused(operation, CollectionId=collection, UserId=user, **request)
        assert code == "ResourceNotFoundException"
        return True

    @rule(collection=COLLECTIONS, user=USERS, picks=PICKS, threshold=THRESHOLDS)
    def associate(self, collection: str, user: str, picks: list[int], threshold: float | None) -> None:
        wanted = self.picked(picks)
        album = self.album(collection, "AssociateFaces", UserId=user, FaceIds=wanted)
        if album is None or self.missing(album, collection, user, "AssociateFaces", FaceIds=wanted):
            return
        least = 75 if threshold is None else threshold
        person = album.person(user) if album.of(user) else None
        taken, failed = [], []
        for face in dict.fromkeys(wanted):
            owner = album.owner.get(face)
            if face not in album.faces:
                failed.append({"FaceId": face, "Reasons": ["FACE_NOT_FOUND"]})
            elif owner == user:
                continue
            elif owner is not None:
                reasons = ["ASSOCIATED_TO_A_DIFFERENT_USER"]
                failed.append({"FaceId": face, "UserId": owner, "Reasons": reasons})
            elif person is not None and alike(vector_of(album.faces[face]), person) < least:
                failed.append({"FaceId": face, "Reasons": ["LOW_MATCH_CONFIDENCE"]})
            else:
                taken.append(face)
        given = {} if threshold is None else {"UserMatchThreshold": threshold}
        answer = self.client.AssociateFaces(CollectionId=collection, UserId=user, FaceIds=wanted, **given)
        for failure in answer["UnsuccessfulFaceAssociations"]:
            if "Confidence" in failure:
                assert person is not None
                expected = alike(vector_of(album.faces[failure["FaceId"]]), person)
                assert abs(failure.pop("Confidence") - expected) < 0.01
        album.owner.update(dict.fromkeys(taken, user))
        assert answer == {
            "AssociatedFaces": [{"FaceId": face} for face in taken],
            "UnsuccessfulFaceAssociations": failed,
            "UserStatus": "ACTIVE" if album.of(user) else "CREATED",
        }

    @rule(collection=COLLECTIONS, user=USERS, picks=PICKS)
    def disassociate(self, collection: str, user: str, picks: list[int]) -> None:
        wanted = self.picked(picks)
        album = self.album(collection, "DisassociateFaces", UserId=user, FaceIds=wanted)
        if album is None or self.missing(album, collection, user, "DisassociateFaces", FaceIds=wanted):
            return
        freed, failed = [], []
        for face in dict.fromkeys(wanted):
            owner = album.owner.get(face)
            if face not in album.faces:
                failed.append({"FaceId": face, "Reasons": ["FACE_NOT_FOUND"]})
            elif owner == user:
                freed.append(face)
            elif owner is not None:
                reasons = ["ASSOCIATED_TO_A_DIFFERENT_USER"]
                failed.append({"FaceId": face, "UserId": owner, "Reasons": reasons})
        for face in freed:
            del album.owner[face]
        answer = self.client.DisassociateFaces(CollectionId=collection, UserId=user, FaceIds=wanted)
        assert answer == {
            "DisassociatedFaces": [{"FaceId": face} for face in freed],
            "UnsuccessfulFaceDisassociations": failed,
            "UserStatus": "ACTIVE" if album.of(user) else "CREATED",
        }

    # Searches

    @rule(collection=COLLECTIONS, pick=st.integers(0, 40), threshold=THRESHOLDS, most=st.integers(1, 6))
    def search_faces(self, collection: str, pick: int, threshold: float | None, most: int) -> None:
        (face,) = self.picked([pick])
        request = {"FaceId": face, "MaxFaces": most}
        album = self.album(collection, "SearchFaces", **request)
        if album is None or self.unknown(album, collection, face, "SearchFaces"):
            return
        given = {} if threshold is None else {"FaceMatchThreshold": threshold}
        answer = self.client.SearchFaces(CollectionId=collection, **request, **given)
        others = {other: vector_of(look) for other, look in album.faces.items() if other != face}
        found = [(each["Face"]["FaceId"], each["Similarity"]) for each in answer["FaceMatches"]]
        self.compare(
            found, vector_of(album.faces[face]), others, 80 if threshold is None else threshold, most
        )
        for each in answer["FaceMatches"]:
            assert each["Face"].get("UserId") == album.owner.get(each["Face"]["FaceId"])

    @rule(
        collection=COLLECTIONS,
        searched=st.one_of(USERS, st.integers(0, 40)),
        threshold=THRESHOLDS,
        most=st.integers(1, 4),
    )
    def search_users(self, collection: str, searched: str | int, threshold: float | None, most: int) -> None:
        if isinstance(searched, str):
            request: dict[str, Any] = {"UserId": searched}
        else:
            request = {"FaceId": self.picked([searched])[0]}
        album = self.album(collection, "SearchUsers", **request)
        if album is None:
            return
        people = {user: album.person(user) for user in album.users if album.of(user)}
        if isinstance(searched, str):
            if self.missing(album, collection, searched, "SearchUsers"):
                return
            query = people.pop(searched, None)
        elif self.unknown(album, collection, request["FaceId"], "SearchUsers"):
            return
        else:
            query = vector_of(album.faces[request["FaceId"]])
        given = {} if threshold is None else {"UserMatchThreshold": threshold}
        answer = self.client.SearchUsers(CollectionId=collection, MaxUsers=most, **request, **given)
        assert all(each["User"]["UserStatus"] == "ACTIVE" for each in answer["UserMatches"])
        found = [(each["User"]["UserId"], each["Similarity"]) for each in answer["UserMatches"]]
        if query is None:
            assert found == []
        else:
            self.compare(found, query, people, 80 if threshold is None else threshold, most)

    def unknown(self, album: Album, collection: str, face: str, operation: str) -> bool:
        if face in album.faces:
            return False
        code = self.client.refused(operation, CollectionId=collection, FaceId=face)
        assert code == "InvalidParameterException"
        return True

    def compare(
        self,
        found: list[tuple[str, float]],
        query: np.ndarray[Any, Any],
        others: dict[str, np.ndarray[Any, Any]],
        threshold: float,
        most: int,
    ) -> None:
        expected = {name: alike(query, vector) for name, vector in others.items()}
        enough = sorted((value for value in expected.values() if value >= threshold), reverse=True)[:most]
        assert np.allclose([value for _, value in found], enough, atol=0.01)
        assert all(abs(expected[name] - value) < 0.01 for name, value in found)
        assert len({name for name, _ in found}) == len(found)

    # What is there

    @rule()
    def restart(self) -> None:
        self.client.restart()

    @invariant()
    def everything_is_listed(self) -> None:
        if not hasattr(self, "client"):
            return
        listed = self.client.ListCollections()
        assert listed["CollectionIds"] == list(self.albums)
        for collection, album in self.albums.items():
            described = self.client.DescribeCollection(CollectionId=collection)
            assert (described["FaceCount"], described["UserCount"]) == (len(album.faces), len(album.users))
            assert self.pages("ListUsers", "Users", CollectionId=collection) == [
                {"UserId": user, "UserStatus": "ACTIVE" if album.of(user) else "CREATED"}
                for user in album.users
            ]
            faces = self.pages("ListFaces", "Faces", CollectionId=collection)
            assert [(each["FaceId"], each.get("UserId")) for each in faces] == [
                (face, album.owner.get(face)) for face in album.faces
            ]
            for user in album.users:
                own = self.pages("ListFaces", "Faces", CollectionId=collection, UserId=user)
                assert [each["FaceId"] for each in own] == album.of(user)

    def pages(self, operation: str, member: str, **request: Any) -> list[Any]:
        answer = self.client.call(operation, request | {"MaxResults": 3})
        found = list(answer[member])
        while "NextToken" in answer:
            more = {"MaxResults": 3, "NextToken": answer["NextToken"]}
            answer = self.client.call(operation, request | more)
            found += answer[member]
        return found


TestLibrary = Library.TestCase
TestLibrary.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
