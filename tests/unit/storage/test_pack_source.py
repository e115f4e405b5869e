"""Folders and zips that packs come in: sound, damaged and hostile."""

from __future__ import annotations

import io
import os
import stat
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.domain.celebrities import PackError
from app.storage.pack_source import open_source, read_whole, write_from

LIMIT = 1_000_000


def zipped(path: Path, files: dict[str, bytes], **options: int) -> Path:
    with zipfile.ZipFile(path, "w", **options) as file:  # type: ignore[arg-type]
        for name, data in files.items():
            file.writestr(name, data)
    return path


def laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


FILES = {"pack.toml": b"list", "pictures/a.jpg": b"picture"}


@pytest.mark.parametrize("kind", ["folder", "zip", "zip of the folder"])
def test_files_are_read(tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        path = laid_out(tmp_path / "pack", FILES)
    elif kind == "zip":
        path = zipped(tmp_path / "pack.zip", FILES)
    else:
        inside = {f"My pack/{name}": data for name, data in FILES.items()}
        path = zipped(tmp_path / "pack.zip", {**inside, "__MACOSX/._x": b""})
    with open_source(path) as source:
        assert source.list_name == "pack.toml"
        assert source.holds("pictures/a.jpg") and not source.holds("pictures/b.jpg")
        assert read_whole(source, "pictures/a.jpg", LIMIT) == b"picture"
        assert write_from(source, "pictures/a.jpg", tmp_path / "out", LIMIT) == 7
        assert (tmp_path / "out").read_bytes() == b"picture"
        with pytest.raises(PackError):
            read_whole(source, "pictures/b.jpg", LIMIT)


def refusal(path: Path) -> str:
    with pytest.raises(PackError) as raised, open_source(path) as source:
        read_whole(source, "pictures/a.jpg", LIMIT)
    return str(raised.value)


def test_what_is_no_pack(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(tmp_path / "gone.zip")
    (tmp_path / "text.zip").write_text("no zip")
    assert "neither a folder nor a zip" in refusal(tmp_path / "text.zip")
    assert "it is no celebrity pack" in refusal(zipped(tmp_path / "empty.zip", {"a.jpg": b""}))
    assert "it is no celebrity pack" in refusal(laid_out(tmp_path / "folder", {"a.jpg": b""}))
    both = laid_out(tmp_path / "both", {"pack.toml": b"", "pack.json": b""})
    assert "has both pack.toml and pack.json" in refusal(both)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "..\\evil", "pictures/..", "x\0.jpg"]
)
def test_names_that_lead_out_of_a_zip(tmp_path: Path, name: str) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("pack.toml", b"")
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        file.writestr(info, b"evil")
    assert "whose name leads out of it" in refusal(path)


def test_links_in_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("pack.toml", b"")
        info = zipfile.ZipInfo("pictures/a.jpg")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(info, b"/etc/passwd")
    assert "is a link or a device" in refusal(path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
@pytest.mark.parametrize("place", ["pictures/a.jpg", "pictures"])
def test_links_in_a_folder(tmp_path: Path, place: str) -> None:
    outside = laid_out(tmp_path / "outside", {"a.jpg": b"secret"})
    folder = laid_out(tmp_path / "pack", {"pack.toml": b"", "other/x": b""})
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).symlink_to(outside if place == "pictures" else outside / "a.jpg")
    assert "is a link" in refusal(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "pack", {"pack.toml": b"", "pictures/x": b""})
    os.mkfifo(folder / "pictures" / "a.jpg")
    assert "is no file" in refusal(folder)


def test_a_bomb_that_says_what_it_is(tmp_path: Path) -> None:
    files = {"pack.toml": b"", "pictures/a.jpg": b"\0" * 50_000_000}
    path = zipped(tmp_path / "pack.zip", files, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    assert "larger than a pack's file may be" in refusal(path)


def test_a_bomb_that_says_it_is_small(tmp_path: Path) -> None:
    files = {"pack.toml": b"", "pictures/a.jpg": b"\0" * 50_000_000}
    path = zipped(tmp_path / "pack.zip", files, compression=zipfile.ZIP_DEFLATED)
    data = path.read_bytes().replace((50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    path.write_bytes(data)
    tracemalloc.start()
    try:
        said = refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
    assert "damaged in the zip" in said or "larger than" in said


def test_what_was_written_of_a_bomb_is_gone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip", {"pack.toml": b"", "a": b"\0" * 3_000_000})
    with open_source(path) as source, pytest.raises(PackError):
        write_from(source, "a", tmp_path / "out", LIMIT)
    folder = laid_out(tmp_path / "pack", {"pack.toml": b"", "a": b"\0" * 3_000_000})
    with open_source(folder) as source, pytest.raises(PackError):
        write_from(source, "a", tmp_path / "out", LIMIT)
    assert not (tmp_path / "out").exists()


def test_a_damaged_member(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip", {"pack.toml": b"", "pictures/a.jpg": b"picture"})
    path.write_bytes(path.read_bytes().replace(b"picture", b"Picture", 1))
    assert "damaged in the zip" in refusal(path)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-30])
    assert "neither a folder nor a zip" in refusal(cut)


def test_unusual_zips(tmp_path: Path) -> None:
    files = {"pack.toml": b"", "pictures/a.jpg": b"x" * 100}
    odd = zipped(tmp_path / "lzma.zip", files, compression=zipfile.ZIP_LZMA)
    assert "packed in an unusual way" in refusal(odd)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "two.zip", "w") as file:
        file.writestr("pack.toml", b"one")
        file.writestr("pack.toml", b"two")
    assert "has two files called pack.toml" in refusal(tmp_path / "two.zip")
    locked = bytearray(zipped(tmp_path / "locked.zip", files).read_bytes())
    central = locked.rfind(b"PK\x01\x02")
    locked[central + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    assert "locked with a password" in refusal(tmp_path / "locked.zip")


def test_any_damage_ends_in_a_sentence(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in {**FILES, "pictures/b.jpg": b"b" * 500}.items():
            file.writestr(name, data)
    sound = buffer.getvalue()
    path = tmp_path / "pack.zip"
    for place in range(len(sound)):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        try:
            with open_source(path) as source:
                read_whole(source, "pictures/a.jpg", LIMIT)
        except PackError:
            continue
