"""How much may be on its way between reading and recording."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.jobs import CancelToken


class Flow:
    """Counts photos and bytes under way, makes the reader wait, and keeps the first error. Thread-safe."""

    def __init__(self, token: CancelToken, max_photos: int, max_bytes: int) -> None:
        self._token = token
        self._max_photos = max_photos
        self._max_bytes = max_bytes
        self._photos = 0
        self._bytes = 0
        self._error: BaseException | None = None
        self._condition = threading.Condition()

    def try_enter(self, size: int) -> bool:
        """Room for one more photo of `size` bytes? A photo over the limit goes through alone."""
        with self._condition:
            self._raise()
            full = self._photos >= self._max_photos or self._bytes + size > self._max_bytes
            if full and self._photos:
                return False
            self._photos += 1
            self._bytes += size
            return True

    def wait(self, idle: Callable[[], bool]) -> None:
        """Until something left. Meanwhile `idle` is called as long as it returns True."""
        before = self._photos
        while self._photos >= before and idle():
            self._raise()
        with self._condition:
            self._condition.wait_for(lambda: self._photos < before or self._stopped, 1.0)
            self._raise()

    def leave(self, size: int, error: BaseException | None = None) -> None:
        """A photo is done with; an error stops the whole flow."""
        with self._condition:
            self._photos -= 1
            self._bytes -= size
            if error is not None and self._error is None:
                self._error = error
            self._condition.notify_all()

    @property
    def stopped(self) -> bool:
        with self._condition:
            return self._stopped

    def drain(self) -> None:
        """Wait until nothing is under way. Raises the first error."""
        with self._condition:
            self._condition.wait_for(lambda: self._photos == 0)
            if self._error is not None:
                raise self._error

    @property
    def _stopped(self) -> bool:
        return self._error is not None or self._token.cancelled

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error
        self._token.raise_if_cancelled()
