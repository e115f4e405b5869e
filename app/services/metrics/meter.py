"""Counts every operation once, whoever asked for it and however many services it went through."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from enum import StrEnum
from types import TracebackType
from typing import Concatenate, Final, NamedTuple, ParamSpec, Protocol, TypeVar

from app.domain.errors import Cancelled, LibraryError, LikenessError, ModelError
from app.domain.records import Origin

THROTTLING: Final = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException"})
_UNFORESEEN: Final = "The program failed in a way that was not foreseen. Its log says more."
_INTERNAL: Final = LikenessError.code


class Outcome(StrEnum):
    SUCCESS = "success"
    USER_ERROR = "user error"
    SERVER_ERROR = "server error"
    THROTTLED = "throttled"


_SUCCESS: Final = Outcome.SUCCESS


class Observation(NamedTuple):
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


Sink = Callable[[Observation], None]


class Running:
    """An operation that goes on, as a block; what it gives to `as` is the outermost one. Note there what was
    detected: `faces`, `labels`. `failure`: an error that ended it though the program went on (a photo of a
    job).

    Between two operations the processor has forgotten all of this: what counts is how little there is to
    run, so it is a class and no generator, and the sums are made later (ledger.py).
    """

    __slots__ = ("_name", "_origin", "_sink", "_started", "_token", "faces", "failure", "labels")

    def __init__(self, sink: Sink, name: str, origin: Origin) -> None:
        self._sink = sink
        self._name = name
        self._origin = origin
        self._token: Token[Running | None] | None = None
        self.faces = self.labels = 0
        self.failure: Exception | None = None

    def __enter__(self) -> Running:
        outer = _running.get()
        if outer is not None:
            return outer
        self._token = _running.set(self)
        self._started = _now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._token is None:
            return
        took = 1000 * (_now() - self._started)
        _running.reset(self._token)
        failure = error or self.failure
        if failure is None:
            self._sink(Observation(self._name, self._origin, _SUCCESS, took, self.faces, self.labels))
        elif isinstance(failure, Exception) and not isinstance(failure, Cancelled):
            self._sink(failed(self._name, self._origin, took, failure))


_now = time.perf_counter
_running: ContextVar[Running | None] = ContextVar("running operation", default=None)


class Meter:
    """Thread-safe where `sink` is, which is called once for each operation, on the thread it ran on. `origin`
    is whose operations these are, unless one says otherwise."""

    __slots__ = ("_origin", "_sink")

    def __init__(self, sink: Sink, origin: Origin = Origin.WINDOW) -> None:
        self._sink = sink
        self._origin = origin

    def record(self, observation: Observation) -> None:
        """For an operation that nothing was done of: a request that was throttled, or let in by no key."""
        self._sink(observation)

    def operation(self, name: str, origin: Origin | None = None) -> Running:
        """Count what runs inside as one operation. One within another is a part of that: not counted. One
        that was cancelled is not counted either: nobody failed, and there is no answer to have timed."""
        return Running(self._sink, name, self._origin if origin is None else origin)

    def detected(self, faces: int = 0, labels: int = 0) -> None:
        """Note what the running operation detected, in place of what was noted before."""
        running = _running.get()
        if running is not None:
            running.faces, running.labels = faces, labels

    def failed(self, name: str, failure: Exception, milliseconds: float = 0.0) -> None:
        """An operation that came to nothing before it was begun in earnest: a file that cannot be read."""
        self._sink(failed(name, self._origin, milliseconds, failure))


def failed(name: str, origin: Origin, milliseconds: float, failure: Exception) -> Observation:
    code, message = told(failure)
    return Observation(name, origin, outcome_of(failure), milliseconds, 0, 0, code, message)


def outcome_of(failure: Exception) -> Outcome:
    code = getattr(failure, "code", _INTERNAL)
    if code in THROTTLING:
        return Outcome.THROTTLED
    status = getattr(failure, "status", None)
    if status is not None:
        return Outcome.SERVER_ERROR if status >= 500 else Outcome.USER_ERROR
    ours = isinstance(failure, LikenessError) and not isinstance(failure, LibraryError | ModelError)
    return Outcome.USER_ERROR if ours and code != _INTERNAL else Outcome.SERVER_ERROR


def told(failure: Exception) -> tuple[str, str]:
    """Its code and a sentence. What an unforeseen error says may hold anything: that is for the log."""
    if isinstance(failure, LikenessError) or hasattr(failure, "status"):
        return getattr(failure, "code", _INTERNAL), str(failure)
    return type(failure).__name__, _UNFORESEEN


class _Metered(Protocol):
    _meter: Meter


_Self = TypeVar("_Self", bound=_Metered)
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_Method = Callable[Concatenate[_Self, _Given], _Answer]


def counts(operation: str) -> Callable[[_Method[_Self, _Given, _Answer]], _Method[_Self, _Given, _Answer]]:
    """Each call of the method is that operation; its object has a `_meter`."""

    def decorate(method: _Method[_Self, _Given, _Answer]) -> _Method[_Self, _Given, _Answer]:
        @functools.wraps(method)
        def counted(self: _Self, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
            with self._meter.operation(operation):
                return method(self, *args, **kwargs)

        return counted

    return decorate


def _nowhere(_observation: Observation) -> None:
    """For services that work for nobody's account: tests, benchmarks, tools."""


UNCOUNTED: Final = Meter(_nowhere)
