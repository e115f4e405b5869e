"""`likeness celebrities ...` over painted faces."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import painted, person_color, save_image
from tests.unit.cli.terminal import Terminal
from tests.unit.services.celebrities.bench import a_pack, zip_of


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return a_pack(tmp_path / "stars", {"Ada": 0, "Bea": 1})


def test_load_recognize_info(likeness: Terminal, folder: Path, pack: Path) -> None:
    loaded = likeness("celebrities", "packs", "load", zip_of(pack))
    assert (loaded.status, loaded.out, loaded.err) == (0, "Stars 1 loaded: 2 people.\n", "")
    found = likeness("celebrities", "recognize", folder / "a.png")
    assert found.status == 0
    lines = found.out.splitlines()
    assert sorted(line.split()[1:3] for line in lines[:2]) == [["P0", "Ada"], ["P1", "Bea"]]
    assert lines[2] == "0 faces of nobody in the packs."
    answer = likeness("celebrities", "recognize", folder / "b.png", "--json").json
    assert [each["Name"] for each in answer["CelebrityFaces"]] == ["Ada"]
    assert answer["UnrecognizedFaces"] == []
    info = likeness("celebrities", "info", answer["CelebrityFaces"][0]["Id"], "--json").json
    assert info == {"Name": "Ada", "Urls": [], "KnownGender": {"Type": "Unlisted"}}
    assert likeness("celebrities", "info", "P1").out == "Bea  Unlisted\n"
    unknown = likeness("celebrities", "info", "P9")
    assert unknown.status == 1 and "No loaded pack has a celebrity with the id “P9”" in unknown.err


def test_the_packs_of_a_library(likeness: Terminal, folder: Path, pack: Path) -> None:
    likeness("index", "mine", folder)
    assert likeness("celebrities", "packs", "list").out == "No celebrity pack is loaded.\n"
    assert "No celebrity pack is enabled" in likeness("celebrities", "recognize", folder / "a.png").out
    likeness("celebrities", "packs", "load", pack)
    listed = likeness("celebrities", "packs", "list").out
    assert listed == "stars  Stars 1  2 of 2 people  CC0-1.0\n"
    assert likeness("celebrities", "packs", "disable", "stars").out == "stars is disabled.\n"
    assert likeness("celebrities", "packs", "list").out.endswith("CC0-1.0  disabled\n")
    assert likeness("celebrities", "recognize", folder / "b.png", "--json").json["CelebrityFaces"] == []
    likeness("celebrities", "packs", "enable", "stars")
    assert likeness("celebrities", "recognize", folder / "b.png", "--json").json["CelebrityFaces"]
    removed = likeness("celebrities", "packs", "remove", "stars")
    assert removed.out == ("stars is removed. `likeness celebrities packs restore stars.1` puts it back.\n")
    assert "stars.1  Stars 1  removed" in likeness("celebrities", "packs", "list").out
    assert likeness("celebrities", "packs", "list", "--json").json["Removed"][0]["Token"] == "stars.1"
    assert likeness("celebrities", "packs", "restore", "stars.1").out == "Stars is back.\n"
    (shown,) = likeness("celebrities", "packs", "list", "--json").json["Packs"]
    assert (shown["Id"], shown["People"], shown["Recognisable"], shown["Enabled"]) == ("stars", 2, 2, True)


def test_make_and_export(likeness: Terminal, folder: Path, tmp_path: Path) -> None:
    likeness("index", "mine", folder)
    likeness("users", "create", "mine", "anna", "--name", "Anna")
    found = likeness("search", "mine", "--image", folder / "b.png", "--json").json["FaceMatches"]
    likeness("users", "associate", "mine", "anna", *[each["Face"]["FaceId"] for each in found])
    words = ("--name", "Mine", "--licence", "private")
    silent = likeness("celebrities", "packs", "make", "mine", tmp_path / "mine.zip", *words)
    assert silent.status == 2 and "--consent" in silent.err
    made = likeness(
        "celebrities", "packs", "make", "mine", tmp_path / "mine.zip", *words, "--consent", "She agreed.",
        "--faces", "all", "--pictures",
    )  # fmt: skip
    assert (made.status, made.out) == (0, "mine.zip made: 1 person, 2 faces.\n")
    assert likeness("celebrities", "packs", "load", tmp_path / "mine.zip").status == 0
    out = likeness("celebrities", "packs", "export", "mine", tmp_path / "out.zip")
    assert out.out == "Mine exported: 1 person in out.zip.\n" and (tmp_path / "out.zip").is_file()
    again = likeness("celebrities", "packs", "export", "mine", tmp_path / "out.zip")
    assert again.status == 1 and "There is something at" in again.err


def test_what_goes_wrong_is_one_line(likeness: Terminal, tmp_path: Path) -> None:
    save_image(tmp_path / "a.png", painted([(person_color(0), (60, 60, 100))]))
    likeness("index", "mine", tmp_path / "a.png")
    for words, said in (
        (("packs", "load", tmp_path / "gone.zip"), "cannot be read: No such file"),
        (("packs", "load", tmp_path / "a.png"), "neither a folder nor a zip"),
        (("packs", "remove", "none"), "There is no pack “none”"),
        (("packs", "restore", "none.1"), "not in the trash any more"),
        (("recognize", tmp_path / "gone.png"), "File is missing"),
    ):
        answer = likeness("celebrities", *words)
        assert (answer.status, answer.out) == (1, "")
        assert said in answer.err and answer.err.count("\n") == 1
    assert likeness("celebrities", "packs", "list").out == "No celebrity pack is loaded.\n"


def test_a_problem_of_a_pack_is_listed(likeness: Terminal, pack: Path) -> None:
    (pack / "pictures" / "1.png").unlink()
    loaded = likeness("celebrities", "packs", "load", pack)
    assert loaded.out == "Stars 1 loaded: 1 of 2 people. 1 problem found.\n"
    assert "    Bea: pictures/1.png: it is not in the pack.\n" in likeness("celebrities", "packs", "list").out


def test_every_command_speaks_json(likeness: Terminal, folder: Path, pack: Path, tmp_path: Path) -> None:
    likeness("index", "mine", folder)

    def packs(*words: str | Path) -> dict[str, object]:
        return likeness("celebrities", "packs", *words, "--json").json

    assert packs("load", pack) == {"Message": "Stars 1 loaded: 2 people."}
    assert packs("disable", "stars") == {"Message": "stars is disabled.", "Id": "stars", "Enabled": False}
    assert packs("enable", "stars")["Enabled"] is True
    assert packs("export", "stars", tmp_path / "out.zip")["Message"] == "Stars exported: 2 people in out.zip."
    assert packs("remove", "stars")["Token"] == "stars.1"
    assert packs("restore", "stars.1") == {"Message": "Stars is back.", "Id": "stars"}
    assert packs("list")["Removed"] == []
