"""Asking a job to stop."""

from __future__ import annotations

import threading

from app.domain.errors import Cancelled


class CancelToken:
    """Set once, from any thread; the job looks at it between two items."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._quitting = False

    def cancel(self, *, quitting: bool = False) -> None:
        """`quitting`: the program ends, and the job should be offered again afterwards."""
        if not self._event.is_set():
            self._quitting = quitting
            self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    @property
    def quitting(self) -> bool:
        return self._quitting

    def wait(self, seconds: float) -> bool:
        """Sleep that a cancellation ends early; True when cancelled."""
        return self._event.wait(seconds)

    def raise_if_cancelled(self) -> None:
        if self._event.is_set():
            raise Cancelled("The job was cancelled.")
