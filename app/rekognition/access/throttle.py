"""How often a key may call: a bucket of tokens for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

RATE: Final = 50.0
BURST: Final = 100
# The longest that a refused caller is told to wait, in seconds.
LONGEST: Final = 5.0


@dataclass
class _Bucket:
    tokens: float
    filled: float
    promised: float = 0.0


class Throttle:
    """`rate` calls a second for each key in the long run, and up to `burst` at once. Thread-safe."""

    def __init__(
        self, rate: float = RATE, burst: int = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a rate above 0 and a burst of 1 or more")
        self._rate, self._burst, self._clock = rate, burst, clock
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str) -> float:
        """0 where the call may go on; else the seconds after which another try will do. `key` must be known
        to be one: each keeps a bucket."""
        with self._lock:
            now = self._clock()
            bucket = self._buckets.setdefault(key, _Bucket(float(self._burst), now))
            grown = (now - bucket.filled) * self._rate
            bucket.tokens, bucket.filled = min(bucket.tokens + grown, float(self._burst)), now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0.0
            # Those who are refused are sent away for different times, or they would all be back at once.
            bucket.promised = max(bucket.promised, now) + 1 / self._rate
            return min(bucket.promised - now, LONGEST)

    def forget(self, key: str) -> None:
        """For a key that is revoked."""
        with self._lock:
            self._buckets.pop(key, None)
