"""The files of a job, walked a little ahead of where they are needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from app.domain.errors import ImageError
from app.imaging.files import walk

_AHEAD: Final = 64


class PathFeed:
    """Yields files at once and counts the rest while the reader has nothing better to do.

    Not thread-safe. `errors` collects what the walk could not enter; the caller empties it.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.errors: list[tuple[Path, ImageError]] = []
        self._walk: Iterator[Path] = walk(paths, lambda path, error: self.errors.append((path, error)))
        self._walked: deque[Path] = deque()
        self._seen = 0
        self._unreadable = 0
        self.total: int | None = None

    def take(self, count: int) -> list[Path]:
        """The next files, at most `count`; empty at the end."""
        while len(self._walked) < count and self._pull():
            pass
        return [self._walked.popleft() for _ in range(min(count, len(self._walked)))]

    def walk_ahead(self) -> bool:
        """Walk some more; False when there is nothing left to walk."""
        return all(self._pull() for _ in range(_AHEAD))

    def taken_errors(self) -> list[tuple[Path, ImageError]]:
        errors, self.errors = self.errors, []
        return errors

    def _pull(self) -> bool:
        if self.total is not None:
            return False
        errors = len(self.errors)
        path = next(self._walk, None)
        self._unreadable += len(self.errors) - errors
        if path is None:
            self.total = self._seen + self._unreadable
            return False
        self._seen += 1
        self._walked.append(path)
        return True
