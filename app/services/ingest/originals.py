"""Pictures that exist nowhere else: pasted, dragged out of a browser, sent as bytes."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Final

from app.domain.errors import LibraryError
from app.domain.text import printable
from app.imaging.kinds import sniff
from app.storage.database import translated
from app.storage.library import Library

_NAME_LENGTH: Final = 80
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


def keep(library: Library, data: bytes, name: str) -> Path:
    """Write the bytes into the library's originals, once for each content; where they lie.

    Raises DiskFull or LibraryError.
    """
    prefix = hashlib.sha256(data).hexdigest()[:16]
    existing = next(library.originals.glob(f"{prefix}-*"), None)
    if existing is not None and existing.stat().st_size == len(data):
        return existing
    path = library.originals / f"{prefix}-{_safe(name, data)}"
    temporary = path.with_name(f".{prefix}.{os.getpid()}.new")
    try:
        with translated(library.database.path):
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
    except OSError as error:
        raise LibraryError(
            f"The picture {name} could not be kept in {library.originals}: {error.strerror}."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _safe(name: str, data: bytes) -> str:
    """A file name that every system takes, with an ending that fits the content."""
    stem, ending = os.path.splitext(_UNSAFE.sub("_", printable(name)).strip(" ."))  # noqa: PTH122
    kind = sniff(data)
    if not ending and kind is not None:
        ending = f".{kind.value.lower()}"
    return f"{stem.encode()[:_NAME_LENGTH].decode(errors='ignore') or 'picture'}{ending[:12]}"
