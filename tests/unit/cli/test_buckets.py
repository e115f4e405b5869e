"""`likeness buckets ...`"""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.terminal import Terminal


def test_add_list_remove(likeness: Terminal, folder: Path) -> None:
    added = likeness("buckets", "add", "holiday-2024", folder)
    assert (added.status, added.out, added.err) == (0, f"holiday-2024 is {folder}.\n", "")
    assert likeness("buckets").out == f"holiday-2024  {folder}\n"
    (listed,) = likeness("buckets", "list", "--json").json["Buckets"]
    assert (listed["Name"], listed["Folder"]) == ("holiday-2024", str(folder))
    twice = likeness("buckets", "add", "holiday-2024", folder)
    assert twice.status == 1 and "There is a bucket holiday-2024 already" in twice.err
    removed = likeness("buckets", "remove", "holiday-2024", "--json")
    assert removed.json == {"Bucket": "holiday-2024"}
    assert likeness("buckets", "list").out.startswith("No buckets yet.")
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "b.png", "c.png"]


def test_what_cannot_be_a_bucket(likeness: Terminal, folder: Path) -> None:
    likeness("collections", "create", "mine")
    for name, path, why in (
        ("Holiday", folder, "small letters"),
        ("holiday", folder / "nothing", "is no folder"),
        ("holiday", folder / "a.png", "is no folder"),
    ):
        answer = likeness("buckets", "add", name, path)
        assert answer.status == 1 and why in answer.err
    assert likeness("buckets", "remove", "holiday").status == 1
    assert likeness("buckets", "add", "holiday", "").status == 2
    assert likeness("buckets", "--json").json == {"Buckets": []}
