"""`likeness metrics` and `likeness alarms`; what the commands themselves are counted as."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.domain.records import Origin
from app.services.metrics import Observation, Outcome
from app.services.workbench import Workbench
from tests.fakes import painted, person_color, save_image
from tests.unit.cli.terminal import Terminal


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return save_image(tmp_path / "ada.png", painted([(person_color(0), (60, 60, 160))]))


def counted(likeness: Terminal) -> dict[str, tuple[int, int]]:
    """(successes, user errors) by operation; all of them from the command line."""
    told = likeness("metrics", "--json").json
    assert {each["Origin"] for each in told["Sources"]} <= {"command line"}
    return {
        each["Operation"]: (each["SuccessfulRequestCount"], each["UserErrorCount"])
        for each in told["Operations"]
    }


def test_nothing_was_asked_for_yet(likeness: Terminal) -> None:
    assert likeness("metrics").status == 1
    assert likeness("collections", "create", "a").status == 0
    assert likeness("metrics", "--operation", "DetectFaces").out == "No operation in the last day.\n"


def test_commands_are_counted_by_the_operation_they_are(likeness: Terminal, picture: Path) -> None:
    assert likeness("collections", "create", "album").status == 0
    for words in (
        ("collections", "list"),
        ("collections", "describe", "album"),
        ("index", "album", picture),
        ("detect", picture),
        ("detect", "--attributes", picture),
        ("compare", picture, picture),
        ("labels", picture),
        ("moderate", picture),
        ("search", "album", picture),
        ("search", "album", picture, "--users"),
        ("users", "create", "album", "ada"),
        ("users", "list", "album"),
        ("search", "album", "--user", "ada"),
        ("celebrities", "recognize", picture),
        ("users", "delete", "album", "ada"),
        ("collections", "delete", "album"),
    ):
        done = likeness(*words)
        assert done.status == 0, (words, done.err)
    assert counted(likeness) == {
        "CompareFaces": (1, 0),
        "CreateCollection": (1, 0),
        "CreateUser": (1, 0),
        "DeleteCollection": (1, 0),
        "DeleteUser": (1, 0),
        "DescribeCollection": (1, 0),
        "DetectFaces": (2, 0),
        "DetectLabels": (1, 0),
        "DetectModerationLabels": (1, 0),
        "IndexFaces": (1, 0),
        "ListCollections": (1, 0),
        "ListUsers": (1, 0),
        "RecognizeCelebrities": (1, 0),
        "SearchFacesByImage": (1, 0),
        "SearchUsers": (1, 0),
        "SearchUsersByImage": (1, 0),
    }


def test_refusals_are_told_of(likeness: Terminal, tmp_path: Path) -> None:
    likeness("collections", "create", "album")
    rubbish = tmp_path / "rubbish.jpg"
    rubbish.write_bytes(b"rubbish")
    for words in (
        ("detect", rubbish),
        ("compare", rubbish, rubbish),
        ("labels", rubbish),
        ("search", "nosuch", rubbish),
        ("users", "list", "nosuch"),
        ("collections", "delete", "nosuch"),
    ):
        assert likeness(*words).status == 1
    assert {name: errors for name, (_, errors) in counted(likeness).items() if errors} == {
        "CompareFaces": 1,
        "DeleteCollection": 1,
        "DetectFaces": 1,
        "DetectLabels": 1,
        "ListUsers": 1,
        "SearchFacesByImage": 1,
    }
    told = likeness("metrics", "--errors", "2").out
    assert "DetectFaces  1 request  1 user error  average " in told
    assert told.count("Exception: ") == 2 and "All  7 requests  6 user errors" in told


def test_the_time_and_the_operation_are_chosen(likeness: Terminal, picture: Path, tmp_path: Path) -> None:
    def throttle(bench: Workbench) -> None:
        seen = Observation("DetectFaces", Origin.ENDPOINT, Outcome.THROTTLED, 1.0)
        bench.meter.record(seen)

    likeness.opened = throttle
    likeness("collections", "create", "album")
    told = likeness("metrics", "--period", "hour", "--operation", "DetectFaces", "--json").json
    assert (told["Period"], [each["Operation"] for each in told["Operations"]]) == (60, ["DetectFaces"])
    assert told["Total"]["ThrottledCount"] == 2 and told["Total"]["ResponseTime"]["p50"] == 1.0
    assert told["Sources"][0]["Origin"] == "endpoint" and told["Datapoints"][0]["Operation"] == "DetectFaces"
    path = tmp_path / "out.csv"
    assert likeness("metrics", "--csv", path).out.startswith(("2 rows", "3 rows"))
    with path.open(newline="") as file:
        assert {row["Operation"] for row in csv.DictReader(file)} == {"CreateCollection", "DetectFaces"}
    assert likeness("metrics", "--csv", path, "--json").status == 2
    assert likeness("metrics", "--csv", tmp_path / "gone" / "a.csv").status == 1
    assert likeness("metrics", "--period", "year").status == 2


def test_alarms_are_added_listed_and_removed(likeness: Terminal) -> None:
    likeness("collections", "create", "album")
    assert likeness("alarms").out.startswith("No alarms yet.")
    made = likeness(
        "alarms", "add", "Slow faces", "--metric", "ResponseTime", "--statistic", "p95", "--threshold", "900",
        "--comparison", "GreaterThanOrEqualToThreshold", "--period", "120", "--periods", "3",
        "--operation", "DetectFaces", "--missing", "notBreaching",
    )  # fmt: skip
    assert made.out == (
        "Slow faces is added: p95 of ResponseTime of DetectFaces ≥ 900 for 3 periods of 2 minutes.\n"
    )
    (shape,) = likeness("alarms", "list", "--json").json["MetricAlarms"]
    assert shape["StateValue"] == "OK"
    assert shape["ExtendedStatistic"] == "p95" and shape["TreatMissingData"] == "notBreaching"
    assert shape["Dimensions"] == [{"Name": "Operation", "Value": "DetectFaces"}]
    assert "Slow faces  OK since " in likeness("alarms").out
    assert "INSUFFICIENT_DATA to OK" in likeness("alarms", "history", "Slow faces").out
    (item,) = likeness("alarms", "history", "Slow faces", "--json").json["AlarmHistoryItems"]
    assert (item["Before"], item["After"]) == ("INSUFFICIENT_DATA", "OK")
    again = likeness("alarms", "add", "Slow faces", "--metric", "UserErrorCount")
    assert again.status == 1 and "already" in again.err
    for wrong in (
        ("--metric", "UserErrorCount", "--statistic", "p99"),
        ("--metric", "UserErrorCount", "--operation", "DetectFace"),
        ("--metric", "UserErrorCount", "--period", "90"),
    ):
        assert likeness("alarms", "add", "x", *wrong).status == 1
    assert likeness("alarms", "add", "x", "--metric", "Nothing").status == 2
    assert likeness("alarms", "remove", "Slow faces").out == "Slow faces is removed.\n"
    gone = likeness("alarms", "remove", "Slow faces")
    assert gone.status == 1 and "There is no alarm “Slow faces”." in gone.err
