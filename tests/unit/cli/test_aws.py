"""`likeness aws ...`: the AWS CLI in this process, over painted faces."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from app.rekognition.aws_cli import with_service
from tests.unit.cli.terminal import Answer, Terminal

pytest.importorskip("awscli", reason="needs the extra: pip install 'likeness[aws]'")
yaml = pytest.importorskip("yaml")


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An account of AWS that must not be used: its credentials would run a program."""
    config = tmp_path / "config"
    config.write_text(
        f"[default]\ncredential_process = touch {tmp_path / 'ran'}\n[profile real]\noutput = text\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULT_OUTPUT", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something tried to reach the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def aws(likeness: Terminal) -> Any:
    def typed(*words: str | Path) -> Answer:
        return likeness("aws", *words)

    assert typed("rekognition", "create-collection", "--collection-id", "c").status == 0
    return typed


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (["list-collections"], ["rekognition", "list-collections"]),
        (["rekognition", "list-collections"], ["rekognition", "list-collections"]),
        (
            ["--output", "text", "--debug", "detect-faces", "help"],
            ["--output", "text", "--debug", "rekognition", "detect-faces", "help"],
        ),
        (["--profile", "list-faces", "s3", "ls"], ["--profile", "list-faces", "s3", "ls"]),
        (["--output=text", "list-faces"], ["--output=text", "rekognition", "list-faces"]),
        (["create-project"], ["rekognition", "create-project"]),
        (["help"], ["help"]),
        (["--version"], ["--version"]),
        (["--output"], ["--output"]),
        ([], []),
    ],
)
def test_the_services_name_may_be_left_out(given: list[str], made: list[str]) -> None:
    assert with_service(given) == made


def test_the_formats_of_the_output(aws: Any) -> None:
    assert aws("list-collections").json["CollectionIds"] == ["c"]
    assert (
        aws("rekognition", "list-collections", "--query", "CollectionIds[0]", "--output", "text").out == "c\n"
    )
    assert "ListCollections" in aws("list-collections", "--output", "table").out
    assert yaml.safe_load(aws("list-collections", "--output", "yaml").out)["CollectionIds"] == ["c"]
    assert aws("list-collections", "--output", "yaml", "--query", "CollectionIds[0]").out == "c\n"
    pages = yaml.safe_load(aws("list-collections", "--output", "yaml-stream").out)
    assert [page["CollectionIds"] for page in pages] == [["c"]]
    assert aws("list-collections", "--output", "off").out == ""
    assert aws("list-collections", "--output", "nonsense").status == 2


def test_pages(aws: Any) -> None:
    for number in range(4):
        aws("create-user", "--collection-id", "c", "--user-id", f"u{number}")
    ids = ("--query", "Users[].UserId", "--output", "json")
    assert aws("list-users", "--collection-id", "c", "--page-size", "1", *ids).json == [
        "u0",
        "u1",
        "u2",
        "u3",
    ]
    one = aws("list-users", "--collection-id", "c", "--max-items", "3").json
    assert len(one["Users"]) == 3
    rest = aws("list-users", "--collection-id", "c", "--starting-token", one["NextToken"]).json
    assert [each["UserId"] for each in rest["Users"]] == ["u3"]
    alone = aws("list-users", "--collection-id", "c", "--no-paginate", "--max-results", "2").json
    assert len(alone["Users"]) == 2 and alone["NextToken"]
    pages = aws("list-users", "--collection-id", "c", "--page-size", "2", "--output", "yaml-stream").out
    assert [len(page["Users"]) for page in yaml.safe_load(pages)] == [2, 2]


def test_a_picture_in_each_way(aws: Any, folder: Path, tmp_path: Path) -> None:
    picture = folder / "a.png"
    encoded = base64.b64encode(picture.read_bytes()).decode()
    as_json, as_yaml, tagged = tmp_path / "r.json", tmp_path / "r.yaml", tmp_path / "t.yaml"
    as_json.write_text(json.dumps({"Image": {"Bytes": encoded}}))
    as_yaml.write_text(yaml.safe_dump({"Image": {"Bytes": encoded}}))
    tagged.write_text(yaml.safe_dump({"Image": {"Bytes": picture.read_bytes()}}))
    ways = [
        ("--image-bytes", f"fileb://{picture}"),
        ("--cli-input-json", f"file://{as_json}"),
        ("--cli-input-yaml", f"file://{as_yaml}"),
        ("--cli-input-yaml", f"file://{tagged}"),
        ("--cli-input-yaml", as_yaml.read_text()),
        ("--cli-input-json", as_json.read_text(), "--cli-binary-format", "base64"),
        ("--image", json.dumps({"Bytes": encoded})),
    ]
    for way in ways:
        found = aws("rekognition", "detect-faces", *way)
        assert found.status == 0, found.err
        assert len(found.json["FaceDetails"]) == 2, way[0]


def test_input_files_give_way_to_what_is_typed(aws: Any) -> None:
    for form, text in (
        ("json", '{"CollectionId": "c", "UserId": "x"}'),
        ("yaml", "CollectionId: c\nUserId: x"),
    ):
        done = aws("create-user", f"--cli-input-{form}", text, "--user-id", f"of-{form}")
        assert done.status == 0, done.err
    listed = aws("list-users", "--collection-id", "c", "--query", "Users[].UserId").json
    assert listed == ["of-json", "of-yaml"]


@pytest.mark.parametrize(
    "text", ["- a\n- b", "{", "a: [", "5", "!!python/object:os.system {}", "file://nowhere"]
)
def test_yaml_that_is_no_request(aws: Any, text: str) -> None:
    done = aws("create-user", "--cli-input-yaml", text)
    assert (done.status == 255 and "YAML" in done.err) or "nowhere" in done.err


def test_skeletons(aws: Any) -> None:
    wanted = {"CollectionId": "", "UserId": "", "ClientRequestToken": ""}
    assert aws("create-user", "--generate-cli-skeleton").json == wanted
    assert aws("create-user", "--generate-cli-skeleton", "input").json == wanted
    assert yaml.safe_load(aws("create-user", "--generate-cli-skeleton", "yaml-input").out) == wanted
    shown = aws("describe-collection", "--collection-id", "c", "--generate-cli-skeleton", "output").json
    assert "FaceCount" in shown
    image = yaml.safe_load(aws("detect-faces", "--generate-cli-skeleton", "yaml-input").out)
    assert set(image) == {"Image", "Attributes"}


def test_a_skeleton_and_help_open_no_library(likeness: Terminal) -> None:
    opened: list[Any] = []
    likeness.opened = opened.append
    assert likeness("aws", "create-user", "--generate-cli-skeleton").status == 0
    assert likeness("aws", "--version").out.startswith("aws-cli/")
    assert likeness("aws").status == 2
    assert opened == [] and not likeness.library.exists()


def test_a_library_is_made_by_a_collection_alone(likeness: Terminal) -> None:
    refused = likeness("aws", "list-collections")
    assert refused.status == 255 and "There is no library in" in refused.err
    assert likeness("aws", "create-collection", "--collection-id", "c").status == 0
    assert likeness("aws", "list-collections").json["CollectionIds"] == ["c"]


def test_errors_and_statuses_are_the_aws_clis(aws: Any) -> None:
    missing = aws("describe-collection", "--collection-id", "nowhere")
    assert missing.status == 255
    assert "(ResourceNotFoundException) when calling the DescribeCollection operation" in missing.err
    assert "NotImplementedException" in aws("create-project", "--project-name", "p").err
    assert aws("describe-collection").status == 2
    assert aws("rekognition", "nonsense").status == 2
    assert aws("list-collections", "--colour", "red").status == 255
    assert aws("list-collections", "--query", "[").status == 255


def test_profiles_and_regions_of_scripts(aws: Any, account: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = ("--region", "us-west-2", "--profile", "adminuser", "--endpoint-url", "https://example.org")
    assert aws("rekognition", "list-collections", *there).json["CollectionIds"] == ["c"]
    # What a profile says of the output holds.
    assert "COLLECTIONIDS\tc" in aws("list-collections", "--profile", "real").out
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert aws("list-collections").json["CollectionIds"] == ["c"]
    for name in ("AWS_CSM_ENABLED", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
    assert aws("list-collections").json["CollectionIds"] == ["c"]
    assert aws("list-collections", "--no-sign-request", "--no-cli-pager", "--color", "off").status == 0
    assert not (account / "ran").exists()


def test_other_services_do_not_run(aws: Any, account: Path) -> None:
    for words in (("s3", "ls"), ("sts", "get-caller-identity"), ("emr", "ssh"), ("s3", "help")):
        done = aws(*words)
        assert done.status == 255 and done.out == ""
        assert f"“{words[0]}” would leave it" in done.err
    assert not (account / "ran").exists()


def test_what_begins_with_http_is_not_fetched(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from awscli import paramfile

    fetched: list[Any] = []
    monkeypatch.setattr(paramfile, "get_uri", lambda *given: fetched.append(given))
    done = aws("get-celebrity-info", "--id", "http://192.0.2.1/id")
    assert done.status == 255 and "InvalidParameterException" in done.err
    assert not fetched


def test_a_configuration_that_cannot_be_read(aws: Any, account: Path) -> None:
    (account / "config").write_text("[default\n")
    done = aws("list-collections")
    assert done.status == 1
    assert "Traceback" not in done.err and "config" in done.err


def test_the_library_is_closed(likeness: Terminal) -> None:
    closed: list[str] = []

    def watch(bench: Any) -> None:
        object.__setattr__(bench, "closers", (*bench.closers, lambda: closed.append("closed")))

    likeness.opened = watch
    likeness("aws", "create-collection", "--collection-id", "c")
    likeness("aws", "create-collection", "--collection-id", "c")
    assert closed == ["closed"] * 2


def test_without_the_extra_it_says_how_to_get_it(likeness: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "awscli.clidriver", None)
    done = likeness("aws", "list-collections")
    assert done.status == 1
    assert "pip install 'likeness[aws]'" in done.err and "likeness call" in done.err


def test_it_is_in_the_programs_help(likeness: Terminal) -> None:
    shown = likeness.bare("--help").out
    assert "aws " in shown and "call " in shown
