"""`likeness call ...`: operations on plain JSON."""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import pytest

from tests.unit.cli.terminal import Terminal


@pytest.fixture
def made(likeness: Terminal) -> Terminal:
    assert likeness("call", "CreateCollection", '{"CollectionId": "c"}').json["StatusCode"] == 200
    return likeness


def typed_in(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("name", ["ListCollections", "list-collections"])
def test_an_operation_by_either_name(made: Terminal, name: str) -> None:
    assert made("call", name).json["CollectionIds"] == ["c"]


def test_a_request_in_each_way(made: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = '{"CollectionId": "c"}'
    file = tmp_path / "request.json"
    file.write_text(request)
    typed_in(monkeypatch, request.encode())
    answers = [made("call", "DescribeCollection", way).json for way in (request, f"@{file}", "-")]
    assert answers[0] == answers[1] == answers[2]
    assert isinstance(answers[0]["CreationTimestamp"], float)


def test_a_picture_as_base64_and_by_its_path(
    made: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = base64.b64encode((folder / "a.png").read_bytes()).decode()
    monkeypatch.chdir(folder)
    found = [
        made("call", "DetectFaces", json.dumps({"Image": {"Bytes": way}})).json
        for way in (encoded, f"@{folder / 'a.png'}", "@a.png")
    ]
    assert len(found[0]["FaceDetails"]) == 2
    assert found[0] == found[1] == found[2]
    both = {"SourceImage": {"Bytes": "@a.png"}, "TargetImage": {"Bytes": "@b.png"}}
    assert len(made("call", "compare-faces", json.dumps(both)).json["FaceMatches"]) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("DescribeCollection", '{"CollectionId": "d"}'),
            "ResourceNotFoundException: There is no collection",
        ),
        (("DescribeCollection",), "InvalidParameterException: 1 validation error detected: Value null at"),
        (("DescribeCollection", "["), "SerializationException: The request is not JSON."),
        (("DescribeCollection", "\udcff"), "SerializationException: The request is not UTF-8."),
        (("DescribeFace",), "UnknownOperationException: "),
        (("create-project",), "NotImplementedException: CreateProject"),
        (("DetectFaces", '{"Image": {"Bytes": "@nowhere.jpg"}}'), "could not be read: No such file"),
        (("DetectFaces", '{"Image": {"Bytes": "@a\\u0000b"}}'), "InvalidParameterException: "),
        (("DetectFaces", '{"Image": {"Bytes": "@\\ud800"}}'), "InvalidParameterException: "),
        (("DetectFaces", '{"Image": {"Bytes": "*"}}'), "SerializationException: "),
    ],
)
def test_errors(made: Terminal, words: tuple[str, ...], told: str) -> None:
    done = made("call", *words)
    assert done.status == 1 and done.out == ""
    assert told in done.err and done.err.count("\n") == 1


def test_a_picture_that_is_too_large(made: Terminal, tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(bytes(6_000_000))
    done = made("call", "DetectFaces", json.dumps({"Image": {"Bytes": f"@{tmp_path / 'huge'}"}}))
    assert done.err.startswith("ImageTooLargeException: ")


def test_a_request_that_cannot_be_read(
    made: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "could not be read" in made("call", "ListFaces", f"@{tmp_path / 'nowhere'}").err
    monkeypatch.setattr("app.cli.call._MOST_BYTES", 10)
    typed_in(monkeypatch, b" " * 11)
    assert "larger than" in made("call", "ListFaces", "-").err


def test_a_library_is_made_by_a_collection_alone(likeness: Terminal) -> None:
    refused = likeness("call", "ListCollections")
    assert refused.status == 1 and "There is no library in" in refused.err
    assert not likeness.library.exists()


def test_it_needs_no_extra(made: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("botocore", "boto3", "awscli"):
        monkeypatch.setitem(sys.modules, name, None)
    assert made("call", "ListCollections").status == 0


def test_a_usage_error(likeness: Terminal) -> None:
    assert likeness("call").status == 2
    assert "@photo.jpg" in likeness.bare("call", "--help").out
