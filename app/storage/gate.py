"""One writer at a time in this process, and what a person waits for goes first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Priority(IntEnum):
    INTERACTIVE = 0
    BULK = 1


class WriteGate:
    """A lock with two priorities: a waiting INTERACTIVE writer passes every waiting BULK one.

    SQLite lets one writer in and makes the others sleep and retry blindly; this orders them.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._busy = False
        self._interactive_waiting = 0

    @contextmanager
    def entered(self, priority: Priority) -> Iterator[None]:
        with self._condition:
            if priority is Priority.INTERACTIVE:
                self._interactive_waiting += 1
                self._condition.wait_for(lambda: not self._busy)
                self._interactive_waiting -= 1
            else:
                self._condition.wait_for(lambda: not self._busy and not self._interactive_waiting)
            self._busy = True
        try:
            yield
        finally:
            with self._condition:
                self._busy = False
                self._condition.notify_all()
