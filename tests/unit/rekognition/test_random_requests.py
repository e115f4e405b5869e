"""Random requests for every operation, valid and bent: never a fault of ours, never an answer that Amazon's
clients do not know, and a library that is whole afterwards.

    RANDOM_REQUESTS=2000 pytest tests/unit/rekognition/test_random_requests.py    # examples an operation
"""

from __future__ import annotations

import base64
import copy
import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.records import Origin
from app.rekognition.core import Rekognition, Response
from app.rekognition.model.table import service_table
from app.services.metrics.meter import Meter, Observation, Outcome
from tests.unit.rekognition.random_world import PICTURES, World, requests, resolved
from tests.unit.rekognition.shapes_of_botocore import check, check_error, service_model

EXAMPLES = int(os.environ.get("RANDOM_REQUESTS", "15"))
OPERATIONS = sorted(service_table().operations)
TARGET = "RekognitionService."
RANDOM = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

# Where a request is bent: what is put in the place of one of its values.
BAD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=12),
    st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
    st.sampled_from(
        [
            "",
            " ",
            "\0",
            "\ud800",
            "\udfff",
            "a\n",
            "x" * 300,
            "x" * 70_000,
            "é",
            "名",
            "$(id)",
            "'; DROP TABLE faces",
            "../../etc/passwd",
            "AAA",
            "AA=A",
            "====",
            "QUJD\n",
            "QUI=QUI=",
            "-_-_",
            -1,
            0,
            1e308,
            -0.0,
            0.1 + 0.2,
            float("nan"),
            float("inf"),
            2**31,
            2**63,
            -(2**63) - 1,
            10**400,
            [[[[[[]]]]]],
            {"a": {"b": {"c": {}}}},
            {"": ""},
            ["00000000-0000-4000-8000-000000000000"] * 5000,
            [None] * 200,
            [{}] * 200,
            "NaN",
            "true",
            "100",
        ]
    ),
)

# What is done to a body's bytes.
WRECKED = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"",
            b"null",
            b"[]",
            b"0",
            b'"x"',
            b"true",
            b"{",
            b"}",
            b"{}{}",
            b"[" * 200_000,
            b'{"a":' * 100_000,
            b"{}\0",
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\0}\0",
            b'{"CollectionId":"\xff"}',
            b'{"CollectionId":"\xed\xa0\x80"}',
            b'{"CollectionId":"a","CollectionId":"album"}',
            b'{"MaxResults":NaN}',
            b'{"MaxResults":-Infinity}',
            b'{"MaxResults":1e999}',
            b'{"MaxResults":' + b"9" * 5000 + b"}",
            b'{"MaxResults":0x10}',
            b'{"a":"\x01"}',
            b'{"Image":{"Bytes":"' + b"A" * 7_000_000 + b'"}}',
            b"{'CollectionId':'a'}",
            b'{"CollectionId":"a",}',
            b'{"CollectionId":"album","FaceIds":[' + b'"",' * 100_000 + b'""]}',
        ]
    ),
)


@st.composite
def bent(draw: st.DrawFn, operation: str) -> Any:
    """A request that is good, with one to three values of it replaced, removed or added."""
    request = copy.deepcopy(draw(requests(operation)))
    for _ in range(draw(st.integers(1, 3))):
        places = [*_places(request), (request, "Extra")]
        holder, key = draw(st.sampled_from(places))
        if draw(st.booleans()) or key == "Extra":
            # A copy: what is drawn is one object for all examples, and may itself be bent next.
            holder[key] = copy.deepcopy(draw(BAD))
        else:
            del holder[key]
    return request


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(item, dict | list) and len(item) < 50:
            yield from _places(item)


def wire_form(request: Any, *, ascii_only: bool = True) -> bytes:
    return json.dumps(_plain(request), ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


class Judge:
    """Sends requests over the wire's own form, and holds what comes back against botocore's model."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: list[Observation] = []
        bench = replace(world.client.bench, meter=Meter(self.seen.append))
        self.core = Rekognition(bench, Origin.ENDPOINT)

    def ask(self, operation: str, body: bytes, target: str | None = None) -> tuple[int, dict[str, Any]]:
        answer = self.core.handle(target or TARGET + operation, body)
        told = self.read(answer)
        shown = f"{operation} {body[:2000]!r} -> {answer.body[:500]!r}"
        if answer.status == 200:
            self.check_answer(operation, told, shown)
        else:
            assert answer.status == 400, shown
            assert set(told) == {"__type", "message"} and told["message"], shown
            assert len(told["message"]) < 20_000, shown
            if told["__type"] != "SerializationException":
                check_error(operation, told["__type"])
        return answer.status, told

    @staticmethod
    def read(answer: Response) -> dict[str, Any]:
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
        told: dict[str, Any] = json.loads(answer.body, parse_constant=lambda name: pytest.fail(name))
        return told

    @staticmethod
    def check_answer(operation: str, told: dict[str, Any], shown: str) -> None:
        params = copy.deepcopy(told)
        if "CreationTimestamp" in params:
            params["CreationTimestamp"] = datetime.fromtimestamp(params["CreationTimestamp"], UTC)
        shape = service_model().operation_model(operation).output_shape
        problems = ParamValidator().validate(params, shape)
        assert not problems.has_errors(), f"{problems.generate_report()}\n{shown}"
        check(operation, params)

    def faults(self) -> list[Observation]:
        return [each for each in self.seen if each.outcome is Outcome.SERVER_ERROR]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        yield Judge(world)
        world.close()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_valid_requests(judge: Judge, operation: str) -> None:
    answered = 0

    @RANDOM
    @given(request=requests(operation))
    def sent(request: Any) -> None:
        nonlocal answered
        world = judge.world
        world.refresh()
        asked = resolved(request, world)
        status, told = judge.ask(operation, wire_form(asked))
        if status == 200:
            answered += 1
            world.learn(told)
            check_limits(operation, asked, told)
        else:
            # It is as the shapes have it: whatever is wrong with it, it is not that.
            assert told["__type"] != "SerializationException", (asked, told)

    sent()
    assert answered or EXAMPLES < 100, (
        f"no random {operation} was ever answered: the requests are not good enough"
    )
    check_library(judge)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bent_requests(judge: Judge, operation: str) -> None:
    @RANDOM
    @given(request=bent(operation), ascii_only=st.booleans())
    def sent(request: Any, ascii_only: bool) -> None:
        judge.world.refresh()
        body = wire_form(resolved(request, judge.world), ascii_only=ascii_only)
        _, told = judge.ask(operation, body)
        judge.world.learn(told)

    sent()
    check_library(judge)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_wrecked_bodies(judge: Judge, operation: str) -> None:
    @RANDOM
    @given(request=requests(operation), wreck=WRECKED, at=st.integers(0, 400), data=st.data())
    def sent(request: Any, wreck: bytes, at: int, data: st.DataObject) -> None:
        judge.world.refresh()
        body = wire_form(resolved(request, judge.world))
        how = data.draw(st.sampled_from(["instead", "cut", "put in", "twice"]))
        if how == "instead":
            body = wreck
        elif how == "cut":
            body = body[:at]
        elif how == "put in":
            body = body[:at] + wreck[:50] + body[at:]
        else:
            body = body[:-1] + b"," + body[1:]
        judge.ask(operation, body)

    sent()
    check_library(judge)


@settings(RANDOM, max_examples=max(EXAMPLES // 3, 1))
@given(
    batch=st.lists(
        st.one_of(*(st.tuples(st.just(name), requests(name)) for name in OPERATIONS)),
        min_size=16,
        max_size=40,
    )
)
def test_valid_requests_at_once(judge: Judge, batch: list[tuple[str, Any]]) -> None:
    judge.world.refresh()
    asked = [(name, wire_form(resolved(request, judge.world))) for name, request in batch]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: judge.ask(*each), asked))
    for _, told in answers:
        judge.world.learn(told)
    check_library(judge)


@RANDOM
@given(
    target=st.one_of(
        st.text(st.characters(), max_size=30),
        st.text(max_size=10).map(TARGET.__add__),
        st.sampled_from(
            [
                "",
                ".",
                TARGET,
                TARGET * 2,
                "rekognitionservice.ListFaces",
                TARGET + "listfaces",
                TARGET + "ListFaces ",
                TARGET + "ListFaces\0",
                TARGET + "__class__",
                "X" * 100_000,
                "Rekognition_20160627.ListFaces",
                "ListFaces",
                *(TARGET + name for name in sorted(service_table().others)[:5]),
            ]
        ),
    ),
    body=st.sampled_from([b"{}", b"", b"\xff", b"[" * 5000]),
)
def test_wrong_targets(judge: Judge, target: str, body: bytes) -> None:
    answer = judge.core.handle(target, body)
    told = judge.read(answer)
    assert answer.status == 400 and len(answer.body) < 2000
    assert told["__type"] in ("UnknownOperationException", "NotImplementedException"), target


def test_a_fault_would_be_seen(judge: Judge) -> None:
    """The judge itself: an answer that is none, and one that botocore's model does not have."""

    def broken(bench: Any, request: Any) -> Any:
        raise OSError

    other = Judge(judge.world)
    bench = replace(judge.world.client.bench, meter=Meter(other.seen.append))
    other.core = Rekognition(bench, Origin.ENDPOINT, {"ListCollections": broken})
    with pytest.raises(AssertionError):
        other.ask("ListCollections", b"{}")
    assert len(other.faults()) == 1
    for answer in ({"CollectionIds": [""]}, {"CollectionIds": [5]}, {"Extra": 1}):
        with pytest.raises(AssertionError):
            Judge.check_answer("ListCollections", answer, "")


def check_limits(operation: str, asked: dict[str, Any], told: dict[str, Any]) -> None:
    """What the shapes do not say: thresholds, numbers and order are those that were asked for."""
    for name, limit in (
        ("FaceMatches", "MaxFaces"),
        ("UserMatches", "MaxUsers"),
        ("FaceRecords", "MaxFaces"),
        ("Faces", "MaxResults"),
        ("Users", "MaxResults"),
        ("CollectionIds", "MaxResults"),
        ("Labels", "MaxLabels"),
    ):
        # 0 counts as not given.
        if name in told and asked.get(limit) and operation != "CompareFaces":
            assert len(told[name]) <= asked[limit], (operation, name)
    for name, limit in (
        ("FaceMatches", "SimilarityThreshold" if operation == "CompareFaces" else "FaceMatchThreshold"),
        ("UserMatches", "UserMatchThreshold"),
    ):
        likeness = [match["Similarity"] for match in told.get(name, ())]
        assert likeness == sorted(likeness, reverse=True)
        assert all(each >= asked.get(limit, 80) - 0.01 for each in likeness), (asked.get(limit), likeness)
    for name in ("Labels", "ModerationLabels"):
        assert all(each["Confidence"] >= asked.get("MinConfidence", 0) - 0.01 for each in told.get(name, ()))
    if operation == "SearchFaces":
        assert asked["FaceId"] not in [match["Face"]["FaceId"] for match in told["FaceMatches"]]
    ids = [face["FaceId"] for face in told.get("Faces", ())] if operation == "ListFaces" else []
    assert len(ids) == len(set(ids))


def check_library(judge: Judge) -> None:
    """The file is whole, and what is counted is what is listed."""
    assert judge.faults() == []
    client = judge.world.client
    with client.bench.library.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    for name in client.ListCollections()["CollectionIds"]:
        told = client.DescribeCollection(CollectionId=name)
        faces, users = all_of(client.ListFaces, "Faces", name), all_of(client.ListUsers, "Users", name)
        assert (told["FaceCount"], told["UserCount"]) == (len(faces), len(users))
        owners = {face["UserId"] for face in faces if "UserId" in face}
        assert owners <= {user["UserId"] for user in users}
        for user in users:
            assert (user["UserId"] in owners) == (user["UserStatus"] == "ACTIVE"), user


def all_of(listing: Any, member: str, collection_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {}
    while not found or "NextToken" in page:
        more = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
        page = listing(CollectionId=collection_id, MaxResults=100, **more)
        found += page[member]
        if not page[member]:
            break
    return found


def test_every_picture_is_sent_somewhere(judge: Judge) -> None:
    """By each way in, so that no kind of picture is left to chance."""
    for name, content in PICTURES.items():
        for image in ({"Bytes": content}, {"S3Object": {"Bucket": "pictures", "Name": name}}):
            judge.world.refresh()
            sent = {
                "DetectFaces": {"Image": image, "Attributes": ["ALL"]},
                "IndexFaces": {"CollectionId": "album", "Image": image, "QualityFilter": "NONE"},
                "CompareFaces": {"SourceImage": image, "TargetImage": image},
                "SearchFacesByImage": {"CollectionId": "album", "Image": image},
                "SearchUsersByImage": {"CollectionId": "album", "Image": image},
                "DetectLabels": {"Image": image, "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"]},
                "DetectModerationLabels": {"Image": image},
                "RecognizeCelebrities": {"Image": image},
            }
            for operation, request in sent.items():
                judge.ask(operation, wire_form(request))
    check_library(judge)
