"""The services that count, over one library, with a clock that a test sets."""

from __future__ import annotations

from app.domain.records import Origin
from app.services.metrics import (
    AlarmService,
    Ledger,
    Meter,
    MetricService,
    Observation,
    Outcome,
)
from app.storage.library import Library

# A Wednesday at 12:00 UTC: a whole hour.
NOON = 1_748_433_600


class Clock:
    """Seconds since 1970 UTC, as a test moves them."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Counter:
    """The services over one library, with one clock."""

    def __init__(self, library: Library, clock: Clock | None = None) -> None:
        self.library = library
        self.clock = clock or Clock()
        self.ledger = Ledger(library.database, self.clock)
        self.meter = Meter(self.ledger.record, Origin.WINDOW)
        self.metrics = MetricService(self.ledger)
        self.alarms = AlarmService(library.database, self.ledger, self.clock)

    def see(
        self,
        operation: str = "DetectFaces",
        outcome: Outcome = Outcome.SUCCESS,
        milliseconds: float = 10.0,
        *,
        count: int = 1,
        origin: Origin = Origin.WINDOW,
        faces: int = 0,
        labels: int = 0,
        code: str = "",
        message: str = "",
    ) -> None:
        for _ in range(count):
            self.ledger.record(
                Observation(operation, origin, outcome, milliseconds, faces, labels, code, message)
            )
