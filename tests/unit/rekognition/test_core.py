"""From a request's bytes to an answer's, and what is counted of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.records import Origin
from app.rekognition.core import Rekognition, Response
from app.rekognition.errors import ServiceError
from app.rekognition.found import note_found
from app.rekognition.model.table import service_table
from app.services.metrics.meter import Meter, Observation, Outcome, Running
from tests.unit.rekognition.model.requests import OPERATIONS, mutated, valid
from tests.unit.rekognition.model.test_model import as_json
from tests.unit.rekognition.operations.workbenches import Client

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    made = Client(tmp_path)
    made.CreateCollection(CollectionId="c")
    yield made
    made.close()


def asked(core: Rekognition, operation: str, body: Any, **options: Any) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return core.handle(f"RekognitionService.{operation}", content, **options)


def error_of(answer: Response) -> tuple[int, str]:
    told = json.loads(answer.body)
    assert set(told) == {"__type", "message"}
    assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    return answer.status, told["__type"]


def test_an_answer_is_json_with_an_id_of_its_own(client: Client) -> None:
    first, second = (asked(client.core, "DescribeCollection", {"CollectionId": "c"}) for _ in range(2))
    assert first.status == 200
    assert first.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert first.headers["x-amzn-RequestId"] != second.headers["x-amzn-RequestId"]
    told = json.loads(first.body)
    assert told["FaceCount"] == 0 and isinstance(told["CreationTimestamp"], float)
    listed = json.loads(asked(client.core, "ListCollections", {}).body)
    assert listed["CollectionIds"] == ["c"] and "NextToken" not in listed


def test_botocore_reads_answers_and_errors(client: Client) -> None:
    from botocore.parsers import create_parser

    from tests.unit.rekognition.shapes_of_botocore import service_model

    shape = service_model().operation_model("DescribeCollection").output_shape
    parser = create_parser("json")

    def read(answer: Response) -> Any:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return parser.parse(
            {"status_code": answer.status, "headers": headers, "body": answer.body, "context": {}}, shape
        )

    good = read(asked(client.core, "DescribeCollection", {"CollectionId": "c"}))
    assert good["FaceCount"] == 0 and good["CreationTimestamp"].year > 2000
    assert good["ResponseMetadata"]["RequestId"]
    bad = read(asked(client.core, "DescribeCollection", {"CollectionId": "d"}))
    assert bad["Error"] == {
        "Code": "ResourceNotFoundException",
        "Message": "There is no collection “d”.",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"5",
        b"{",
        b"{}{}",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"MaxResults": NaN}',
        b'{"MaxResults": -Infinity}',
        b'{"MaxResults": 1e999}',
        b'{"MaxResults": ' + b"9" * 10_000 + b"}",
        b'{"MaxResults": 1, "MaxResults": 2}',
        b'{"x": {"y": 1, "y": 2}}',
        b'{"NextToken": "\\ud800"}',
        b'{"NextToken": "\xed\xa0\x80"}',
        b'{"NextToken": "\xc3\x28"}',
        b'{"x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"x": ' * 100_000,
        b"\x00",
    ],
)
def test_bytes_that_are_no_request(client: Client, body: bytes) -> None:
    assert error_of(asked(client.core, "ListCollections", body)) == (400, "SerializationException")


@pytest.mark.parametrize(
    "target",
    ["", "ListCollections", "Rekognition.ListCollections", "RekognitionService.", "RekognitionService.Nope",
     "RekognitionService.listCollections", "RekognitionService.ListCollections ", "\ud800", "x" * 10**6],
)  # fmt: skip
def test_a_target_that_is_none(client: Client, target: str) -> None:
    answer = client.core.handle(target, b"{}")
    assert error_of(answer) == (400, "UnknownOperationException")
    assert len(answer.body) < 1000


def test_every_other_operation_of_the_service_is_named(client: Client) -> None:
    for operation in service_table().others:
        answer = asked(client.core, operation, {})
        assert error_of(answer) == (400, "NotImplementedException")
        assert operation in json.loads(answer.body)["message"]
        with pytest.raises(ServiceError, match=operation):
            client.core.call(operation, {})


def test_every_operation_of_the_table_is_answered(client: Client) -> None:
    for operation in service_table().operations:
        status, code = error_of(asked(client.core, operation, {"MaxResults": "x", "Image": 5, "Id": []}))
        assert status == 400 and code in ("SerializationException", "InvalidParameterException"), operation


def test_a_caller_who_may_not_is_told_before_the_request_is_checked(client: Client) -> None:
    seen: list[Any] = []

    def permit(operation: str, request: dict[str, Any]) -> None:
        seen.append((operation, request))
        raise ServiceError("AccessDeniedException", "No.", 400)

    answer = asked(client.core, "DeleteCollection", {"CollectionId": "a b", "x": 1}, permit=permit)
    assert error_of(answer) == (400, "AccessDeniedException")
    assert seen == [("DeleteCollection", {"CollectionId": "a b"})]
    assert client.ListCollections()["CollectionIds"] == ["c"]


@QUICK
@given(data=st.data())
def test_no_random_request_is_a_fault_of_ours(client: Client, data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    request = data.draw(st.one_of(valid(operation), mutated(operation)))
    try:
        body = json.dumps(as_json(request), ensure_ascii=data.draw(st.booleans())).encode(
            "utf-8", "surrogatepass"
        )
    except (TypeError, ValueError):
        return
    answer = asked(client.core, operation, body)
    assert answer.status in (200, 400), answer.body
    told = json.loads(answer.body)
    assert answer.status == 200 or set(told) == {"__type", "message"}


@QUICK
@given(body=st.binary(max_size=200))
def test_no_random_bytes_are_a_fault_of_ours(client: Client, body: bytes) -> None:
    assert asked(client.core, "ListCollections", body).status in (200, 400)


def test_a_fault_of_ours_says_nothing_of_the_machine(client: Client, caplog: Any) -> None:
    def broken(bench: Any, request: Any) -> Any:
        raise OSError("/home/anna/secret is broken")

    def strange(bench: Any, request: Any) -> Any:
        return {"StatusCode": "200", "Secret": "/home/anna"}

    for handler in (broken, strange):
        core = Rekognition(client.bench, Origin.ENDPOINT, {"DeleteCollection": handler})
        with caplog.at_level(logging.ERROR):
            answer = asked(core, "DeleteCollection", {"CollectionId": "c"})
        assert error_of(answer) == (500, "InternalServerError")
        assert b"anna" not in answer.body
        assert "DeleteCollection failed" in caplog.text
    assert "secret is broken" in caplog.text


def counted(client: Client) -> tuple[Rekognition, list[Observation]]:
    seen: list[Observation] = []
    return Rekognition(replace(client.bench, meter=Meter(seen.append)), Origin.ENDPOINT), seen


def test_each_request_is_counted_once(client: Client) -> None:
    core, seen = counted(client)
    asked(core, "ListCollections", {})
    asked(core, "DescribeCollection", {"CollectionId": "nowhere"})
    asked(core, "CreateCollection", {"CollectionId": ""})
    asked(core, "CreateCollection", b"{")
    asked(core, "CreateProject", {})
    asked(core, "Nonsense", {})
    core.call("ListCollections", {})
    assert [(each.operation, each.outcome, each.code) for each in seen] == [
        ("ListCollections", Outcome.SUCCESS, ""),
        ("DescribeCollection", Outcome.USER_ERROR, "ResourceNotFoundException"),
        ("CreateCollection", Outcome.USER_ERROR, "InvalidParameterException"),
        ("CreateCollection", Outcome.USER_ERROR, "SerializationException"),
        ("CreateProject", Outcome.USER_ERROR, "NotImplementedException"),
        ("ListCollections", Outcome.SUCCESS, ""),
    ]
    assert {each.origin for each in seen} == {Origin.ENDPOINT}


@pytest.mark.parametrize(
    ("answer", "faces", "labels"),
    [
        ({}, 0, 0),
        ({"FaceDetails": [{}, {}]}, 2, 0),
        ({"FaceRecords": [{}], "UnindexedFaces": [{}, {}]}, 3, 0),
        ({"CelebrityFaces": [{}], "UnrecognizedFaces": [{}]}, 2, 0),
        ({"SourceImageFace": {}, "FaceMatches": [{}], "UnmatchedFaces": [{}]}, 3, 0),
        ({"SearchedFaceBoundingBox": {}, "FaceMatches": [{}, {}]}, 1, 0),
        ({"SearchedFaceId": "x", "FaceMatches": [{}, {}]}, 0, 0),
        ({"SearchedFace": {"FaceDetail": {}}, "UnsearchedFaces": [{}]}, 2, 0),
        ({"SearchedFace": {"FaceId": "x"}, "UserMatches": [{}]}, 0, 0),
        ({"Labels": [{}, {}, {}]}, 0, 3),
        ({"ModerationLabels": [{}]}, 0, 1),
        ({"Faces": [{}], "Users": [{}]}, 0, 0),
        ({"FaceDetails": None}, 0, 0),
    ],
)
def test_what_was_found_is_counted(answer: dict[str, Any], faces: int, labels: int) -> None:
    running = Running(lambda observation: None, "DetectFaces", Origin.ENDPOINT)
    note_found(running, answer)
    assert (running.faces, running.labels) == (faces, labels)
