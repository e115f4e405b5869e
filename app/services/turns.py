"""How many requests of the protocol may use the models at once: the window is never kept waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from app.domain.errors import Cancelled
from app.jobs import JobQueue, Priority

P = ParamSpec("P")
T = TypeVar("T")


class InferenceTurns:
    """Requests pass bulk work on the inference lane, and one of its workers is always left to the window and
    its jobs: at most `at_once` requests are on the lane, the others wait here. Thread-safe."""

    def __init__(self, jobs: JobQueue) -> None:
        self._lane = jobs.inference
        self.at_once = max(1, jobs.inference.threads - 1)
        self._free = threading.BoundedSemaphore(self.at_once)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run on the lane and wait for it. Raises what `work` raises, Cancelled when the program closes."""
        with self.turn():
            try:
                # With its context: over there it is still part of the operation that is counted here.
                within = partial(copy_context().run, work, *args, **kwargs)
                return self._lane.submit(Priority.INTERACTIVE, within).result()
            except CancelledError:
                raise Cancelled("The library is being closed.") from None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For work that goes to the lane by itself."""
        with self._free:
            yield
