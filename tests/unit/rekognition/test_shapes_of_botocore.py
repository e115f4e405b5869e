from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from tests.unit.rekognition.shapes_of_botocore import check, check_error, problems

FACE = {
    "FaceId": "11111111-2222-3333-4444-555555555555",
    "BoundingBox": {"Left": -0.1, "Top": 0.0, "Width": 0.5, "Height": 1},
    "Confidence": 99.5,
    "ExternalImageId": "a:b",
}


def faces(**changed: Any) -> dict[str, Any]:
    return {"Faces": [{**FACE, **changed}], "FaceModelVersion": "any text"}


def test_an_answer_as_the_shape_has_it() -> None:
    check("ListFaces", faces())
    check("ListFaces", {**faces(UserId=None), "NextToken": None})
    check("CreateUser", {})
    check("DeleteFaces", {"UnsuccessfulFaceDeletions": []})
    check("DescribeCollection", {"FaceCount": 0, "CreationTimestamp": datetime.now(UTC)})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Name": "x"}, "no member of Face"),
        ({"FaceId": "11111111"}, "does not match"),
        ({"FaceId": b"x"}, "not a string"),
        ({"ExternalImageId": ""}, "fewer than 1"),
        ({"ExternalImageId": "é"}, "does not match"),
        ({"UserId": "u" * 129}, "more than 128"),
        ({"Confidence": 100.5}, "more than 100"),
        ({"Confidence": "99"}, "not a number"),
        ({"Confidence": True}, "not a number"),
        ({"Confidence": float("nan")}, "JSON cannot say"),
        ({"Confidence": np.float64(5)}, "not a number"),
        ({"BoundingBox": []}, "not a structure"),
        ({"BoundingBox": {"Left": None, "Depth": 1.0}}, "ListFaces.Faces[0].BoundingBox.Depth is no member"),
    ],
)
def test_what_is_wrong_with_a_member_is_said(changed: dict[str, Any], said: str) -> None:
    found = problems("ListFaces", faces(**changed))
    assert any(said in problem for problem in found), found
    with pytest.raises(AssertionError, match="ListFaces"):
        check("ListFaces", faces(**changed))


@pytest.mark.parametrize(
    ("operation", "answer", "said"),
    [
        ("ListFaces", None, "not a structure"),
        ("ListFaces", {"Faces": ()}, "not a list"),
        ("ListFaces", {"Faces": [None]}, "not a structure"),
        ("CreateCollection", {"StatusCode": 200.0}, "not a whole number"),
        ("CreateCollection", {"StatusCode": True}, "not a whole number"),
        ("CreateCollection", {"StatusCode": -1}, "fewer than 0"),
        ("ListUsers", {"Users": [{"UserStatus": "active"}]}, "none of ACTIVE"),
        ("ListUsers", {"Users": [{"UserId": "u"}] * 501}, "more than 500"),
        ("ListCollections", {"NextToken": "t" * 256}, "more than 255"),
        ("DescribeCollection", {"CreationTimestamp": 1.5e9}, "not a datetime"),
        ("DescribeCollection", {"CreationTimestamp": datetime(2020, 1, 1)}, "not a datetime"),
        ("DetectFaces", {"FaceDetails": [{"Smile": {"Value": 1}}]}, "not true or false"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(operation: str, answer: object, said: str) -> None:
    found = problems(operation, answer)
    assert len(found) == 1 and said in found[0], found


def test_only_an_operations_own_errors() -> None:
    check_error("CreateUser", "ConflictException")
    with pytest.raises(AssertionError, match="never answers"):
        check_error("ListUsers", "ConflictException")
