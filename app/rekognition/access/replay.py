"""A signed request that was caught and sent again later is told from the first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Final

from app.rekognition.access.signature import SKEW, Claim, SignatureError

# A date has whole seconds: two equal requests of one second are signed alike, and neither is a replay. The
# rest is for the time that they take to arrive.
GRACE_SECONDS: Final = 5.0
_MOST: Final = 65_536


class ReplayGuard:
    """Remembers the signatures that came, as long as their date is accepted. Thread-safe.

    Only proven signatures are shown to it, so that nobody without a key can fill it. Full, it forgets those
    with the oldest dates, and accepts nothing as old as them any more. So it does with what is dated up to
    `known_since`: what came to the program before it was started anew is not known.
    """

    def __init__(
        self,
        most: int = _MOST,
        clock: Callable[[], float] = time.monotonic,
        known_since: datetime | None = None,
    ) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        # By signature: when it came first, and its date.
        self._seen: OrderedDict[bytes, tuple[float, datetime]] = OrderedDict()
        self._oldest = known_since

    def __len__(self) -> int:
        return len(self._seen)

    def admit(self, claim: Claim) -> None:
        """Raises SignatureError for a signature that came before, longer ago than the grace."""
        mark = bytes.fromhex(claim.signature)[:16]
        with self._lock:
            now = self._clock()
            self._forget(now)
            first = self._seen.get(mark)
            if first is not None:
                if now - first[0] > GRACE_SECONDS:
                    raise _again()
                return
            if self._oldest is not None and claim.date <= self._oldest:
                raise _again()
            self._seen[mark] = (now, claim.date)
            if len(self._seen) > self._most:
                self._drop()

    def _forget(self, now: float) -> None:
        # A date may lie one skew ahead, and is accepted until it lies one behind.
        span = 2 * SKEW.total_seconds()
        while self._seen:
            mark, (first, _) = next(iter(self._seen.items()))
            if now - first <= span:
                return
            del self._seen[mark]

    def _drop(self) -> None:
        """The tenth with the oldest dates."""
        by_date = sorted(self._seen.items(), key=lambda entry: entry[1][1])
        dropped = by_date[: max(self._most // 10, 1)]
        for mark, _ in dropped:
            del self._seen[mark]
        newest = dropped[-1][1][1]
        self._oldest = newest if self._oldest is None else max(self._oldest, newest)


def _again() -> SignatureError:
    return SignatureError(
        "InvalidSignatureException",
        "This signed request was received before, or may have been before the program was started. Sign it "
        "again, with the time of now in X-Amz-Date.",
    )
