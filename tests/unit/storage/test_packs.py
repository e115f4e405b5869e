"""The shelf of packs: put, switched, removed, restored; nothing half-done is ever seen."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.celebrities import Celebrity, PackContents, PackEntry, PackError
from app.domain.errors import ResourceNotFound
from app.storage.packs import KEPT_DAYS, PackShelf

ADA = PackContents("ada", "Ada's", "1", "private", "", "", (PackEntry(Celebrity("1", "Ada"), ("a.jpg",)),))


@pytest.fixture
def shelf(tmp_path: Path) -> PackShelf:
    return PackShelf(tmp_path / "packs")


def put(shelf: PackShelf, contents: PackContents = ADA) -> str | None:
    with shelf.incoming() as place:
        (place / "a.jpg").write_bytes(contents.version.encode())
        return shelf.put(place, contents)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_empty_shelf(shelf: PackShelf, tmp_path: Path) -> None:
    assert shelf.packs() == [] and shelf.removed() == [] and shelf.signature() == ()
    assert names(tmp_path) == [], "nothing is made before a pack comes"
    with pytest.raises(ResourceNotFound):
        shelf.get("ada")


def test_put_and_get(shelf: PackShelf, tmp_path: Path) -> None:
    assert put(shelf) is None
    stored = shelf.get("ada")
    assert stored.contents == ADA and stored.enabled
    assert (stored.folder / "a.jpg").read_bytes() == b"1"
    assert names(tmp_path / "packs") == ["ada"]
    assert PackShelf(tmp_path / "packs").packs() == [stored]


def test_what_is_not_put_leaves_nothing(shelf: PackShelf, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), shelf.incoming() as place:
        (place / "a.jpg").write_bytes(b"half")
        assert shelf.packs() == []
        raise RuntimeError
    assert names(tmp_path / "packs") == []


def test_a_load_that_was_killed_is_swept_away_later(shelf: PackShelf, tmp_path: Path) -> None:
    old, young = tmp_path / "packs" / ".new-old", tmp_path / "packs" / ".new-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, time.time() - 100_000))
    put(shelf)
    assert names(tmp_path / "packs") == [".new-young", "ada"]


def test_switching(shelf: PackShelf) -> None:
    put(shelf)
    before = shelf.signature()
    shelf.set_enabled("ada", False)
    assert not shelf.get("ada").enabled and shelf.signature() != before
    shelf.set_enabled("ada", False)
    shelf.set_enabled("ada", True)
    assert shelf.get("ada").enabled and shelf.signature() == before
    with pytest.raises(ResourceNotFound):
        shelf.set_enabled("bea", True)


def test_remove_and_restore(shelf: PackShelf) -> None:
    put(shelf)
    shelf.set_enabled("ada", False)
    token = shelf.remove("ada")
    assert shelf.packs() == []
    (gone,) = shelf.removed()
    assert (gone.token, gone.name, gone.version, gone.people) == (token, "Ada's", "1", 1)
    assert abs(gone.removed_at.timestamp() - time.time()) < 60
    assert shelf.restore(token) == "ada"
    assert shelf.get("ada").contents == ADA and not shelf.get("ada").enabled, "it comes back as it was"
    assert shelf.removed() == []
    with pytest.raises(ResourceNotFound, match="not in the trash any more"):
        shelf.restore(token)


def test_a_new_version_replaces_the_old_and_the_old_can_come_back(shelf: PackShelf) -> None:
    put(shelf)
    shelf.set_enabled("ada", False)
    token = put(shelf, replace(ADA, version="2"))
    assert token is not None
    stored = shelf.get("ada")
    assert stored.contents is not None and stored.contents.version == "2"
    assert not stored.enabled, "what was switched off stays so"
    shelf.restore(token)
    assert [each.contents.version for each in shelf.packs() if each.contents] == ["1"]
    assert [each.version for each in shelf.removed()] == ["2"]


def test_the_trash_empties_after_a_month(shelf: PackShelf, tmp_path: Path) -> None:
    put(shelf)
    token = shelf.remove("ada")
    trashed = tmp_path / "packs" / ".trash" / token
    os.utime(trashed, (0, time.time() - (KEPT_DAYS + 1) * 86_400))
    put(shelf, replace(ADA, version="2"))
    again = shelf.remove("ada")
    assert [each.version for each in shelf.removed()] == ["2"]
    shelf.discard(again)
    assert shelf.removed() == [] and names(tmp_path / "packs" / ".trash") == []


@pytest.mark.parametrize("token", ["", "ada", "../ada.1", "ada.x", ".trash/ada.1", "ada.9"])
def test_tokens_that_are_none(shelf: PackShelf, token: str) -> None:
    put(shelf)
    shelf.remove("ada")
    with pytest.raises(ResourceNotFound):
        shelf.restore(token)


@pytest.mark.parametrize("pack_id", ["", "..", "../packs", ".trash", "Ada"])
def test_ids_that_are_none(shelf: PackShelf, pack_id: str) -> None:
    put(shelf)
    with pytest.raises(ResourceNotFound):
        shelf.remove(pack_id)


def test_a_list_that_was_damaged_on_the_disk(shelf: PackShelf) -> None:
    put(shelf)
    (shelf.get("ada").folder / "pack.json").write_bytes(b"{")
    (stored,) = shelf.packs()
    assert stored.contents is None and "Remove the pack and load it again" in stored.problem
    token = shelf.remove("ada")
    assert shelf.removed()[0].name == "ada"
    shelf.discard(token)
    assert shelf.packs() == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "packs").write_text("a file where the folder should be")
    shelf = PackShelf(tmp_path / "packs")
    assert shelf.packs() == []
    with pytest.raises(PackError, match="The pack cannot be loaded"), shelf.incoming():
        pass
