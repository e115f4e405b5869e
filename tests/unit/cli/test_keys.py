"""`likeness keys`, over a fake engine and secrets in files."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from tests.unit.cli.terminal import Terminal

OWN = '{"Statement": [{"Effect": "Allow", "Action": "rekognition:List*", "Resource": "*"}]}'


def made(likeness: Terminal, policy: str = "FullAccess") -> dict[str, str]:
    answer = likeness("keys", "create", "script", "--policy", policy, "--json")
    assert answer.status == 0, answer.err
    found: dict[str, str] = answer.json
    return found


def test_a_library_has_no_keys_to_begin_with(likeness: Terminal) -> None:
    likeness("collections", "create", "a")
    answer = likeness("keys")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "No keys yet. Make one: likeness keys create NAME --policy ReadOnlyAccess\n"
    assert likeness("keys", "list", "--json").json == {"AccessKeys": []}


def test_a_new_key_is_printed_for_a_shell_to_take(likeness: Terminal) -> None:
    answer = likeness("keys", "create", "my script", "--policy", "ReadOnlyAccess")
    assert answer.status == 0
    lines = dict(line.split("=", 1) for line in answer.out.splitlines())
    assert re.fullmatch(r"LKIA[A-Z2-7]{16}", lines["AWS_ACCESS_KEY_ID"])
    assert len(lines["AWS_SECRET_ACCESS_KEY"]) == 40
    assert "the secret is shown this once" in answer.err
    listed = likeness("keys", "list")
    assert listed.out == f"{lines['AWS_ACCESS_KEY_ID']}  my script  ReadOnlyAccess  never used\n"
    assert lines["AWS_SECRET_ACCESS_KEY"] not in listed.out + likeness("keys", "--json").out


def test_a_key_needs_a_policy(likeness: Terminal) -> None:
    assert likeness("keys", "create", "script").status == 2
    answer = likeness("keys", "create", "script", "--policy", "Admin")
    assert (answer.status, answer.out) == (1, "")
    assert "Choose FullAccess, ReadWriteAccess or ReadOnlyAccess" in answer.err
    assert likeness("keys", "--json").json == {"AccessKeys": []}


def test_a_revoked_key_stays_on_the_list_of_the_revoked(likeness: Terminal) -> None:
    key = made(likeness)["AccessKeyId"]
    assert likeness("keys", "revoke", key).out == f"{key} is revoked.\n"
    assert likeness("keys", "--json").json == {"AccessKeys": []}
    (old,) = likeness("keys", "list", "--revoked", "--json").json["AccessKeys"]
    assert (old["Status"], old["AccessKeyId"]) == ("Inactive", key)
    again = likeness("keys", "revoke", key)
    assert again.status == 1
    assert "There is no access key" in again.err


def test_a_policy_is_shown_and_set(
    likeness: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = made(likeness)["AccessKeyId"]
    document = json.loads(likeness("keys", "policy", key).out)
    assert document["Statement"] == [{"Effect": "Allow", "Action": ["rekognition:*"], "Resource": "*"}]
    (tmp_path / "policy.json").write_text(OWN)
    monkeypatch.setattr("sys.stdin", io.StringIO(OWN))
    for given in (OWN, f"@{tmp_path / 'policy.json'}", "-"):
        likeness("keys", "policy", key, "FullAccess")
        answer = likeness("keys", "policy", key, given)
        assert answer.out == f"{key} has the policy Custom.\n"
        assert json.loads(likeness("keys", "policy", key).out) == json.loads(OWN)


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("@missing.json", "could not be read"),
        ("@binary", "no text in UTF-8"),
        ('{"Statement": [{"Effect": "Allow"}]}', "one of Action and NotAction"),
    ],
)
def test_a_policy_that_cannot_be_taken_changes_nothing(
    likeness: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: str, sentence: str
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    monkeypatch.chdir(tmp_path)
    key = made(likeness, "ReadOnlyAccess")["AccessKeyId"]
    answer = likeness("keys", "policy", key, policy)
    assert answer.status == 1
    assert sentence in answer.err
    assert likeness("keys", "--json").json["AccessKeys"][0]["Policy"] == "ReadOnlyAccess"


def test_secrets_are_not_in_the_library(likeness: Terminal) -> None:
    secret = made(likeness)["SecretAccessKey"].encode()
    files = [path for path in likeness.library.rglob("*") if path.is_file()]
    assert files and not any(secret in path.read_bytes() for path in files)
