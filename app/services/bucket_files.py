"""A file beneath a folder, by a name that a stranger gave: nothing outside the folder is ever opened.

Every component is opened in the folder that was opened before it and none of them as a link, so that a name
means the same when it is opened as when it was looked at, whoever changes the folder meanwhile. Links are
followed by hand, as far as they stay beneath the folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from app.domain.errors import ImageTooLarge, InvalidS3Object

_MOST_LINKS: Final = 40
_CHUNK: Final = 1024 * 1024

# What no file name of Windows holds, and the devices that are everywhere (with any ending).
_WINDOWS_REFUSED: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]|[ .]$')
_WINDOWS_DEVICES: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)

_READ: Final = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
# Not to wait for a pipe's other end, nor to take over a terminal, should the file have become one.
_FILE: Final = _READ | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_HERE: Final = getattr(os, "O_NOFOLLOW", 0)
_FOLDER: Final = _READ | getattr(os, "O_DIRECTORY", 0)

# Opens the file of those components beneath a folder; a descriptor.
Opener: TypeAlias = Callable[[Path, list[str]], int]


@dataclass(frozen=True, slots=True)
class FileBeneath:
    """A file read whole. `path` is the folder with the name below it; links in it are as they were named."""

    data: bytes
    path: Path
    mtime_ns: int


def read_beneath(folder: Path, key: str, limit: int, opener: Opener | None = None) -> FileBeneath:
    """The file that the folder has under a key with forward slashes.

    Raises InvalidS3Object where there is none that may be read, ImageTooLarge above `limit` bytes.
    """
    parts = components(key)
    opener = opener or (_walked if os.open in os.supports_dir_fd else resolved)
    try:
        file = opener(folder, parts)
    except (OSError, ValueError) as error:
        raise _explained(error) from error
    try:
        data, mtime_ns = _whole(file, limit)
    except OSError as error:
        raise _explained(error) from error
    finally:
        os.close(file)
    return FileBeneath(data, folder.joinpath(*parts), mtime_ns)


def components(key: str, windows: bool = os.name == "nt") -> list[str]:
    """Raises InvalidS3Object for a key that can be no file's: a key is taken as it stands, "a//b", "./a" and
    "/a" are other keys than "a/b" and "a", and no folder has them."""
    parts = key.split("/")
    if "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise InvalidS3Object("Names that are absolute, have empty parts or climb with .. are not read.")
    if windows and any(_WINDOWS_REFUSED.search(part) or _WINDOWS_DEVICES.match(part) for part in parts):
        raise InvalidS3Object("No file of a Windows folder can have this name.")
    return parts


def _walked(folder: Path, parts: list[str]) -> int:
    """Component by component, each beneath the open folder before it."""
    with _folders(folder) as open_folders:
        waiting = deque(parts)
        links = 0
        while waiting:
            part = waiting.popleft()
            if part == "..":  # of a link only
                open_folders.up()
                continue
            here = open_folders.here
            mode = os.stat(part, dir_fd=here, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                links += 1
                if links > _MOST_LINKS:
                    raise InvalidS3Object("Its links go round in a circle.")
                target = os.readlink(part, dir_fd=here)
                if target.startswith("/"):
                    target = _below(folder, target)
                    open_folders.top()
                waiting.extendleft(reversed([each for each in target.split("/") if each not in ("", ".")]))
            elif waiting:
                open_folders.down(os.open(part, _FOLDER | _HERE, dir_fd=here))
            elif stat.S_ISREG(mode):
                # A device is not even opened: that alone may set it going.
                return os.open(part, _FILE | _HERE, dir_fd=here)
            else:
                raise _no_file(mode)
    raise _no_file(stat.S_IFDIR)


class _Folders:
    """The open folders from the bucket's own down to where the walk is."""

    def __init__(self, top: int) -> None:
        self._open = [top]

    @property
    def here(self) -> int:
        return self._open[-1]

    def down(self, folder: int) -> None:
        self._open.append(folder)

    def up(self) -> None:
        if len(self._open) == 1:
            raise _leads_out()
        os.close(self._open.pop())

    def top(self) -> None:
        while len(self._open) > 1:
            self.up()

    def close(self) -> None:
        self.top()
        os.close(self._open.pop())


@contextmanager
def _folders(folder: Path) -> Iterator[_Folders]:
    with ExitStack() as stack:
        found = _Folders(_top(folder))
        stack.callback(found.close)
        yield found


def _top(folder: Path) -> int:
    """The bucket's own folder may be a link: the person who registered it chose it."""
    try:
        return os.open(folder, _FOLDER)
    except OSError as error:
        raise _folder_gone() from error


def _below(folder: Path, target: str) -> str:
    """What of an absolute link's target lies beneath the folder. Raises InvalidS3Object."""
    for top in (str(folder), os.path.realpath(folder)):
        if target.startswith(top.rstrip("/") + "/"):
            return target[len(top.rstrip("/")) + 1 :]
    raise _leads_out()


def resolved(folder: Path, parts: list[str]) -> int:
    """Where folders cannot be opened (Windows): by the full path, looked at before and after opening."""
    top = os.path.realpath(folder)
    if not Path(top).is_dir():
        raise _folder_gone()
    named = Path(top, *parts)
    real = os.path.realpath(named)
    if not Path(real).is_relative_to(top):
        raise _leads_out()
    mode = Path(real).lstat().st_mode
    if not stat.S_ISREG(mode):
        raise _no_file(mode)
    file = os.open(real, _FILE | _HERE | getattr(os, "O_NOINHERIT", 0))
    try:
        same = os.path.realpath(named) == real and os.path.samestat(os.fstat(file), Path(real).stat())
    except OSError:
        same = False
    if not same:
        os.close(file)
        raise _changed()
    return file


def _whole(file: int, limit: int) -> tuple[bytes, int]:
    """All bytes that the file had when it was opened, and the time of its last change."""
    before = os.fstat(file)
    if not stat.S_ISREG(before.st_mode):
        raise _no_file(before.st_mode)
    if before.st_size > limit:
        raise ImageTooLarge(
            "Object is too large", f"It has {before.st_size:,} bytes; an object may have {limit:,}."
        )
    chunks: list[bytes] = []
    left = before.st_size
    while left:
        chunk = os.read(file, min(_CHUNK, left))
        if not chunk:
            raise _changed()
        chunks.append(chunk)
        left -= len(chunk)
    # A file that says it is empty and is not (as the kernel's own are) has grown, too.
    grown = os.read(file, 1)
    after = os.fstat(file)
    if grown or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise _changed()
    return b"".join(chunks), before.st_mtime_ns


def _explained(error: OSError | ValueError) -> InvalidS3Object:
    """In words that name no path: they go to whoever sent the request."""
    if isinstance(error, PermissionError):
        return InvalidS3Object("This account may not read it.")
    if isinstance(error, FileNotFoundError | NotADirectoryError | UnicodeError):
        return _missing()
    return InvalidS3Object("It is not there, or not to be read.")


def _missing() -> InvalidS3Object:
    return InvalidS3Object("There is no object of that name in it.")


def _leads_out() -> InvalidS3Object:
    return InvalidS3Object("It is a link that leads out of the bucket's folder.")


def _folder_gone() -> InvalidS3Object:
    return InvalidS3Object("The bucket's folder is gone, or not to be read.")


def _changed() -> InvalidS3Object:
    return InvalidS3Object("It was changed while it was read. Try again when nothing writes to it.")


def _no_file(mode: int) -> InvalidS3Object:
    if stat.S_ISDIR(mode):
        return InvalidS3Object("It is a folder, not an object.")
    return InvalidS3Object("It is no file, but a pipe, a socket or a device.")
