"""Every command: what it says, what it answers as JSON, and its exit status."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from app import __version__
from app.inference.quality_filter import Bars, QualityBars, QualityFilter
from app.services.workbench import Workbench
from tests.fakes import painted, person_color, save_image
from tests.unit.cli.terminal import Terminal

NOT_AN_IMAGE = "Not an image. Whatever its name says, what is in it is no picture."


@pytest.fixture
def family(likeness: Terminal, folder: Path) -> str:
    assert likeness("index", "family", folder).status == 0
    return "family"


def face_ids(likeness: Terminal, picture: Path) -> list[str]:
    answer = likeness("search", "family", "--image", picture, "--json").json
    return [match["Face"]["FaceId"] for match in answer["FaceMatches"]]


def test_index_says_what_it_did_and_does_it_once(likeness: Terminal, folder: Path) -> None:
    first = likeness("index", "family", folder)
    assert first.status == 0
    assert first.out == ("3 photos indexed into family, 3 faces. family now has 3 photos, 3 faces.\n")
    assert first.err == ""
    again = likeness("index", "family", folder, "--json")
    assert again.json == {
        "CollectionId": "family",
        "State": "done",
        "Message": "All 3 photos are in family already",
        "Photos": 3,
        "PhotoCount": 3,
        "FaceCount": 3,
        "Failures": [],
    }


def test_the_quality_filter_of_index_search_and_compare(likeness: Terminal, folder: Path) -> None:
    bars = {QualityFilter.AUTO: Bars(side=80), QualityFilter.HIGH: Bars(side=100)}
    likeness.engine.bars = QualityBars(bars)
    assert "2 faces." in likeness("index", "family", folder).out
    assert "3 faces." in likeness("index", "all", folder, "--quality-filter", "none").out
    picture = folder / "a.png"
    search = ("search", "all", "--image", picture, "--users", "--json", "--quality-filter")
    assert likeness(*search, "AUTO").json["UnsearchedFaces"][0]["Reasons"] == ["SMALL_BOUNDING_BOX"]
    assert likeness(*search, "NONE").json["UnsearchedFaces"][0]["Reasons"] == ["FACE_NOT_LARGEST"]
    refused = likeness("search", "all", "--image", folder / "b.png", "--quality-filter", "HIGH")
    assert refused.status == 1 and "SMALL_BOUNDING_BOX" in refused.err
    one, other = (
        likeness("compare", picture, picture),
        likeness("compare", picture, picture, "--quality-filter", "AUTO"),
    )
    assert len(one.out.splitlines()) == 2 and len(other.out.splitlines()) == 1
    assert likeness("index", "all", folder, "--quality-filter", "BEST").status == 2


def test_a_bad_file_among_good_ones_is_told_and_the_status_says_it(likeness: Terminal, folder: Path) -> None:
    (folder / "d.png").write_bytes(b"not a picture")
    answer = likeness("index", "family", folder)
    assert answer.status == 1
    assert answer.err == f"likeness: {folder / 'd.png'}: {NOT_AN_IMAGE}\n"
    assert answer.out.startswith("3 photos indexed into family, 3 faces, 1 failed. ")
    (failure,) = likeness("index", "family", folder, "--json").json["Failures"]
    assert failure == {"Path": str(folder / "d.png"), "Reason": NOT_AN_IMAGE}


def test_a_mistyped_path_leaves_nothing_behind(likeness: Terminal, folder: Path) -> None:
    answer = likeness("index", "family", folder / "nowhere")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"likeness: {folder / 'nowhere'}: There is no such file or folder.\n"
    assert not likeness.library.exists()
    several = likeness("index", "family", folder / "nowhere", folder / "neither")
    assert several.err.startswith("likeness: None of the 2 files and folders is there")
    one_of_two = likeness("index", "family", folder / "nowhere", folder)
    assert one_of_two.status == 1
    assert "3 photos indexed" in one_of_two.out


def test_an_id_that_rekognition_refuses(likeness: Terminal, folder: Path) -> None:
    answer = likeness("index", "my family", folder)
    assert (answer.status, answer.out) == (1, "")
    assert "my family" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ["collections"],
        ["search", "family", "--face", "00000000-0000-4000-8000-000000000000"],
        ["users", "list", "family"],
    ],
)
def test_looking_makes_no_library(likeness: Terminal, words: list[str]) -> None:
    answer = likeness(*words)
    assert answer.status == 1
    assert f"There is no library in {likeness.library}" in answer.err
    assert not likeness.library.exists()


def test_search_by_picture_tells_who_and_where(likeness: Terminal, family: str, folder: Path) -> None:
    places = {str(folder / "a.png"), str(folder / "b.png")}
    lines = likeness("search", family, folder / "b.png").out.splitlines()
    assert {line.split()[-1] for line in lines} == places
    assert all(line.startswith("100.0  ") and "  not named  " in line for line in lines)
    answer = likeness("search", family, "--image", folder / "b.png", "--json").json
    assert set(answer) == {
        "SearchedFaceBoundingBox",
        "SearchedFaceConfidence",
        "FaceMatches",
        "FaceModelVersion",
    }
    assert {match["Path"] for match in answer["FaceMatches"]} == places


def test_search_by_face_leaves_the_face_itself_out(likeness: Terminal, family: str, folder: Path) -> None:
    one, other = face_ids(likeness, folder / "b.png")
    for words in ([one], ["--face", one]):
        answer = likeness("search", family, *words, "--json").json
        assert answer["SearchedFaceId"] == one
        assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [other]


def test_search_that_finds_nothing_is_no_error(likeness: Terminal, family: str, tmp_path: Path) -> None:
    stranger = save_image(tmp_path / "x.png", painted([(person_color(9), (40, 40, 100))]))
    answer = likeness("search", family, stranger)
    assert (answer.status, answer.out) == (0, "Nothing in family reaches 80.\n")
    assert likeness("search", family, stranger, "--json").json["FaceMatches"] == []


def test_what_cannot_be_searched(likeness: Terminal, family: str, folder: Path) -> None:
    nobody = likeness("search", family, folder / "c.png")
    assert (nobody.status, nobody.out) == (1, "")
    assert "no face" in nobody.err
    missing = likeness("search", family, folder / "nowhere.png")
    assert missing.status == 1
    assert str(folder / "nowhere.png") in missing.err
    assert "missing" in missing.err
    assert likeness("search", "strangers", folder / "b.png").err == (
        "likeness: There is no collection “strangers”.\n"
    )
    unknown = "00000000-0000-4000-8000-000000000000"
    assert unknown in likeness("search", family, unknown).err
    # SearchUsersByImage answers where SearchFacesByImage has an error.
    people = likeness("search", family, folder / "c.png", "--users", "--json")
    assert people.status == 0
    assert people.json["UserMatches"] == []


@pytest.mark.parametrize("words", [[], ["a.png", "--user", "anna"], ["--face", "x", "--image", "y"]])
def test_one_thing_is_searched(likeness: Terminal, family: str, words: list[str]) -> None:
    answer = likeness("search", family, *words)
    assert answer.status == 2
    assert "Name one thing to search" in answer.err


def test_people_from_creation_to_deletion(likeness: Terminal, family: str, folder: Path) -> None:
    one, other = face_ids(likeness, folder / "b.png")
    assert likeness("users", "create", family, "anna", "--name", "Анна Ё").out == "anna is made.\n"
    assert likeness("users", "list", family).out == "anna  Анна Ё  0 faces  CREATED\n"
    given = likeness("users", "associate", family, "anna", one)
    assert given.out == "1 face associated with anna.\n"
    by_picture = likeness("search", family, folder / "b.png", "--users")
    assert by_picture.out == "100.0  anna  Анна Ё\n"
    by_face = likeness("search", family, other, "--users", "--json").json
    assert by_face["SearchedFace"] == {"FaceId": other}
    assert by_face["UserMatches"][0]["User"] == {"UserId": "anna", "UserStatus": "ACTIVE"}
    assert "  Анна Ё  " in likeness("search", family, folder / "b.png").out
    taken = likeness("users", "disassociate", family, "anna", one, "--json").json
    assert taken["DisassociatedFaces"] == [{"FaceId": one}]
    assert taken["UserStatus"] == "CREATED"
    assert likeness("users", "delete", family, "anna", "--json").json == {}
    assert likeness("users", "list", family).out == "Nobody is named in family yet.\n"
    assert likeness("users", "delete", family, "anna").status == 1


def test_people_like_a_person(likeness: Terminal, family: str, folder: Path) -> None:
    one, other = face_ids(likeness, folder / "b.png")
    for user, face in (("anna", one), ("anne", other)):
        likeness("users", "create", family, user)
        likeness("users", "associate", family, user, face)
    answer = likeness("search", family, "--user", "anna", "--json").json
    assert answer["SearchedUser"] == {"UserId": "anna"}
    assert [match["User"]["UserId"] for match in answer["UserMatches"]] == ["anne"]
    assert "nobody" in likeness("search", family, "--user", "nobody").err


def test_faces_that_cannot_be_associated_are_told_in_words(
    likeness: Terminal, family: str, folder: Path
) -> None:
    one, other = face_ids(likeness, folder / "b.png")
    likeness("users", "create", family, "anna")
    likeness("users", "create", family, "bert")
    likeness("users", "associate", family, "anna", one)
    answer = likeness("users", "associate", family, "bert", one, "nothing", other)
    assert answer.status == 1
    assert answer.out == "1 face associated with bert.\n"
    assert answer.err.splitlines() == [
        f"likeness: {one}: it is another person's: disassociate it there first (anna)",
        "likeness: nothing: there is no such face in this collection",
    ]
    shape = likeness("users", "associate", family, "bert", one, "--json")
    assert shape.status == 1
    assert shape.json["UnsuccessfulFaceAssociations"] == [
        {"FaceId": one, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"], "UserId": "anna"}
    ]


def test_collections_from_creation_to_deletion(likeness: Terminal) -> None:
    made = likeness("collections", "create", "family", "--name", "Familie Müller", "--json").json
    assert made["CollectionArn"].endswith(":collection/family")
    assert made["StatusCode"] == 200
    assert likeness("collections").out == "family  Familie Müller  0 photos  0 faces  0 people\n"
    assert likeness("collections", "create", "family").status == 1
    renamed = likeness("collections", "rename", "family", "Us", "--json").json
    assert renamed == {"CollectionId": "family", "DisplayName": "Us"}
    described = likeness("collections", "describe", "family", "--json").json
    assert described["FaceModelVersion"] == "fake-squares"
    assert "face model fake-squares" in likeness("collections", "describe", "family").out
    assert likeness("collections", "--json").json["CollectionIds"] == ["family"]
    assert likeness("collections", "delete", "family").status == 0
    assert "No collections yet" in likeness("collections", "list").out
    assert likeness("collections", "list", "--json").json["CollectionIds"] == []


def test_detect_needs_no_library(likeness: Terminal, folder: Path) -> None:
    answer = likeness("detect", folder / "a.png", folder / "c.png")
    assert answer.status == 0
    assert answer.out.splitlines() == [
        f"{folder / 'a.png'}: 2 faces",
        "    1  120x120 at 40,40  confidence 99.0",
        "    2  60x60 at 300,40  confidence 99.0",
        f"{folder / 'c.png'}: 0 faces",
    ]
    assert not likeness.library.exists()


def test_detect_as_json(likeness: Terminal, folder: Path) -> None:
    one = likeness("detect", folder / "b.png", "--json").json
    assert [landmark["Type"] for landmark in one["FaceDetails"][0]["Landmarks"]][:2] == [
        "eyeLeft",
        "eyeRight",
    ]
    several = likeness("detect", folder / "nowhere.png", folder / "b.png", "--json")
    assert several.status == 1
    failed, found = several.json
    assert failed["Error"]["Code"] == "InvalidImageFormatException"
    assert "FaceDetails" not in failed
    assert found["Path"] == str(folder / "b.png")


def test_compare(likeness: Terminal, folder: Path) -> None:
    answer = likeness("compare", folder / "b.png", folder / "a.png")
    assert answer.status == 0
    best, rest = answer.out.splitlines()
    assert best == f"100.0  match     face 1 of {folder / 'a.png'}"
    assert rest.endswith(f"  no match  face 2 of {folder / 'a.png'}")
    shape = likeness("compare", folder / "b.png", folder / "a.png", "--json").json
    assert (len(shape["FaceMatches"]), len(shape["UnmatchedFaces"])) == (1, 1)
    assert not likeness.library.exists()


def test_compare_names_the_picture_that_is_wrong(likeness: Terminal, folder: Path) -> None:
    assert likeness("compare", folder / "b.png", folder / "c.png").err.startswith(
        f"likeness: {folder / 'c.png'}: There is no face in it."
    )
    answer = likeness("compare", folder / "nowhere.png", folder / "b.png", "--json")
    assert (answer.status, answer.out) == (1, "")
    assert f"{folder / 'nowhere.png'}: File is missing" in answer.err


def test_a_picture_comes_through_stdin(
    likeness: Terminal, family: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pipe(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    data = (folder / "b.png").read_bytes()
    pipe(data)
    assert likeness("detect", "-").out.startswith("-: 1 face\n")
    pipe(data)
    assert len(likeness("search", family, "-").out.splitlines()) == 2
    pipe(data)
    assert likeness("compare", "-", folder / "b.png").out.startswith("100.0  match")
    pipe(b"")
    assert likeness("detect", "-").err.startswith("likeness: -: File is empty.")


@pytest.mark.parametrize(
    "words",
    [
        ["nosuch"],
        ["index"],
        ["index", "family"],
        ["compare", "one.jpg"],
        ["detect"],
        ["search", "family", "x.jpg", "--threshold", "101"],
        ["search", "family", "x.jpg", "--max", "0"],
        ["users", "associate", "family", "anna"],
        ["collections", "--json", "create", "x"],
        ["collections", "create"],
        ["--demo"],
        ["--demo", "index", "family", "."],
        ["--nosuch"],
        # "$UNSET" of a shell must not mean the folder one stands in.
        ["index", "family", ""],
        ["detect", ""],
        ["compare", "", "one.jpg"],
        ["search", "family", ""],
        ["search", "family", "--image", ""],
        ["--library", ""],
    ],
)
def test_wrong_usage_is_told_on_stderr(likeness: Terminal, words: list[str]) -> None:
    answer = likeness(*words)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("Usage: likeness ")
    assert not likeness.library.exists()


def test_help_of_every_command(likeness: Terminal) -> None:
    commands: list[list[str]] = [[], *([name] for name in ("index", "search", "compare", "detect"))]
    commands += [["self-test"], ["collections"], ["users"]]
    commands += [["collections", verb] for verb in ("list", "create", "describe", "rename", "delete")]
    commands += [["users", verb] for verb in ("list", "create", "delete", "associate", "disassociate")]
    for command in commands:
        for option in ("--help", "-h"):
            answer = likeness.bare(*command, option)
            assert (answer.status, answer.err) == (0, "")
            assert answer.out.startswith(" ".join(["Usage: likeness", *command]))
        leaf = command and command not in (["self-test"], ["users"])
        assert ("--json" in answer.out) == bool(leaf), command


def test_version_window_and_self_test(likeness: Terminal, tmp_path: Path) -> None:
    assert likeness.bare("--version").out == f"likeness {__version__}\n"
    assert likeness.bare().status == 0
    assert likeness.bare("--demo").status == 0
    assert likeness().status == 0
    assert likeness.windows == [(None, False), (None, True), (likeness.library, False)]
    assert likeness.bare("self-test").status == 0
    assert likeness.bare("self-test", "--screenshot", tmp_path / "x.png").status == 7


def test_the_commands_that_history_offers_do_what_they_say(
    likeness: Terminal, family: str, folder: Path, tmp_path: Path
) -> None:
    """What the window shows as "the equal command" is typed here, into a library of its own."""
    one, _ = face_ids(likeness, folder / "b.png")
    likeness("collections", "create", "second", "--name", "It's a name")
    likeness("collections", "rename", "second", "Another name")
    likeness("users", "create", family, "anna", "--name", "Anna Ö")
    likeness("users", "associate", family, "anna", one)
    likeness("users", "disassociate", family, "anna", one)
    likeness("users", "delete", family, "anna")
    likeness("collections", "delete", "second")
    offered: list[str] = []

    def read(bench: Workbench) -> None:
        ids = reversed(bench.history.listing().tolist())
        offered.extend(line for pk in ids if (line := bench.history.detail(pk).equal_command))

    likeness.opened = read
    likeness("collections")
    likeness.opened = lambda bench: None
    assert len(offered) == 9
    copy = tmp_path / "copy"
    for line in offered:
        program, *words = shlex.split(line)
        assert program == "likeness"
        if words[:2] in (["users", "associate"], ["users", "disassociate"]):
            # Its faces have other ids; that they are unknown there is all that is wrong.
            assert likeness(*words, library=copy).err.endswith("there is no such face in this collection\n")
        else:
            assert likeness(*words, library=copy).status == 0, line
    assert likeness("collections", library=copy).out == "family  3 photos  3 faces  0 people\n"


def test_detect_says_how_a_picture_lies(likeness: Terminal, folder: Path) -> None:
    likeness.engine.lies = 270
    assert likeness("detect", folder / "b.png", "--json").json["OrientationCorrection"] == "ROTATE_270"
    assert (
        likeness("detect", folder / "b.png", "--attributes", "--json").json["OrientationCorrection"]
        == "ROTATE_270"
    )
