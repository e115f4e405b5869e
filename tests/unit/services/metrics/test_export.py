"""Sums as a file for a spreadsheet."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.services.metrics import Outcome
from app.services.metrics.export import HEADER
from tests.unit.services.metrics.counting import NOON, Counter

START, END = datetime.fromtimestamp(NOON, UTC), datetime.fromtimestamp(NOON + 600, UTC)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_for_each_period_operation_and_origin(counter: Counter, tmp_path: Path) -> None:
    counter.see("DetectFaces", milliseconds=10, faces=2, count=3)
    counter.see("DetectFaces", Outcome.USER_ERROR, 20.0, origin=Origin.ENDPOINT)
    counter.clock.now = NOON + 301
    counter.see("DetectLabels", milliseconds=30, labels=5)
    path = tmp_path / "met,rics.csv"
    path.write_text("what was there")
    assert counter.metrics.export(path, START, END, 300) == 3
    rows = rows_of(path)
    assert tuple(rows[0]) == HEADER
    assert [(row["Start"], row["Operation"], row["Origin"]) for row in rows] == [
        ("2025-05-28T12:00:00Z", "DetectFaces", "endpoint"),
        ("2025-05-28T12:00:00Z", "DetectFaces", "window"),
        ("2025-05-28T12:05:00Z", "DetectLabels", "window"),
    ]
    assert (rows[0]["UserErrorCount"], rows[0]["ResponseTime.Average"]) == ("1", "20.000")
    assert (rows[1]["SuccessfulRequestCount"], rows[1]["DetectedFaceCount"]) == ("3", "6")
    assert (rows[1]["ResponseTime.SampleCount"], rows[1]["ResponseTime.p95"]) == ("3", "10.000")
    assert rows[2]["DetectedLabelCount"] == "5"
    assert counter.metrics.export(path, START, END, 300, ["DetectLabels"]) == 1
    assert [row["Operation"] for row in rows_of(path)] == ["DetectLabels"]
    assert list(tmp_path.iterdir()) == [path] or {each.name for each in tmp_path.iterdir()} == {
        path.name,
        "library",
    }


def test_a_place_that_cannot_be_written_is_said_and_nothing_is_left(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "file").write_text("kept")
    for path in (folder, tmp_path / "gone" / "a.csv", tmp_path / "file" / "a.csv", folder / ("x" * 300)):
        with pytest.raises(LikenessError, match=r"could not be written: .*\. Choose another place for it\."):
            counter.metrics.export(path, START, END, 300)
    assert list(folder.iterdir()) == [] and (tmp_path / "file").read_text() == "kept"


def test_what_was_there_stays_until_the_new_one_is_whole(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("what was there")
    counter.see()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.services.metrics.export.os.fsync", full)
    with pytest.raises(LikenessError, match="No space left on device"):
        counter.metrics.export(path, START, END, 300)
    assert path.read_text() == "what was there"
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob(".*.part"))
