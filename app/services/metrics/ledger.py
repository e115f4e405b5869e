"""What was counted, on its way into the database: summed up in memory, written every few seconds."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Final, TypeAlias

from app.domain.records import Origin
from app.domain.text import printable
from app.services.metrics.definitions import FACE_OPERATIONS, LABEL_OPERATIONS
from app.services.metrics.meter import Observation, Outcome
from app.services.metrics.sums import Sums
from app.storage.database import Database
from app.storage.gate import Priority
from app.storage.repositories import metrics
from app.storage.repositories.metrics import HOUR, MINUTE, ErrorRow, PeriodRow

_log = logging.getLogger(__name__)

# Amazon CloudWatch's: minutes are kept for 15 days, hours for 455 (amazon's user guide, "Metrics retention").
MINUTES_KEPT: Final = 15 * 86_400
HOURS_KEPT: Final = 455 * 86_400
ERRORS_KEPT: Final = 1000
LONGEST_MESSAGE: Final = 500

# Rows folded in one transaction: nobody waits for it long, and there are never more than 60 an hour of each.
_FOLDED: Final = 500
# A flood between two flushes, or while none succeeds, is added up on the way.
_MOST_FRESH: Final = 5000
# What is held while the disk is full: the oldest go first then.
_MOST_HELD: Final = 20_000
_MOST_NAMES: Final = 200
_OTHER: Final = "Unknown"
_NAME: Final = re.compile(r"[A-Za-z]{1,64}")

# (second that the minute begins in, operation, origin)
_Key: TypeAlias = tuple[int, str, Origin]


class Ledger:
    """Thread-safe. A crash loses what was recorded since the last flush. `clock`: seconds since 1970 UTC."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        # Appended to without the lock, which a deque allows.
        self._fresh: deque[tuple[float, Observation]] = deque()
        self._held: dict[_Key, Sums] = {}
        self._errors: deque[ErrorRow] = deque(maxlen=ERRORS_KEPT)
        # What a flush under way writes: neither in the database yet nor held.
        self._leaving: dict[_Key, Sums] = {}
        self._leaving_errors: list[ErrorRow] = []
        self._flushing = threading.Lock()
        # Held from just before a commit until `_leaving` is empty, and by readers: they see each sum once.
        self._settling = threading.Lock()
        self._names: set[str] = set()

    def record(self, seen: Observation) -> None:
        """The meter's sink. It only takes it down: adding up is for those who read or flush."""
        self._fresh.append((self._clock(), seen))
        if len(self._fresh) > _MOST_FRESH:
            with self._lock:
                self._add_up()

    @property
    def waiting(self) -> bool:
        """Whether something is not in the database yet."""
        with self._lock:
            return bool(self._fresh or self._held or self._errors or self._leaving or self._leaving_errors)

    def flush(self) -> None:
        """Write what was recorded. Raises LibraryError, and then nothing is lost."""
        with self._flushing:
            with self._lock:
                self._add_up()
                if not self._held and not self._errors:
                    return
                self._leaving, self._held = self._held, {}
                self._leaving_errors = list(self._errors)
                self._errors.clear()
            rows = [_row(key, sums) for key, sums in self._leaving.items()]
            now = int(self._clock())
            try:
                with ExitStack() as settled:
                    with self._database.write(Priority.BULK) as connection:
                        metrics.add(connection, rows)
                        metrics.add_errors(connection, self._leaving_errors, ERRORS_KEPT)
                        metrics.fold(connection, _hour(now - MINUTES_KEPT), _FOLDED)
                        metrics.prune(connection, _hour(now - HOURS_KEPT))
                        settled.enter_context(self._settling)
                    with self._lock:
                        self._leaving, self._leaving_errors = {}, []
            except BaseException:
                self._take_back()
                raise

    def sums(
        self,
        start: int,
        end: int,
        operations: Collection[str] | None = None,
        origins: Collection[Origin] | None = None,
    ) -> list[tuple[_Key, Sums]]:
        """All that began at `start` or later and before `end` (seconds since 1970 UTC), flushed or not; a key
        may come more than once."""
        names = None if origins is None else [origin.value for origin in origins]
        with ExitStack() as reading:
            with self._settling:
                with self._lock:
                    self._add_up()
                    found = [
                        (key, sums.copy())
                        for part in (self._held, self._leaving)
                        for key, sums in part.items()
                        if start <= key[0] < end
                        and (operations is None or key[1] in operations)
                        and (origins is None or key[2] in origins)
                    ]
                connection = reading.enter_context(self._database.read())
                metrics.begin(connection)
            # A long time takes a moment to read, and is that of the moment above whatever is written now.
            rows = metrics.between(connection, start * 1000, end * 1000, operations, names)
        return found + [((row.start // 1000, row.operation, Origin(row.origin)), _sums(row)) for row in rows]

    def errors(
        self,
        limit: int,
        operations: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> list[ErrorRow]:
        """The latest first; times in milliseconds since 1970 UTC."""
        with self._settling:
            with self._lock:
                self._add_up()
                held = [*self._leaving_errors, *self._errors]
            with self._database.read() as connection:
                stored = metrics.errors(connection, limit, operations, start, end)
        fresh = [
            row
            for row in reversed(held)
            if (operations is None or row.operation in operations)
            and (start is None or row.at >= start)
            and (end is None or row.at < end)
        ]
        return sorted(fresh + stored, key=lambda row: -row.at)[:limit]

    def _take_back(self) -> None:
        with self._lock:
            newer, self._held = self._held, self._leaving
            for key, sums in newer.items():
                self._held.setdefault(key, Sums()).add(sums)
            self._errors = deque([*self._leaving_errors, *self._errors], ERRORS_KEPT)
            self._leaving, self._leaving_errors = {}, []

    def _add_up(self) -> None:
        """With the lock: what was taken down until now."""
        for _ in range(len(self._fresh)):
            now, seen = self._fresh.popleft()
            key = (int(now) // MINUTE * MINUTE, seen.operation, seen.origin)
            sums = self._held.get(key)
            if sums is None:
                sums = self._new(key)
            sums.observe(seen)
            # Without a code it is one of very many alike, which must not push the others out: only counted.
            if seen.code and seen.outcome in (Outcome.USER_ERROR, Outcome.SERVER_ERROR):
                self._errors.append(_error(now, seen))

    def _new(self, key: _Key) -> Sums:
        minute, operation, origin = key
        if operation not in self._names:
            # Whoever may ask could ask for anything: what can be an operation's name, and so many of them.
            if _NAME.fullmatch(operation) is None or len(self._names) >= _MOST_NAMES:
                return self._held.setdefault((minute, _OTHER, origin), Sums())
            self._names.add(operation)
        while len(self._held) >= _MOST_HELD:
            del self._held[next(iter(self._held))]
        return self._held.setdefault(key, Sums())


def _hour(moment: int) -> int:
    """In milliseconds, what the hour began with: only whole ones are folded and forgotten."""
    return moment // HOUR * HOUR * 1000


def _error(now: float, seen: Observation) -> ErrorRow:
    message = printable(seen.message)
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[: LONGEST_MESSAGE - 1]}…"
    name = seen.operation if _NAME.fullmatch(seen.operation) else _OTHER
    return ErrorRow(int(now * 1000), name, seen.origin.value, printable(seen.code)[:100], message)


def _row(key: _Key, sums: Sums) -> PeriodRow:
    start, operation, origin = key
    return PeriodRow(
        seconds=MINUTE,
        start=start * 1000,
        operation=operation,
        origin=origin.value,
        successes=sums.successes,
        user_errors=sums.user_errors,
        server_errors=sums.server_errors,
        throttled=sums.throttled,
        milliseconds=sums.milliseconds,
        shortest=sums.shortest,
        longest=sums.longest,
        faces=sums.faces,
        labels=sums.labels,
        histogram=sums.histogram,
    )


def _sums(row: PeriodRow) -> Sums:
    # By place, not by name: a graph of a month may have a hundred thousand of them.
    return Sums(
        row.successes,
        row.user_errors,
        row.server_errors,
        row.throttled,
        row.milliseconds,
        row.shortest,
        row.longest,
        row.faces,
        row.labels,
        row.successes if row.operation in FACE_OPERATIONS else 0,
        row.successes if row.operation in LABEL_OPERATIONS else 0,
        row.histogram,
    )
