"""Lines that are pasted, put before the real AWS CLI and the real Python."""

from __future__ import annotations

import base64
import builtins
import json
import logging
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rekognition import snippets
from app.rekognition.snippets import (
    Shell,
    Where,
    aws_line,
    aws_lines,
    boto3_script,
    boto3_snippet,
    option_name,
    picture_notes,
    request_json,
)
from app.services.calls import PASTED, Call, ImageFile

LIBRARY = Path("/home/ada/My library")
HERE = Where(LIBRARY)
SHELL = shutil.which("bash") or shutil.which("sh") or ""
needs_a_shell = pytest.mark.skipif(not SHELL, reason="there is no POSIX shell here")
SERVED = Where(LIBRARY, "http://127.0.0.1:8123")
IDS = ["11111111-2222-4333-8444-555555555555", "99999999-2222-4333-8444-555555555555"]
Json = dict[str, Any]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "it's a group, $nothing_of_that_name & more.jpg"
    path.write_bytes(b"\xff\xd8\xff picture")
    return path


def requests(image: ImageFile) -> dict[str, Json]:
    """One of every operation that the window asks."""
    collection = {"CollectionId": "family"}
    return {
        "CreateCollection": collection,
        "DeleteCollection": collection,
        "CompareFaces": {
            "SourceImage": image,
            "TargetImage": image,
            "SimilarityThreshold": 79.5,
            "QualityFilter": "NONE",
        },
        "DetectFaces": {"Image": image, "Attributes": ["ALL"]},
        "DetectLabels": {
            "Image": image,
            "MaxLabels": 1000,
            "MinConfidence": 55.0,
            "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"],
            "Settings": {"GeneralLabels": {"LabelInclusionFilters": ["Person", "It's, a {dog}"]}},
        },
        "DetectModerationLabels": {"Image": image, "MinConfidence": 50.0},
        "RecognizeCelebrities": {"Image": image},
        "IndexFaces": {
            **collection,
            "Image": image,
            "ExternalImageId": "-a:1.jpg",
            "DetectionAttributes": ["DEFAULT"],
            "MaxFaces": 3,
            "QualityFilter": "LOW",
        },
        "DeleteFaces": {**collection, "FaceIds": IDS},
        "SearchFaces": {**collection, "FaceId": IDS[0], "MaxFaces": 100, "FaceMatchThreshold": 80.0},
        "SearchFacesByImage": {**collection, "Image": image, "MaxFaces": 25, "FaceMatchThreshold": 0.0},
        "CreateUser": {**collection, "UserId": "-zoe_o:neil"},
        "DeleteUser": {**collection, "UserId": "zoe"},
        "AssociateFaces": {**collection, "UserId": "zoe", "FaceIds": IDS, "UserMatchThreshold": 0.0},
        "DisassociateFaces": {**collection, "UserId": "zoe", "FaceIds": IDS[:1]},
        "SearchUsers": {**collection, "FaceId": IDS[0], "UserMatchThreshold": 80.25, "MaxUsers": 500},
        "SearchUsersByImage": {**collection, "Image": image, "UserMatchThreshold": 80.0, "MaxUsers": 7},
    }


def on_the_wire(request: Mapping[str, Any], where: Where) -> Json:
    """What Rekognition is to be sent."""
    sent = request_json(request, where)
    for name, value in request.items():
        if isinstance(value, ImageFile) and "Bytes" in sent[name]:
            assert value.path is not None
            sent[name] = {"Bytes": base64.b64encode(value.path.read_bytes()).decode()}
    return sent


def test_options_are_spelled_as_the_aws_cli_spells_them() -> None:
    session = pytest.importorskip("botocore.session").get_session()
    xform_name = pytest.importorskip("botocore").xform_name
    model = session.get_service_model("rekognition")
    for operation in model.operation_names:
        assert option_name(operation) == xform_name(operation, "-")
        shape = model.operation_model(operation).input_shape
        for member in shape.members if shape else ():
            assert option_name(member) == xform_name(member, "-")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[str, Json]]:
    """Runs a line in the real AWS CLI; gives what it would have sent, and sends nothing."""
    clidriver = pytest.importorskip("awscli.clidriver")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "key")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patch.setenv("AWS_CONFIG_FILE", str(tmp_path_factory.mktemp("aws") / "config"))
    for name in ("awscli", "botocore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    driver = clidriver.create_clidriver()
    sent: list[Any] = []

    def keep(request: Any, **_: Any) -> Any:
        sent.append(request)
        raw = SimpleNamespace(stream=lambda: iter((b"{}",)), read=lambda: b"{}")
        return awsrequest.AWSResponse(request.url, 200, {}, raw)

    driver.session.register("before-send.rekognition.*", keep)

    def run(line: str) -> tuple[str, Json]:
        sent.clear()
        assert driver.main(_words(line)) == 0
        (request,) = sent
        body = json.loads(request.body)
        # Every client makes one of its own.
        body.pop("ClientRequestToken", None)
        return request.headers["X-Amz-Target"].decode().split(".")[1], body

    yield run
    patch.undo()
    for name in ("awscli", "botocore"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def _words(line: str) -> list[str]:
    """What a real shell makes of the line: the words after aws."""
    likeness = 'likeness() { [ "$1 $2" = "--library $LIBRARY" ] && shift 2 && "$@"; }'
    script = f"""{likeness}\naws() {{ printf '%s\\0' "$@"; }}\n{line}"""
    environment = {**os.environ, "LIBRARY": str(LIBRARY)}
    done = subprocess.run([SHELL, "-c", script], env=environment, capture_output=True, check=True)
    return [os.fsdecode(word) for word in done.stdout.split(b"\0")[:-1]]


@needs_a_shell
@pytest.mark.parametrize("operation", list(requests(ImageFile("a"))))
@pytest.mark.parametrize("where", [HERE, SERVED], ids=["in process", "endpoint"])
def test_the_aws_cli_sends_the_request(operation: str, where: Where, picture: Path, aws: Any) -> None:
    request = requests(ImageFile.of(picture))[operation]
    line = aws_line(operation, request, where, Shell.POSIX)
    assert aws(line) == (operation, on_the_wire(request, where))
    assert ("--endpoint-url http://127.0.0.1:8123" in line) == (where is SERVED)


@needs_a_shell
@pytest.mark.parametrize("operation", ["CompareFaces", "IndexFaces", "DetectLabels"])
def test_a_picture_in_a_bucket_is_named_by_it(operation: str, picture: Path, aws: Any) -> None:
    outer, inner = picture.parent.parent, picture.parent
    where = Where(LIBRARY, None, (("outer", outer), ("photos", inner), ("away", Path("/elsewhere"))))
    request = requests(ImageFile.of(picture))[operation]
    sent = request_json(request, where)
    image = next(sent[name] for name in ("Image", "SourceImage") if name in sent)
    assert image == {"S3Object": {"Bucket": "photos", "Name": picture.name}}
    assert aws(aws_line(operation, request, where, Shell.POSIX)) == (operation, sent)


@needs_a_shell
@settings(max_examples=15, deadline=None)
@given(
    st.from_regex(r"[a-zA-Z0-9_.\-:]{1,128}", fullmatch=True),
    st.floats(0, 100, width=32),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
)
def test_any_words_come_through(aws: Any, user: str, threshold: float, label: str) -> None:
    request = {"CollectionId": "c", "UserId": user, "UserMatchThreshold": threshold}
    _, sent = aws(aws_line("SearchUsers", request, HERE, Shell.POSIX))
    assert sent["UserId"] == user
    assert sent["UserMatchThreshold"] == pytest.approx(threshold, rel=1e-9)
    given_ = {"Image": {"S3Object": {"Bucket": "photos", "Name": label}}}
    assert aws(aws_line("DetectFaces", given_, HERE, Shell.POSIX))[1] == given_


@needs_a_shell
def test_powershell_gets_single_quotes_and_no_double_ones(picture: Path, aws: Any) -> None:
    where = Where(Path("C:/It's mine"), None, (("photos", picture.parent),))
    for operation, request in requests(ImageFile.of(picture)).items():
        line = aws_line(operation, request, where, Shell.POWERSHELL)
        assert '"' not in line
        assert line.startswith("likeness --library 'C:/It''s mine' aws rekognition ")
        # PowerShell's quoting taken off, what is left is what the AWS CLI understands.
        words = _powershell_words(line.replace(" `\n  ", " "))
        if "Settings" not in request:
            again = shlex.join(["aws", *words[words.index("aws") + 1 :]])
            assert aws(again) == (operation, on_the_wire(request, where))


def _powershell_words(line: str) -> list[str]:
    words, word, quoted, at = [], "", False, 0
    while at < len(line):
        letter = line[at]
        if quoted and line[at : at + 2] == "''":
            word, at = word + "'", at + 1
        elif letter == "'":
            quoted = not quoted
        elif letter == " " and not quoted:
            words.append(word)
            word = ""
        else:
            word += letter
        at += 1
    return [*words, word]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What snippets say to their client, which answers nothing."""
    told: list[Any] = []

    class Client:
        def __getattr__(self, name: str) -> Any:
            return lambda **given: told.append((name, given)) or {"Done": name}

    def local(library: str) -> Client:
        told.append(library)
        return Client()

    def served(service: str, **given: str) -> Client:
        told.append((service, given))
        return Client()

    real = builtins.__import__

    def imported(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "boto3":
            return SimpleNamespace(client=served)
        if name == "app.rekognition":
            return SimpleNamespace(boto3_client=local)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", imported)
    return told


@pytest.mark.parametrize("operation", list(requests(ImageFile("a"))))
@pytest.mark.parametrize("where", [HERE, SERVED], ids=["in process", "endpoint"])
def test_python_asks_the_same(
    operation: str, where: Where, picture: Path, asked: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    request = requests(ImageFile.of(picture))[operation]
    exec(compile(boto3_snippet(operation, request, where), "snippet", "exec"), {})
    client, (method, given_) = asked
    if where is HERE:
        assert client == str(LIBRARY)
    else:
        known = {"endpoint_url": where.endpoint, "region_name": snippets.REGION}
        assert client == ("rekognition", known)
    assert method == option_name(operation).replace("-", "_")
    sent = {
        name: {"Bytes": base64.b64encode(value["Bytes"]).decode()}
        if isinstance(value, dict) and "Bytes" in value
        else value
        for name, value in given_.items()
    }
    assert sent == on_the_wire(request, where)
    assert json.loads(capsys.readouterr().out) == {"Done": method}


def test_several_calls_are_one_script(asked: list[Any]) -> None:
    calls = [
        Call("CreateUser", {"CollectionId": "c", "UserId": "zoe"}),
        Call("AssociateFaces", {"CollectionId": "c", "UserId": "zoe", "FaceIds": IDS * 3}),
    ]
    script = boto3_script(calls, HERE)
    exec(compile(script, "script", "exec"), {})
    assert [name for name, _ in asked[1:]] == ["create_user", "associate_faces"]
    assert asked[2][1]["FaceIds"] == IDS * 3
    assert script.count("boto3_client(") == 1 and "Path" not in script
    assert aws_lines(calls, HERE, Shell.POSIX).count("aws rekognition") == 2


@needs_a_shell
def test_a_name_that_is_no_text_is_told_in_bytes() -> None:
    image = ImageFile("a", Path("/photos/caf\udce9 it's.jpg"))
    line = aws_line("DetectFaces", {"Image": image}, HERE, Shell.POSIX)
    assert _words(line)[-1] == "fileb:///photos/caf\udce9 it's.jpg"
    line.encode()
    boto3_snippet("DetectFaces", {"Image": image}, HERE).encode()


def test_what_rekognition_would_refuse_is_said(tmp_path: Path) -> None:
    webp = tmp_path / "a.webp"
    webp.write_bytes(b"RIFF\0\0\0\0WEBP" + bytes(6 << 20))
    first, second = picture_notes(Call("DetectFaces", {"Image": ImageFile.of(webp)}), HERE)
    assert "a.webp is WEBP" in first and "5 MB at most: a.webp has 6.0 MB" in second
    # As an object of a bucket three times as much is taken.
    where = Where(LIBRARY, None, (("b", tmp_path),))
    assert picture_notes(Call("DetectFaces", {"Image": ImageFile.of(webp)}), where) == [first]
    pasted = ImageFile.of_bytes(PASTED, b"\x89PNG\r\n\x1a\n")
    request = {"SourceImage": pasted, "TargetImage": pasted}
    (said,) = picture_notes(Call("CompareFaces", request), HERE)
    assert "PICTURE" in said
    assert "fileb://PICTURE" in aws_line("CompareFaces", request, HERE)
    assert request_json(request, HERE)["SourceImage"] == {"Bytes": "<base64 of Pasted picture>"}
    good = tmp_path / "a.jpg"
    good.write_bytes(b"\xff\xd8\xff")
    assert picture_notes(Call("DetectFaces", {"Image": ImageFile.of(good)}), HERE) == []
    assert ImageFile.of(tmp_path / "gone.jpg").troubles() == []


def test_a_name_that_the_aws_cli_would_expand_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWN", "Paris")
    (said,) = picture_notes(
        Call("DetectFaces", {"Image": ImageFile("$TOWN.jpg", Path("/photos/$TOWN.jpg"))}), HERE
    )
    assert "$TOWN.jpg" in said and "variable" in said
