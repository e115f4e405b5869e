"""What operations took: asked for by time, operation and origin."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from app.domain.errors import InvalidParameter
from app.domain.records import Origin
from app.services.metrics.export import write_csv
from app.services.metrics.ledger import Ledger
from app.services.metrics.series import Series
from app.services.metrics.sums import Sums

SHORTEST_PERIOD: Final = 60
MOST_PERIODS: Final = 50_000


@dataclass(frozen=True, slots=True)
class OperationError:
    """`code` is Rekognition's name of the error, `message` a sentence."""

    at: datetime
    operation: str
    origin: Origin
    code: str
    message: str


class MetricService:
    """Thread-safe; what this process counted a moment ago is in every answer, what another process counted
    within some seconds. Each call reads the database: not for the window's thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def series(
        self,
        start: datetime,
        end: datetime,
        period: int,
        operations: Collection[str] | None = None,
        origins: Collection[Origin] | None = None,
    ) -> Series:
        """From `start` (rounded down to a multiple of `period` seconds) up to `end`, 60 s or more a step.
        Of some operations and origins, or of all. What is older than 15 days is known by the hour: it lies
        in the step that the hour begins in. Raises InvalidParameter."""
        if period < SHORTEST_PERIOD or period % SHORTEST_PERIOD:
            raise InvalidParameter(f"A period is a multiple of {SHORTEST_PERIOD} seconds; {period} is not.")
        if start >= end:
            raise InvalidParameter("The time to look at must begin before it ends.")
        first = math.floor(start.timestamp()) // period * period
        count = -((first - math.ceil(end.timestamp())) // period)
        if count > MOST_PERIODS:
            raise InvalidParameter(
                f"{count:,} periods are too many to look at at once: take longer ones, or a shorter time."
            )
        cells: dict[tuple[str, Origin, int], Sums] = {}
        for (moment, operation, origin), sums in self._ledger.sums(
            first, first + count * period, operations, origins
        ):
            key = operation, origin, (moment - first) // period
            known = cells.get(key)
            if known is None:
                cells[key] = sums
            else:
                known.add(sums)
        starts = first + period * np.arange(count, dtype=np.int64)
        return Series(starts, period, tuple(sorted({name for name, _, _ in cells})), cells)

    def errors(
        self,
        limit: int = 100,
        operations: Collection[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> list[OperationError]:
        """User and server errors, the latest first: the last 1,000 are kept."""
        rows = self._ledger.errors(limit, operations, _ms(start), _ms(end))
        return [
            OperationError(
                datetime.fromtimestamp(row.at / 1000, UTC),
                row.operation,
                Origin(row.origin),
                row.code,
                row.message,
            )
            for row in rows
        ]

    def export(
        self,
        path: Path,
        start: datetime,
        end: datetime,
        period: int,
        operations: Collection[str] | None = None,
    ) -> int:
        """A CSV file, a row for each period, operation and origin that has something; how many there are. The
        file is there whole or not at all; one that was there is replaced. Raises LikenessError where it
        cannot be written, InvalidParameter."""
        return write_csv(path, self.series(start, end, period, operations))


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
