"""Looking after a library: backups, caches, how much room it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import DiskFull, LibraryError
from app.storage.library import Library, back_up_if_due


@dataclass(frozen=True)
class LibrarySize:
    """Bytes on the disk."""

    database: int
    cache: int
    originals: int
    backups: int


class LibraryCare:
    """Everything here may take seconds: call it from a thread that nobody waits for."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @property
    def folder(self) -> Path:
        return self._library.folder

    def back_up_if_due(self) -> Path | None:
        """A copy of the database, when the newest is a week old; None when it is not."""
        return back_up_if_due(self._library)

    def back_up(self) -> Path:
        """A copy of the database now. Raises LibraryError, DiskFull among them."""
        try:
            made = back_up_if_due(self._library, every_days=-1)
        except DiskFull:
            raise
        except (OSError, LibraryError) as error:
            raise LibraryError(
                f"The backup could not be written to {self.folder / 'backups'}. Look whether that is a "
                "folder that can be written to, then back up again. The library itself is untouched."
            ) from error
        assert made is not None, "it is always due"
        return made

    def clear_thumbnails(self) -> None:
        """Throw away the small pictures; they are made again from the files when they are shown."""
        self._library.thumbnails.clear()

    def size(self) -> LibrarySize:
        folder = self._library.folder
        return LibrarySize(
            database=sum(_bytes(path) for path in folder.glob("library.db*")),
            cache=_bytes(folder / "cache"),
            originals=_bytes(folder / "originals"),
            backups=_bytes(folder / "backups"),
        )


def _bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
