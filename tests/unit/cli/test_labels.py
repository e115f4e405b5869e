"""`likeness labels` and `likeness moderate`: as sure as one asks for."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.terminal import Terminal


def test_less_sure_labels_are_told_when_asked(likeness: Terminal, folder: Path) -> None:
    def named(*options: str) -> list[str]:
        answer = likeness("labels", folder / "a.png", *options, "--json").json
        return [label["Name"] for label in answer["Labels"]]

    assert named() == ["Square"]
    assert named("--min-confidence", "30") == ["Square", "Grey"]
    assert named("--min-confidence", "98") == []


def test_moderation_from_a_confidence_on(likeness: Terminal, folder: Path) -> None:
    def found(*options: str) -> int:
        return len(likeness("moderate", folder / "a.png", *options, "--json").json["ModerationLabels"])

    assert (found(), found("--min-confidence", "61"), found("--min-confidence", "0")) == (1, 0, 1)
