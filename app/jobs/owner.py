"""Whether the process that runs a job still lives: a lock that the system drops when it dies."""

from __future__ import annotations

import os
import sys
import time
import uuid
from pathlib import Path
from typing import Final

_YOUNG_SECONDS: Final = 60.0


class OwnerLock:
    """This process's mark in a folder that several processes share.

    A process number may be taken by another program after a crash; a file lock cannot. The lock is
    held from construction to `close`; `alive` tells of any mark whether its holder still runs.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.mark = uuid.uuid4().hex
        self._file = -1
        self._sweep()
        self._file = os.open(self._path(self.mark), os.O_RDWR | os.O_CREAT, 0o600)
        _try_lock(self._file)

    def alive(self, mark: str | None) -> bool:
        """False for a mark whose holder is gone. Its file is removed then."""
        if not mark:
            return False
        if mark == self.mark:
            return True
        path = self._path(mark)
        try:
            file = os.open(path, os.O_RDWR)
        except PermissionError:
            return True
        except OSError:
            return False
        try:
            free = _try_lock(file)
        finally:
            os.close(file)
        if free:
            path.unlink(missing_ok=True)
        return not free

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._path(self.mark).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove the files of holders that are gone, but none that is only just being made."""
        for path in self._folder.glob("*.lock"):
            try:
                old = time.time() - path.stat().st_mtime > _YOUNG_SECONDS
            except OSError:
                continue
            if old:
                self.alive(path.stem)

    def _path(self, mark: str) -> Path:
        return self._folder / f"{mark}.lock"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
