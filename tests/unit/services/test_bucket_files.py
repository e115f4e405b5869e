"""Files beneath a folder: what is read, and all that must not be."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ImageTooLarge, InvalidS3Object
from app.services.bucket_files import Opener, components, read_beneath, resolved

MOST = 1000
needs_posix = pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX systems")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bucket"
    (made / "2024" / "süd").mkdir(parents=True)
    (made / "a.jpg").write_bytes(b"a")
    (made / "2024" / "süd" / "写真 1.jpg").write_bytes(b"deep")
    (made / "empty").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"secret")
    return made


@pytest.fixture(params=["walked", "resolved"])
def opener(request: pytest.FixtureRequest) -> Opener | None:
    """Both ways of opening; the second is Windows' and works everywhere."""
    if request.param == "walked" and os.open not in os.supports_dir_fd:
        pytest.skip("no folder can be opened on this system")
    return None if request.param == "walked" else resolved


@pytest.mark.parametrize(("key", "data"), [("a.jpg", b"a"), ("2024/süd/写真 1.jpg", b"deep"), ("empty", b"")])
def test_files_are_read_by_their_path(folder: Path, opener: Opener | None, key: str, data: bytes) -> None:
    found = read_beneath(folder, key, MOST, opener)
    assert found.data == data
    assert found.path == folder / key
    assert found.mtime_ns == (folder / key).stat().st_mtime_ns


@pytest.mark.parametrize(
    "key",
    [
        *("/a.jpg", "//a.jpg", "./a.jpg", "2024/../a.jpg", "../secret", "2024/../../secret", "..", ".", ""),
        *("a.jpg/", "2024//süd", "a\0.jpg", "2024/.", "/", "a.jpg/..", "\0"),
    ],
)
def test_a_key_is_taken_as_it_stands_or_not_at_all(folder: Path, opener: Opener | None, key: str) -> None:
    with pytest.raises(InvalidS3Object):
        read_beneath(folder, key, MOST, opener)


@pytest.mark.parametrize(
    "key", ["b.jpg", "a.jpg/b", "2024", "2024/süd", "x" * 5000, "\ud800", "\udc2e\udc2e/secret", "~/a.jpg"]
)
def test_what_is_not_there_is_said_without_a_path(folder: Path, opener: Opener | None, key: str) -> None:
    with pytest.raises(InvalidS3Object) as caught:
        read_beneath(folder, key, MOST, opener)
    assert str(folder) not in str(caught.value)
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40))
def test_no_key_reads_the_secret(tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    top = tmp_path_factory.getbasetemp() / "keys"
    (top / "bucket").mkdir(parents=True, exist_ok=True)
    (top / "secret").write_bytes(b"secret")
    for opener in (None, resolved):
        for name in (key, f"../{key}", f"{key}/../secret"):
            with pytest.raises(InvalidS3Object):
                read_beneath(top / "bucket", name, MOST, opener)


@pytest.mark.parametrize(
    "key",
    [
        "C:/a.jpg",
        "C:a.jpg",
        "a\\b.jpg",
        "..\\a",
        "NUL",
        "con.jpg",
        "x/COM1.png",
        "lpt9 .x",
        "a.",
        "b ",
        "a:b",
    ],
)
def test_names_that_windows_reads_otherwise_are_refused_there(key: str) -> None:
    with pytest.raises(InvalidS3Object):
        components(key, windows=True)


@pytest.mark.parametrize("key", ["contact.jpg", "company/nullify.png", "写真/1.jpg", "a b.c"])
def test_other_names_are_not(key: str) -> None:
    assert components(key, windows=True) == key.split("/")


@needs_posix
def test_a_backslash_is_a_letter_elsewhere(folder: Path) -> None:
    (folder / "a\\b").write_bytes(b"x")
    assert read_beneath(folder, "a\\b", MOST).data == b"x"


@needs_posix
def test_links_within_the_folder_are_followed(folder: Path, opener: Opener | None) -> None:
    (folder / "link.jpg").symlink_to("2024/süd/写真 1.jpg")
    (folder / "2024" / "up").symlink_to("../a.jpg")
    (folder / "way").symlink_to("2024/süd")
    (folder / "absolute").symlink_to(folder / "a.jpg")
    (folder / "round").symlink_to("2024/../way/写真 1.jpg")
    expected = {
        "link.jpg": b"deep",
        "2024/up": b"a",
        "way/写真 1.jpg": b"deep",
        "absolute": b"a",
        "round": b"deep",
    }
    for key, data in expected.items():
        found = read_beneath(folder, key, MOST, opener)
        assert found.data == data
        assert found.path == folder / key


@needs_posix
@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "2024/../../secret", "{top}/../secret"])
def test_links_out_of_the_folder_are_not(folder: Path, opener: Opener | None, target: str) -> None:
    (folder / "link").symlink_to(target.format(top=folder))
    with pytest.raises(InvalidS3Object, match="leads out"):
        read_beneath(folder, "link", MOST, opener)
    (folder / "outside").symlink_to("..")
    with pytest.raises(InvalidS3Object, match="leads out"):
        read_beneath(folder, "outside/secret", MOST, opener)


@needs_posix
def test_links_that_go_round_end(folder: Path, opener: Opener | None) -> None:
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    with pytest.raises(InvalidS3Object):
        read_beneath(folder, "one", MOST, opener)


@needs_posix
def test_the_folder_itself_may_be_a_link(folder: Path, opener: Opener | None) -> None:
    other = folder.parent / "linked"
    other.symlink_to(folder)
    (folder / "absolute").symlink_to(folder / "a.jpg")
    assert read_beneath(other, "a.jpg", MOST, opener).data == b"a"
    assert read_beneath(other, "absolute", MOST, opener).data == b"a"


@needs_posix
def test_what_is_no_file_is_not_opened(folder: Path, opener: Opener | None) -> None:
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket is short
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        for key in ("pipe", "socket"):
            with pytest.raises(InvalidS3Object, match="no file"):
                read_beneath(folder, key, MOST, opener)


@needs_posix
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there are no devices here")
def test_devices_are_refused(opener: Opener | None) -> None:
    for key in ("zero", "null", "tty"):
        with pytest.raises(InvalidS3Object):
            read_beneath(Path("/dev"), key, MOST, opener)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="files of the kernel are Linux'")
def test_a_file_that_lies_about_its_size_is_refused(opener: Opener | None) -> None:
    with pytest.raises(InvalidS3Object, match="changed"):
        read_beneath(Path("/proc/self"), "status", MOST, opener)


def test_a_large_file_is_not_read(folder: Path, opener: Opener | None) -> None:
    with (folder / "large").open("wb") as file:
        file.truncate(MOST + 1)
    with pytest.raises(ImageTooLarge):
        read_beneath(folder, "large", MOST, opener)
    with (folder / "large").open("wb") as file:
        file.truncate(MOST)
    assert len(read_beneath(folder, "large", MOST, opener).data) == MOST


def test_a_folder_that_is_gone(folder: Path, opener: Opener | None) -> None:
    for gone in (folder / "nothing", folder / "a.jpg"):
        with pytest.raises(InvalidS3Object, match="folder is gone"):
            read_beneath(gone, "a.jpg", MOST, opener)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may read everything")
def test_what_may_not_be_read(folder: Path, opener: Opener | None) -> None:
    (folder / "a.jpg").chmod(0)
    with pytest.raises(InvalidS3Object, match="may not read"):
        read_beneath(folder, "a.jpg", MOST, opener)


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_a_file_that_changes_meanwhile_is_refused(
    folder: Path, opener: Opener | None, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "growing"
    path.write_bytes(b"x" * 500)
    read = os.read

    def meanwhile(file: int, count: int) -> bytes:
        monkeypatch.setattr(os, "read", read)
        if change == "touch":
            os.utime(path, ns=(1, 1))
        else:
            with path.open("r+b") as writer:
                writer.truncate(900 if change == "grow" else 100)
        return read(file, count)

    monkeypatch.setattr(os, "read", meanwhile)
    with pytest.raises(InvalidS3Object, match="changed"):
        read_beneath(folder, "growing", MOST, opener)


@needs_posix
@pytest.mark.skipif(sys.platform == "darwin", reason="renaming over a folder is Linux' to allow")
def test_no_race_leads_out(folder: Path) -> None:
    """A component is swapped for a link out of the folder, as fast as it goes, while it is read."""
    inside, link = folder / "inside", folder.parent / "link"
    inside.mkdir()
    (inside / "secret").write_bytes(b"public")
    link.symlink_to(folder.parent)
    stop = threading.Event()

    def swap() -> None:
        hidden = folder / "hidden"
        while not stop.is_set():
            inside.rename(hidden)
            link.rename(inside)
            inside.rename(link)
            hidden.rename(inside)

    swapping = threading.Thread(target=swap)
    swapping.start()
    read, refused = 0, 0
    try:
        for _ in range(3000):
            try:
                data = read_beneath(folder, "inside/secret", MOST).data
            except InvalidS3Object:
                refused += 1
            else:
                read += 1
                assert data == b"public"
    finally:
        stop.set()
        swapping.join()
    assert read
    assert refused


def test_no_descriptor_stays_open(folder: Path, opener: Opener | None) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("open files cannot be counted here")
    (folder / "out").symlink_to("../secret")
    (folder / "2024" / "out").symlink_to("../../secret")

    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = count()
    for key in ("a.jpg", "2024/süd/写真 1.jpg", "out", "2024/out", "2024/none", "2024/süd", "../x"):
        with suppress(InvalidS3Object):
            read_beneath(folder, key, MOST, opener)
    assert count() == before
