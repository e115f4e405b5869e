"""Buckets: registered, listed, removed, read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import (
    ImageTooLarge,
    InvalidParameter,
    InvalidS3Object,
    ResourceAlreadyExists,
    ResourceNotFound,
)
from app.services.buckets import MOST_BYTES, BucketService
from app.storage.library import open_library


@pytest.fixture
def buckets(tmp_path: Path) -> Iterator[BucketService]:
    library = open_library(tmp_path / "library")
    yield BucketService(library.database)
    library.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Ferien ü 2024"
    made.mkdir()
    (made / "a.jpg").write_bytes(b"a picture")
    return made


def test_a_folder_is_a_bucket_until_it_is_removed(buckets: BucketService, folder: Path) -> None:
    assert buckets.list() == []
    made = buckets.add("holiday-2024", folder)
    assert (made.name, made.folder) == ("holiday-2024", folder)
    assert made.created_at.tzinfo is not None
    buckets.add("another", folder.parent)
    assert [bucket.name for bucket in buckets.list()] == ["another", "holiday-2024"]
    assert buckets.read("holiday-2024", "a.jpg") == b"a picture"
    buckets.remove("holiday-2024")
    assert [bucket.name for bucket in buckets.list()] == ["another"]
    assert (folder / "a.jpg").exists()
    with pytest.raises(InvalidS3Object, match="no bucket holiday-2024"):
        buckets.read("holiday-2024", "a.jpg")


def test_a_relative_folder_is_kept_absolute(
    buckets: BucketService, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    assert buckets.add("here", Path(folder.name)).folder == folder


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "ab",
            "a" * 64,
            "Upper",
            "under_score",
            "-a-",
            "a-",
            ".ab",
            "ab.",
            "a..b",
            "192.168.5.4",
            "a b",
        ),
        *("süd", "a/b", "abc\n", "../a"),
    ],
)
def test_names_that_no_bucket_has(buckets: BucketService, folder: Path, name: str) -> None:
    with pytest.raises(InvalidParameter, match="bucket's name"):
        buckets.add(name, folder)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "my.photos-2024", "0x0", "1.2.3.4.5", "a-.b"])
def test_names_that_one_may_have(buckets: BucketService, folder: Path, name: str) -> None:
    assert buckets.add(name, folder).name == name


def test_a_name_is_one_buckets(buckets: BucketService, folder: Path, tmp_path: Path) -> None:
    buckets.add("photos", folder)
    with pytest.raises(ResourceAlreadyExists):
        buckets.add("photos", tmp_path)
    assert buckets.get("photos").folder == folder
    with pytest.raises(ResourceNotFound):
        buckets.remove("other")
    with pytest.raises(ResourceNotFound):
        buckets.get("other")


def test_only_folders_are_buckets(buckets: BucketService, folder: Path) -> None:
    for path in (folder / "nothing", folder / "a.jpg"):
        with pytest.raises(InvalidParameter, match="no folder"):
            buckets.add("photos", path)


def test_the_version_is_the_hash_of_the_file(buckets: BucketService, folder: Path) -> None:
    buckets.add("photos", folder)
    digest = hashlib.sha256(b"a picture").hexdigest()
    for version in (None, digest, digest.upper()):
        assert buckets.read("photos", "a.jpg", version) == b"a picture"
    for version in (
        digest[:-1],
        digest[:-1] + "g",
        "null",
        "",
        digest + "\n",
        hashlib.sha256(b"b").hexdigest(),
    ):
        with pytest.raises(InvalidS3Object, match="no such version"):
            buckets.read("photos", "a.jpg", version)
    (folder / "a.jpg").write_bytes(b"another")
    with pytest.raises(InvalidS3Object):
        buckets.read("photos", "a.jpg", digest)


def test_what_cannot_be_read_is_said_without_the_folders_path(buckets: BucketService, folder: Path) -> None:
    buckets.add("photos", folder)
    for key in ("b.jpg", "../library/library.db", "/etc/passwd", "a.jpg/x"):
        with pytest.raises(InvalidS3Object) as caught:
            buckets.read("photos", key)
        assert str(folder) not in str(caught.value)
        assert "photos" in str(caught.value)
    (folder / "a.jpg").unlink()
    folder.rmdir()
    with pytest.raises(InvalidS3Object, match="folder is gone") as gone:
        buckets.read("photos", "a.jpg")
    assert folder.name not in str(gone.value)


def test_an_object_has_15_megabytes_at_most(buckets: BucketService, folder: Path) -> None:
    buckets.add("photos", folder)
    with (folder / "large").open("wb") as file:
        file.truncate(MOST_BYTES)
    assert len(buckets.read("photos", "large")) == MOST_BYTES
    with (folder / "large").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ImageTooLarge, match="15,728,640") as caught:
        buckets.read("photos", "large")
    assert caught.value.code == "ImageTooLargeException"
    with pytest.raises(ImageTooLarge):
        buckets.read("photos", "a.jpg", limit=8)


def test_another_process_is_seen(buckets: BucketService, folder: Path, tmp_path: Path) -> None:
    beside = open_library(tmp_path / "library")
    try:
        BucketService(beside.database).add("photos", folder)
        assert buckets.read("photos", "a.jpg") == b"a picture"
    finally:
        beside.close()
