"""Files read whole or not at all; walks that end, block on nothing and pass nothing over in silence."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ImageError, ImageTooLarge
from app.imaging import files
from app.imaging.files import content_hash, image_id, natural_key, read_file, walk
from tests.unit.imaging.image_files import encoded, photo

JPEG = encoded(photo(8, 8), "JPEG")
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX file systems only")


def walked(*paths: Path) -> tuple[list[Path], dict[Path, str]]:
    problems: dict[Path, str] = {}
    found = list(walk(paths, lambda path, error: problems.update({path: error.reason})))
    return found, problems


def test_hash_and_content(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    for body in (b"", b"x", bytes(3 * 1024 * 1024 + 5)):
        path.write_bytes(body)
        assert content_hash(path) == hashlib.sha256(body).digest()
        assert read_file(path, 10_000_000) == body


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.tif"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: a terabyte that takes no room
    with pytest.raises(ImageTooLarge, match="File is too large"):
        read_file(path, 1 << 29)


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
@pytest.mark.parametrize("read", [content_hash, lambda path: read_file(path, 1 << 30)])
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, read: object
) -> None:
    path = tmp_path / "growing.jpg"
    path.write_bytes(bytes(3_000_000))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    real = os.read
    calls = []

    def read_then_change(file: int, size: int) -> bytes:
        chunk = real(file, size)
        if not calls:
            if change == "grow":
                with path.open("ab") as other:
                    other.write(b"more")
            elif change == "shrink":
                os.truncate(path, 1_500_000)
            else:
                with path.open("r+b") as other:
                    other.write(b"other")
        calls.append(size)
        return chunk

    monkeypatch.setattr(files.os, "read", read_then_change)
    with pytest.raises(ImageError) as caught:
        read(path)  # type: ignore[operator]
    assert caught.value.reason == "File changed while it was read"
    assert calls


@posix
def test_a_file_that_vanishes_while_it_is_read_is_still_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "gone.jpg"
    body = os.urandom(2_500_000)
    path.write_bytes(body)
    real = os.read

    def read_then_delete(file: int, size: int) -> bytes:
        path.unlink(missing_ok=True)
        return real(file, size)

    monkeypatch.setattr(files.os, "read", read_then_delete)
    assert read_file(path, 1 << 30) == body
    with pytest.raises(ImageError, match="File is missing"):
        read_file(path, 1 << 30)


def test_a_disk_error_is_an_image_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(JPEG)

    def fail(file: int, size: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files.os, "read", fail)
    with pytest.raises(ImageError, match=r"File cannot be read\. a\.jpg: Input/output error"):
        content_hash(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="This is a folder"):
        read_file(tmp_path, 100)
    with pytest.raises(ImageError, match="File is missing"):
        read_file(tmp_path / "none.jpg", 100)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ImageError, match="File is missing"):
        read_file(tmp_path / "file" / "none.jpg", 100)
    with pytest.raises(ImageError, match="File cannot be read"):
        read_file(tmp_path / ("n" * 5000), 100)
    with pytest.raises(ImageError, match="File cannot be read"):
        read_file(Path("a\0b.jpg"), 100)


@posix
@pytest.mark.timeout(5)
def test_pipes_sockets_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    address = tmp_path / "s.jpg"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(address))
        found, problems = walked(pipe, address, Path("/dev/zero"))
        assert found == []
        assert problems == dict.fromkeys((pipe, address, Path("/dev/zero")), "Not a file")
        assert walked(tmp_path) == ([], dict.fromkeys((pipe, address), "Not a file"))
        for path in problems:
            with pytest.raises(ImageError, match="Not a file"):
                read_file(path, 100)
            with pytest.raises(ImageError, match="Not a file"):
                content_hash(path)


def test_folders_give_pictures_in_natural_order(tmp_path: Path) -> None:
    for name in ("IMG_10.JPG", "img_9.jpg", "img_9b.png", "b/2.heic", "b/10.nef", "a.webp", "c/x.tiff"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(JPEG)
    found, problems = walked(tmp_path)
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["a.webp", "img_9.jpg", "img_9b.png", "IMG_10.JPG", "b/2.heic", "b/10.nef", "c/x.tiff"]
    assert problems == {}


def test_folders_pass_over_what_is_no_picture_but_a_named_file_is_taken(tmp_path: Path) -> None:
    names = [".hidden.jpg", ".git/a.jpg", "notes.txt", "._a.jpg", "a.jpg", "layers.psd", "bare", "readme"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"text" if name == "readme" else JPEG)
    found, problems = walked(tmp_path)
    # A picture of a kind that is refused is handed on, so that its refusal is seen.
    assert sorted(path.name for path in found) == ["a.jpg", "bare", "layers.psd"]
    assert problems == {}
    for name in names:
        assert walked(tmp_path / name) == ([tmp_path / name], {})


def test_what_is_missing_is_reported_and_the_walk_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    found, problems = walked(tmp_path / "none", tmp_path / "a.jpg", Path("nul\0.jpg"))
    assert found == [tmp_path / "a.jpg"]
    assert problems == {tmp_path / "none": "File is missing", Path("nul\0.jpg"): "File cannot be read"}


@posix
def test_loops_end_and_every_picture_comes_once(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.jpg").write_bytes(JPEG)
    (tmp_path / "in" / "deep" / "b.jpg").write_bytes(JPEG)
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to(".")
    (tmp_path / "in" / "again").symlink_to("deep")
    found, problems = walked(tmp_path / "in", tmp_path / "in" / "deep")
    assert sorted(path.name for path in found) == ["a.jpg", "b.jpg"]
    assert problems == {}


@posix
def test_links_that_lead_nowhere_are_reported(tmp_path: Path) -> None:
    (tmp_path / "dangling.jpg").symlink_to("gone.jpg")
    (tmp_path / "round.jpg").symlink_to("round.jpg")
    (tmp_path / "good.jpg").write_bytes(JPEG)
    (tmp_path / "link.jpg").symlink_to("good.jpg")
    found, problems = walked(tmp_path)
    assert [path.name for path in found] == ["good.jpg", "link.jpg"]
    assert problems[tmp_path / "dangling.jpg"] == "Link leads nowhere"
    assert problems[tmp_path / "round.jpg"] == "File cannot be read"
    assert walked(tmp_path / "dangling.jpg")[1] == {tmp_path / "dangling.jpg": "Link leads nowhere"}


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The superuser may read everything: step down for a moment."""
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)


@posix
def test_what_may_not_be_read_is_reported() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        closed = folder / "closed"
        closed.mkdir()
        locked = folder / "locked.jpg"
        locked.write_bytes(JPEG)
        bare = folder / "locked"
        bare.write_bytes(JPEG)
        for path in (locked, bare, closed):
            path.chmod(0)
        try:
            with ordinary_user():
                found, problems = walked(folder)
                assert found == [locked]
                assert problems == {closed: "No permission to read it"}
                for read in (content_hash, lambda path: read_file(path, 100)):
                    with pytest.raises(ImageError, match="No permission to read it"):
                        read(locked)
        finally:
            closed.chmod(0o700)


def test_permission_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.os, "scandir", refuse)
    assert walked(tmp_path) == ([], {tmp_path: "No permission to read it"})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are not UTF-8")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    names = [b"caf\xe9.jpg", b"\xff\xfe.png", "日本.jpg".encode(), b"new\nline.jpg", b" .jpg"]
    for name in names:
        with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(JPEG)
    found, problems = walked(tmp_path)
    assert sorted(os.fsencode(path.name) for path in found) == sorted(names)
    assert problems == {}
    for path in found:
        assert read_file(path, 1 << 20) == JPEG
        assert content_hash(path) == hashlib.sha256(JPEG).digest()


@posix
def test_a_tree_deeper_than_the_recursion_limit(tmp_path: Path) -> None:
    folders = [tmp_path]
    for _ in range(sys.getrecursionlimit() + 50):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    picture = folders[-1] / "a.jpg"
    picture.write_bytes(JPEG)
    try:
        assert walked(tmp_path) == ([picture], {})
    finally:
        picture.unlink()
        for folder in reversed(folders[1:]):  # the test runner's own clean-up recurses
            folder.rmdir()


def test_natural_order() -> None:
    names = ["img10", "IMG2", "img2b", "2", "10", "a", "", "img"]
    assert sorted(names, key=natural_key) == ["", "2", "10", "a", "img", "IMG2", "img2b", "img10"]


@given(st.lists(st.text(max_size=8), max_size=8))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    assert sorted(sorted(names, key=natural_key)) == sorted(names)


@given(st.binary(min_size=32, max_size=32))
def test_the_image_id_is_a_version_8_uuid_of_the_hash(sha256: bytes) -> None:
    identity = uuid.UUID(image_id(sha256))
    assert str(identity) == image_id(sha256)
    assert identity.version == 8
    assert identity.variant == uuid.RFC_4122
    assert identity.bytes[:6] == sha256[:6]
    assert identity.bytes[9:] == sha256[9:16]


def test_the_image_id_of_a_known_hash() -> None:
    assert image_id(hashlib.sha256(b"").digest()) == "e3b0c442-98fc-8c14-9afb-f4c8996fb924"
    with pytest.raises(ValueError, match="32 bytes"):
        image_id(b"short")
