"""Counts every operation once, whoever asked for it and however many services it went through."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Cancelled, LibraryError, LikenessError, ModelError
from app.domain.records import Origin


class Outcome(StrEnum):
    SUCCESS = "success"
    USER_ERROR = "user error"
    SERVER_ERROR = "server error"
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Observation:
    """One ended operation, by Rekognition's name. `faces`, `labels`: how many it detected. `code` and
    `message` are those of its error."""

    operation: str
    origin: Origin
    outcome: Outcome
    milliseconds: float
    faces: int = 0
    labels: int = 0
    code: str = ""
    message: str = ""


@dataclass(slots=True)
class Running:
    """An operation that goes on: note here what it finds."""

    faces: int = 0
    labels: int = 0


_running: ContextVar[Running | None] = ContextVar("running operation", default=None)


class Meter:
    """Thread-safe where `sink` is, which is called once for each operation, on the thread it ran on."""

    def __init__(self, sink: Callable[[Observation], None]) -> None:
        self._sink = sink

    def record(self, observation: Observation) -> None:
        self._sink(observation)

    @contextmanager
    def operation(self, name: str, origin: Origin) -> Iterator[Running]:
        """Count what runs inside as one operation. One within another is a part of that: not counted."""
        outer = _running.get()
        if outer is not None:
            yield outer
            return
        running = Running()
        token = _running.set(running)
        started = time.perf_counter()
        failure: Exception | None = None
        try:
            yield running
        except Cancelled:
            # Nobody failed, and there is no answer to have timed.
            raise
        except Exception as error:
            failure = error
            raise
        else:
            self._end(name, origin, started, running, None)
        finally:
            _running.reset(token)
            if failure is not None:
                self._end(name, origin, started, running, failure)

    def _end(
        self, name: str, origin: Origin, started: float, running: Running, failure: Exception | None
    ) -> None:
        milliseconds = 1000 * (time.perf_counter() - started)
        code = getattr(failure, "code", type(failure).__name__) if failure is not None else ""
        self._sink(
            Observation(
                name,
                origin,
                outcome_of(failure),
                milliseconds,
                running.faces,
                running.labels,
                code,
                str(failure) if failure is not None else "",
            )
        )


def outcome_of(failure: Exception | None) -> Outcome:
    if failure is None:
        return Outcome.SUCCESS
    if getattr(failure, "code", "") in ("ThrottlingException", "ProvisionedThroughputExceededException"):
        return Outcome.THROTTLED
    status = getattr(failure, "status", None)
    if status is not None:
        return Outcome.SERVER_ERROR if status >= 500 else Outcome.USER_ERROR
    ours = isinstance(failure, LikenessError) and not isinstance(failure, LibraryError | ModelError)
    return Outcome.USER_ERROR if ours else Outcome.SERVER_ERROR
