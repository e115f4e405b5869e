"""Where a pack comes from: a folder or a zip, which may be damaged or hostile.

Only files that the pack's list names are ever read, each up to a limit of bytes that are counted as they
come: what a zip states of itself is not believed.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, Protocol

from app.domain.celebrities import PackError
from app.storage.pack_contents import LISTS, checked_name

LARGEST_LIST: Final = 32 * 1024 * 1024
LARGEST_FILE: Final = 512 * 1024 * 1024
LARGEST_PACK: Final = 4 * 1024 * 1024 * 1024
_MOST_MEMBERS: Final = 1_000_000
_CHUNK: Final = 1024 * 1024
# Others take memory by the wish of who made the zip.
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError),
)


class PackSource(Protocol):
    """`list_name` is pack.toml or pack.json."""

    list_name: str

    def holds(self, name: str) -> bool:
        """Whether there is such a file."""

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        """The file in chunks. Raises PackError where it is larger than that, or cannot be read."""


@contextmanager
def open_source(path: Path) -> Iterator[PackSource]:
    """A folder, or a zip of one (its files at the top, or all in one folder). Raises PackError."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "its name is not valid"
        raise PackError(f"The pack {path} cannot be read: {why}.") from error
    with file:
        yield _Zip(path, file)


def read_whole(source: PackSource, name: str, limit: int) -> bytes:
    return b"".join(source.read(name, limit))


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = [name for name in LISTS if self.holds(name)]
        self.list_name = _the_list(found, str(folder))

    def holds(self, name: str) -> bool:
        return os.path.lexists(self._folder / name)

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        path = self._folder
        for part in checked_name(name).split("/"):
            path = path / part
            if path.is_symlink():
                raise PackError(f"{name} is a link. A pack holds its files itself: copy the file there.")
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise PackError(f"{name} is no file.")
            with path.open("rb") as file:
                yield from _chunks(file, name, limit)
        except OSError as error:
            raise PackError(f"{name} cannot be read: {error.strerror or error}.") from error


class _Zip:
    def __init__(self, path: Path, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise PackError(
                f"{path.name} is neither a folder nor a zip that can be read. Load the pack's folder, or zip "
                "it again."
            ) from error
        members = self._zip.infolist()
        if len(members) > _MOST_MEMBERS:
            raise PackError(f"{path.name} holds {len(members):,} files; {_MOST_MEMBERS:,} are the most.")
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            self._take(member, path.name)
        self._prefix = ""
        found = [name for name in LISTS if name in self._members]
        if not found:
            # A zip of the folder itself, as desktops make them.
            tops = {name.split("/", 1)[0] for name in self._members if not name.startswith("__MACOSX/")}
            if len(tops) == 1:
                self._prefix = f"{tops.pop()}/"
                found = [name for name in LISTS if self._prefix + name in self._members]
        self.list_name = _the_list(found, path.name)

    def holds(self, name: str) -> bool:
        return self._prefix + name in self._members

    def read(self, name: str, limit: int) -> Iterator[bytes]:
        member = self._members.get(self._prefix + name)
        if member is None:
            raise PackError(f"{name} is not in the pack.")
        if member.file_size > limit:
            raise _too_large(name, limit)
        try:
            with self._zip.open(member) as file:
                yield from _chunks(file, name, limit)
        except _DAMAGED as error:
            raise PackError(f"{name} is damaged in the zip. Make the zip again.") from error

    def _take(self, member: zipfile.ZipInfo, zip_name: str) -> None:
        name = member.filename
        # Nothing is written under these names; but who makes such a zip means no good.
        climbs = name.startswith("/") or "\\" in name or ".." in name.split("/") or name[1:2] == ":"
        if climbs or "\0" in member.orig_filename:
            raise PackError(f"{zip_name} has a file whose name leads out of it. Do not trust this zip.")
        if member.is_dir():
            return
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise PackError(f"{name} in {zip_name} is a link or a device. A pack holds only files.")
        if member.flag_bits & 0x1:
            raise PackError(f"{zip_name} is locked with a password. Unpack it and load the folder.")
        if member.compress_type not in _METHODS:
            raise PackError(f"{name} in {zip_name} is packed in an unusual way. Zip the folder again.")
        if name in self._members:
            raise PackError(f"{zip_name} has two files called {name}. Zip the folder again.")
        self._members[name] = member


def _chunks(file: IO[bytes], name: str, limit: int) -> Iterator[bytes]:
    read = 0
    while chunk := file.read(_CHUNK):
        read += len(chunk)
        if read > limit:
            raise _too_large(name, limit)
        yield chunk


def _too_large(name: str, limit: int) -> PackError:
    return PackError(f"{name} is larger than a pack's file may be ({limit // 1_000_000:,} MB).")


def _the_list(found: Sequence[str], where: str) -> str:
    if len(found) == 1:
        return found[0]
    if found:
        raise PackError(f"{where} has both {' and '.join(LISTS)}. Keep one of them.")
    raise PackError(f"There is no {' or '.join(LISTS)} in {where}: it is no celebrity pack.")


def write_from(source: PackSource, name: str, target: Path, limit: int) -> int:
    """Copy a file out of the source; bytes written. Nothing is left of it on an error."""
    written = 0
    try:
        with target.open("xb") as file:
            for chunk in source.read(name, limit):
                written += file.write(chunk)
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise
    return written
