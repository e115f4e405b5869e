"""`likeness models` over a fake engine with two models; one's own files are tried in tests/e2e."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fakes import light_model
from tests.unit.cli.terminal import Terminal


@pytest.fixture
def family(likeness: Terminal, folder: Path) -> str:
    likeness.engine.others.append(light_model())
    assert likeness("index", "family", folder).status == 0
    return "family"


def test_the_list_says_who_follows_what(likeness: Terminal, family: str) -> None:
    answer = likeness("models")
    assert answer.status == 0 and answer.out == likeness("models", "list").out
    assert "fake-squares  (default)  128 numbers" in answer.out and "fake-light  64 numbers" in answer.out
    assert "family follows fake-squares\n" in answer.out
    found = likeness("models", "--json").json
    assert [each["Id"] for each in found["Models"]] == ["fake-squares", "fake-light"]
    (collection,) = found["Collections"]
    assert collection == {
        "CollectionId": "family",
        "Model": "fake-squares",
        "Installed": True,
        "FaceCount": 3,
        "FacesWithoutVector": 0,
        "OldVectors": [],
    }


def test_a_collection_follows_another_model(likeness: Terminal, family: str, folder: Path) -> None:
    answer = likeness("models", "use", family, "fake-light")
    assert answer.status == 0
    assert answer.out == "family follows fake-light now: 3 faces measured again.\n"
    assert "(3 old vectors of fake-squares)" in likeness("models").out
    assert "face model fake-light" in likeness("collections", "describe", family).out
    assert likeness("search", family, folder / "b.png", "--json").json["FaceModelVersion"] == "fake-light"
    assert likeness("models", "delete-old-vectors", family).out == "3 old vectors are deleted.\n"
    back = likeness("models", "use", family, "fake-squares", "--delete-old", "--json").json
    assert (back["State"], back["Model"], back["DeletedVectors"]) == ("done", "fake-squares", 3)


def test_photos_that_are_gone_are_told(likeness: Terminal, family: str, folder: Path) -> None:
    (folder / "b.png").unlink()
    answer = likeness("models", "use", family, "fake-light")
    assert answer.status == 1 and "was not switched" in answer.err and "b.png" in answer.err
    answer = likeness("models", "use", family, "fake-light", "--anyway")
    assert answer.status == 0 and "1 face keeps its old vector only" in answer.out
    assert "1 of 3 faces have no vector of it" in likeness("models").out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("use", "family", "nobody"), "no fake model nobody"),
        (("use", "nowhere", "fake-light"), "no collection"),
        (("use", "family", "fake-squares"), "already"),
        (("remove", "fake-light"), "no folder|stays"),
        (("calibrate", "fake-light"), "no folder|came with it"),
        (("speed", "nobody"), "no fake model"),
    ],
)
def test_what_cannot_be_done_is_said(
    likeness: Terminal, family: str, words: tuple[str, ...], reason: str
) -> None:
    answer = likeness("models", *words)
    assert answer.status == 1 and re.search(reason, answer.err), answer.err


def test_the_speed(likeness: Terminal, family: str) -> None:
    assert likeness("models", "speed", "fake-light", "--json").json["MillisecondsPerFace"] >= 0
    assert "ms a face" in likeness("models", "speed", "fake-light").out


def test_the_probe_is_not_in_the_help(likeness: Terminal) -> None:
    assert "probe" not in likeness("models", "--help").out
