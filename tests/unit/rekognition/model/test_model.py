from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.rekognition.errors import ServiceError
from app.rekognition.model import ServiceModel
from app.rekognition.model.checks import _Checker
from app.rekognition.model.table import parsed
from tests.unit.rekognition.model.requests import OPERATIONS, mutated, valid

MODEL = ServiceModel()
FACE = "11111111-2222-3333-4444-555555555555"
LIMIT = 5_242_880
SLOW = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def refusal(operation: str, request: Any, *, wire: bool = False) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        MODEL.validate(operation, MODEL.decode(operation, request) if wire else request)
    assert caught.value.status == 400
    return caught.value


def as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


@SLOW
@given(st.data())
def test_a_random_valid_request_is_valid_and_stays_as_it_is(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    request = data.draw(valid(operation))
    assert MODEL.validate(operation, request) == request
    assert MODEL.decode(operation, json.loads(json.dumps(as_json(request)))) == request


@SLOW
@given(st.data())
def test_a_changed_request_is_valid_or_the_callers_mistake(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    request = data.draw(mutated(operation))
    try:
        read = MODEL.validate(operation, request)
    except ServiceError as error:
        assert error.status == 400
        assert error.code in (
            "SerializationException",
            "InvalidParameterException",
            "ImageTooLargeException",
        )
        assert len(error.message) < 10_000
        error.message.encode()
    else:
        # What came through is what botocore's own validator lets through.
        from botocore.validate import ParamValidator

        from tests.unit.rekognition.shapes_of_botocore import service_model

        shape = service_model().operation_model(operation).input_shape
        report = ParamValidator().validate(read, shape)
        assert not report.has_errors(), report.generate_report()


@pytest.mark.parametrize(
    ("operation", "request_", "told"),
    [
        (
            "CreateCollection",
            {},
            "1 validation error detected: Value null at 'collectionId' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "CreateCollection",
            {"CollectionId": "a b"},
            "1 validation error detected: Value 'a b' at 'collectionId' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+",
        ),
        (
            "CreateCollection",
            {"CollectionId": ""},
            "2 validation errors detected: Value '' at 'collectionId' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1; Value '' at 'collectionId' failed to "
            r"satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+",
        ),
        (
            "ListCollections",
            {"MaxResults": 4097},
            "1 validation error detected: Value '4097' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 4096",
        ),
        (
            "ListCollections",
            {"MaxResults": -1},
            "1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: "
            "Member must have value greater than or equal to 0",
        ),
        (
            "CompareFaces",
            {"SourceImage": {}, "TargetImage": {}, "SimilarityThreshold": 100.5},
            "1 validation error detected: Value '100.5' at 'similarityThreshold' failed to satisfy "
            "constraint: Member must have value less than or equal to 100",
        ),
        (
            "CompareFaces",
            {"SourceImage": {}, "TargetImage": {}, "QualityFilter": "none"},
            "1 validation error detected: Value 'none' at 'qualityFilter' failed to satisfy constraint: "
            "Member must satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]",
        ),
        (
            "DeleteFaces",
            {"CollectionId": "c", "FaceIds": []},
            "1 validation error detected: Value '[]' at 'faceIds' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "DeleteFaces",
            {"CollectionId": "c", "FaceIds": ["one", "two"]},
            "1 validation error detected: Value '[one, two]' at 'faceIds' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must satisfy regular expression pattern: "
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}]",
        ),
        (
            "DeleteFaces",
            {"CollectionId": "c", "FaceIds": [FACE, None]},
            "1 validation error detected: Value null at 'faceIds.2.member' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "DetectFaces",
            {"Image": {"S3Object": {"Bucket": "b!", "Name": "n"}}},
            "2 validation errors detected: Value 'b!' at 'image.s3Object.bucket' failed to satisfy "
            "constraint: Member must have length greater than or equal to 3; Value 'b!' at "
            "'image.s3Object.bucket' failed to satisfy constraint: Member must satisfy regular expression "
            r"pattern: [0-9A-Za-z\.\-_]*",
        ),
        (
            "CreateCollection",
            {"CollectionId": "c", "Tags": {"aws:x": "y"}},
            "1 validation error detected: Value '{aws:x=y}' at 'tags' failed to satisfy constraint: Map keys "
            r"must satisfy constraint: [Member must satisfy regular expression pattern: "
            r"^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$]",
        ),
    ],
)
def test_the_words_are_the_services(operation: str, request_: dict[str, Any], told: str) -> None:
    error = refusal(operation, request_)
    assert error.code == "InvalidParameterException"
    assert error.message == told


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ListCollections", {"MaxResults": True}),
        ("ListCollections", {"MaxResults": "5"}),
        ("ListCollections", {"MaxResults": 5.5}),
        ("ListCollections", {"MaxResults": float("nan")}),
        ("ListCollections", {"MaxResults": 2**31}),
        ("ListCollections", {"MaxResults": [5]}),
        ("ListCollections", {"NextToken": 5}),
        ("ListCollections", {"NextToken": "\ud800"}),
        ("ListCollections", []),
        ("ListCollections", None),
        ("CreateCollection", {"CollectionId": b"friends"}),
        ("CreateCollection", {"CollectionId": {}}),
        ("CreateCollection", {"CollectionId": "c", "Tags": []}),
        ("CreateCollection", {"CollectionId": "c", "Tags": {5: "x"}}),
        ("SearchFaces", {"CollectionId": "c", "FaceId": FACE, "FaceMatchThreshold": float("inf")}),
        ("SearchFaces", {"CollectionId": "c", "FaceId": FACE, "FaceMatchThreshold": 10**400}),
        ("SearchFaces", {"CollectionId": "c", "FaceId": FACE, "FaceMatchThreshold": False}),
        ("DeleteFaces", {"CollectionId": "c", "FaceIds": FACE}),
        ("DetectFaces", {"Image": "photo.jpg"}),
        ("DetectFaces", {"Image": {"Bytes": "text"}}),
        ("DetectLabels", {"Image": {}, "MaxLabels": 10**12}),
    ],
)
def test_another_type_is_no_request(operation: str, request_: Any) -> None:
    assert refusal(operation, request_).code == "SerializationException"


@pytest.mark.parametrize("text", ["not base64!", "QUJD*", "QQ", "\ud800", "QUJD\n====", "é"])
def test_blobs_come_as_base64(text: str) -> None:
    error = refusal("DetectFaces", {"Image": {"Bytes": text}}, wire=True)
    assert error.code == "SerializationException" and "image.bytes" in error.message
    assert MODEL.decode("DetectFaces", {"Image": {"Bytes": "QUJD"}}) == {"Image": {"Bytes": b"ABC"}}


def test_what_is_not_known_and_what_is_null_is_passed_over() -> None:
    request = {"CollectionId": "c", "Tags": None, "Colour": {"deep": [1]}}
    assert MODEL.decode("CreateCollection", request) == {"CollectionId": "c"}
    assert MODEL.validate("CreateCollection", request) == {"CollectionId": "c"}


def test_whole_numbers_may_come_as_floats() -> None:
    read = MODEL.validate("ListCollections", {"MaxResults": 5.0})
    assert read == {"MaxResults": 5} and type(read["MaxResults"]) is int


def test_an_image_of_more_than_five_megabytes() -> None:
    assert MODEL.validate("DetectFaces", {"Image": {"Bytes": bytes(LIMIT)}})
    error = refusal("DetectFaces", {"Image": {"Bytes": bytes(LIMIT + 1)}})
    assert error.code == "ImageTooLargeException"
    assert "5,242,881" in error.message and len(error.message) < 200
    empty = refusal("DetectFaces", {"Image": {"Bytes": b""}})
    assert empty.code == "InvalidParameterException" and "<0 bytes>" in empty.message


def test_a_long_value_is_not_repeated() -> None:
    assert len(refusal("CreateCollection", {"CollectionId": "é" * 10**6}).message) < 300
    assert len(refusal("DeleteFaces", {"CollectionId": "c", "FaceIds": ["x" * 10**4] * 4097}).message) < 600
    assert len(refusal("DetectFaces", {"Image": {}, "Attributes": ["x"] * 10**5}).message) < 400
    assert len(refusal("DeleteFaces", {"CollectionId": "c", "FaceIds": [None] * 10**6}).message) < 3000
    assert "\x1b" not in refusal("CreateCollection", {"CollectionId": "\x1b[2J"}).message


def test_answers_are_written_as_json() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    written = MODEL.encode(
        "DescribeCollection", {"FaceCount": 3, "CreationTimestamp": moment, "FaceModelVersion": None}
    )
    assert written == {"FaceCount": 3, "CreationTimestamp": round(moment.timestamp(), 3)}
    elsewhere = moment.astimezone(timezone(timedelta(hours=5)))
    assert MODEL.encode("DescribeCollection", {"CreationTimestamp": elsewhere}) == {
        "CreationTimestamp": round(moment.timestamp(), 3)
    }
    json.dumps(written, allow_nan=False)


def test_blobs_and_times_of_another_service() -> None:
    facts = {
        "version": "1",
        "target": "T",
        "others": [],
        "operations": {"Do": {"input": "S", "output": "S", "errors": []}},
        "shapes": {
            "S": {"type": "structure", "members": {"B": "B", "T": "T", "M": "M"}},
            "B": {"type": "blob"},
            "T": {"type": "timestamp"},
            "M": {"type": "map", "key": "K", "value": "B"},
            "K": {"type": "string"},
        },
    }
    model = ServiceModel(parsed(facts))
    value = {"B": b"ABC", "T": datetime(2026, 1, 1, tzinfo=UTC), "M": {"k": b""}}
    written = model.encode("Do", value)
    assert written["B"] == "QUJD" and written["M"] == {"k": ""}
    assert model.decode("Do", written) == value
    assert model.validate("Do", value) == value
    for wrong in (1e300, -1e300, "now"):
        with pytest.raises(ServiceError):
            model.decode("Do", {"T": wrong})


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("CreateCollection", {"Status": 200}),
        ("CreateCollection", {"StatusCode": 200.0}),
        ("CreateCollection", {"StatusCode": True}),
        ("CreateCollection", []),
        ("DescribeCollection", {"CreationTimestamp": "2026-01-01"}),
        ("DetectFaces", {"FaceDetails": [{"Confidence": float("nan")}]}),
        ("DetectFaces", {"FaceDetails": [{"Landmarks": [{"Type": "ear"}]}]}),
        ("DetectFaces", {"FaceDetails": {"Confidence": 1.0}}),
        ("DetectFaces", {"FaceDetails": [None]}),
    ],
)
def test_an_answer_that_the_service_never_gives_is_refused(operation: str, answer: Any) -> None:
    with pytest.raises(ValueError, match=operation):
        MODEL.encode(operation, answer)


@pytest.mark.parametrize(
    ("operation", "request_", "told"),
    [
        ("DeleteFaces", {"CollectionId": "a", "FaceIds": [""] * 4097}, 1),
        ("CreateCollection", {"CollectionId": "a", "Tags": {str(number): "\n" for number in range(201)}}, 1),
        ("DetectFaces", {"Image": {}, "Attributes": [str(number) for number in range(100_000)]}, 1),
    ],
)
def test_what_may_hold_millions_is_not_looked_into(
    operation: str, request_: Any, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    unmet = _Checker._unmet

    def counted(*arguments: Any) -> Any:
        nonlocal looked
        looked += 1
        return unmet(*arguments)

    monkeypatch.setattr(_Checker, "_unmet", counted)
    assert refusal(operation, request_).message.count("failed to satisfy") == told
    assert looked < 30


def test_one_wrong_value_among_many_is_found() -> None:
    request = {"Image": {}, "Attributes": ["ALL"] * 50_000 + ["WRONG"]}
    assert "enum value set" in refusal("DetectFaces", request).message
