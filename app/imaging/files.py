"""Files and folders: walked, read once, hashed; nothing blocks and nothing is read half-changed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import ImageError, ImageTooLarge
from app.imaging.kinds import OTHER_PICTURE_SUFFIXES, READABLE_SUFFIXES, refused_kind, sniff

_CHUNK = 1024 * 1024
_CHANGED = ("File changed while it was read", "Try again when nothing writes to it.")


def content_hash(path: Path) -> bytes:
    """SHA-256 (32 bytes) of a file of any size, read in pieces. Raises ImageError."""
    digest = hashlib.sha256()
    with _opened(path) as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.digest()


def read_file(path: Path, limit: int) -> bytes:
    """The whole file, read once, so that what is hashed is what is decoded.

    Raises ImageError, ImageTooLarge above `limit` bytes.
    """
    with _opened(path) as file:
        size = os.fstat(file).st_size
        if size > limit:
            raise ImageTooLarge("File is too large", f"{size} bytes is more than this program reads.")
        return b"".join(_chunks(file))


def image_id(sha256: bytes) -> str:
    """The UUID of a photo: the first 122 bits of its content hash in RFC 9562's version 8 layout."""
    if len(sha256) != 32:
        raise ValueError("a SHA-256 has 32 bytes")
    number = bytearray(sha256[:16])
    number[6] = number[6] & 0x0F | 0x80
    number[8] = number[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(number)))


def walk(paths: Iterable[Path], on_error: Callable[[Path, ImageError], None]) -> Iterator[Path]:
    """Files among `paths` and the pictures in the folders among them, in natural order.

    A file that is named is always yielded if it is a regular file. Inside folders, hidden entries and
    files that are not pictures by their suffix are passed over; a file without a suffix is looked into.
    Each real folder is visited once, so links that form a loop end. Whatever cannot be read is handed
    to `on_error` and the walk goes on.
    """
    visited: set[tuple[int, int]] = set()
    for path in paths:
        try:
            status = path.stat()
        except (OSError, ValueError) as error:
            on_error(path, _explain(path, error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(path, status, visited, on_error)
        elif stat.S_ISREG(status.st_mode):
            yield path
        else:
            on_error(path, _not_regular(status.st_mode))


def natural_key(name: str) -> list[tuple[int, int | str]]:
    """Sorts "IMG_9" before "IMG_10", ignoring case."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(part)) if i % 2 else (1, part) for i, part in enumerate(parts)]


def _walk_folder(
    top: Path,
    top_status: os.stat_result,
    visited: set[tuple[int, int]],
    on_error: Callable[[Path, ImageError], None],
) -> Iterator[Path]:
    # A stack of its own: a tree deeper than the interpreter's recursion limit is only a deep tree.
    pending = [(top, top_status)]
    while pending:
        folder, status = pending.pop()
        identity = (status.st_dev, status.st_ino)
        if identity in visited:
            continue
        visited.add(identity)
        try:
            with os.scandir(folder) as entries:
                names = sorted((entry.name for entry in entries), key=lambda name: (natural_key(name), name))
        except OSError as error:
            on_error(folder, _explain(folder, error))
            continue
        folders = []
        for name in names:
            path = folder / name
            if name.startswith("."):
                continue
            try:
                status = path.stat()
            except OSError as error:
                if path.is_symlink() or _wanted_suffix(path):
                    on_error(path, _explain(path, error))
                continue
            if getattr(status, "st_file_attributes", 0) & getattr(stat, "FILE_ATTRIBUTE_HIDDEN", 0):
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append((path, status))
            elif not stat.S_ISREG(status.st_mode):
                if _wanted_suffix(path):
                    on_error(path, _not_regular(status.st_mode))
            elif _wanted_suffix(path) or (not path.suffix and _holds_picture(path)):
                yield path
        pending.extend(reversed(folders))


def _wanted_suffix(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in READABLE_SUFFIXES or suffix in OTHER_PICTURE_SUFFIXES


def _holds_picture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return False
    return sniff(head) is not None or refused_kind(head) is not None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A descriptor of a regular file; after the block, a check that the file stayed as it was."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _not_regular(mode)
        # Not blocking, should the file have become a pipe since.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _explain(path, error) from error
    try:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode):
            raise _not_regular(before.st_mode)
        yield file
        after = os.fstat(file)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise ImageError(*_CHANGED)
    except OSError as error:
        raise _explain(path, error) from error
    finally:
        os.close(file)


def _chunks(file: int) -> Iterator[bytes]:
    """The bytes that the file had when it was opened, neither more nor fewer."""
    left = os.fstat(file).st_size
    while left:
        chunk = os.read(file, min(_CHUNK, left))
        if not chunk:
            raise ImageError(*_CHANGED)
        left -= len(chunk)
        yield chunk


def _not_regular(mode: int) -> ImageError:
    if stat.S_ISDIR(mode):
        return ImageError("This is a folder, not a picture")
    return ImageError("Not a file", "It is a pipe, a socket or a device.")


def _explain(path: Path, error: OSError | ValueError) -> ImageError:
    name = path.name or str(path)
    if isinstance(error, FileNotFoundError):
        if path.is_symlink():
            return ImageError("Link leads nowhere", f"What {name} points to is gone.")
        return ImageError("File is missing", f"{name} was moved, renamed or deleted.")
    if isinstance(error, PermissionError):
        return ImageError("No permission to read it", f"Give yourself read access to {name}.")
    if isinstance(error, NotADirectoryError):
        return ImageError("File is missing", f"{name} was moved, renamed or deleted.")
    text = error.strerror if isinstance(error, OSError) and error.strerror else "its name is not valid"
    return ImageError("File cannot be read", f"{name}: {text}.")
