"""Writes what was counted and has alarms judged, on a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from app.domain.errors import DiskFull
from app.services.metrics.alarms import SETTLED_AFTER, AlarmService
from app.services.metrics.ledger import Ledger

_log = logging.getLogger(__name__)

# A crash loses what was counted in these at most.
FLUSH_SECONDS: Final = 5.0
# While it fails (a full disk, a library on a stick that is gone), it is tried this seldom in the end.
_LONGEST_REST: Final = 60


class Keeper:
    """`close` ends the thread and writes what is left. `clock`: seconds since 1970 UTC."""

    def __init__(self, ledger: Ledger, alarms: AlarmService, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._alarms = alarms
        self._clock = clock
        self._closing = threading.Event()
        self._judged = -1
        self._rest = 0
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Once, while the library is still open."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._ledger.flush()
        except Exception as error:
            # Of a full disk, whatever else was written to the library has told the person.
            level = logging.INFO if isinstance(error, DiskFull) else logging.WARNING
            _log.log(level, "What the last operations took could not be kept: %s", error)

    def turn(self) -> None:
        """What the thread does every FLUSH_SECONDS."""
        if self._rest:
            self._rest -= 1
            return
        try:
            self._ledger.flush()
            minute = int(self._clock() - SETTLED_AFTER) // 60
            if minute != self._judged:
                self._alarms.evaluate()
                self._judged = minute
        except Exception as error:
            if not self._failures:
                _log.warning("What operations took cannot be kept at the moment: %s", error)
            self._failures += 1
            self._rest = min(2**self._failures, _LONGEST_REST)
        else:
            self._failures = 0

    def _run(self) -> None:
        while not self._closing.wait(FLUSH_SECONDS):
            self.turn()
