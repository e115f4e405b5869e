"""How fast a job goes and how long it still takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

# Long enough to smooth over one slow photo, short enough to follow a change of pace.
_WINDOW_SECONDS: Final = 10.0
_SAMPLE_SECONDS: Final = 0.2
_FIRST_ESTIMATE_SECONDS: Final = 0.5


class Meter:
    """Counts what is done and estimates the rest. Not thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = 0
        self.failed = 0
        self.total: int | None = None
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])

    def advance(self, done: int = 1, failed: int = 0) -> None:
        """`failed` of the `done` items went wrong."""
        self.done += done
        self.failed += failed
        now = self._clock()
        if now - self._samples[-1][0] >= _SAMPLE_SECONDS:
            self._samples.append((now, self.done))
        while len(self._samples) > 2 and now - self._samples[0][0] > _WINDOW_SECONDS:
            self._samples.popleft()

    def skip(self, count: int) -> None:
        """Items that cost nothing: they count as done and say nothing about the pace."""
        self.done += count
        self._samples = deque((moment, done + count) for moment, done in self._samples)

    @property
    def rate(self) -> float | None:
        """Items a second over the last ten seconds; None before there is enough to tell."""
        moment, done = self._samples[0]
        elapsed = self._clock() - moment
        if elapsed < _FIRST_ESTIMATE_SECONDS or self.done == done:
            return None
        return (self.done - done) / elapsed

    @property
    def seconds_left(self) -> float | None:
        """None while the total or the rate is unknown."""
        rate = self.rate
        if self.total is None or not rate:
            return None
        return max(self.total - self.done, 0) / rate
