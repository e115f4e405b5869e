"""Sums over equal periods, for graphs and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.domain.records import Origin
from app.services.metrics.definitions import Metric, Statistic
from app.services.metrics.sums import Sums


@dataclass(frozen=True, eq=False)
class Series:
    """`starts`: int64 (n,), rising, seconds since 1970 UTC, multiples of `period` (seconds). `operations`
    are those that took place, by name. A period without operations has zero counts and no averages."""

    starts: NDArray[np.int64]
    period: int
    operations: tuple[str, ...] = ()
    # By operation, origin and index of the period, where there is something.
    cells: Mapping[tuple[str, Origin, int], Sums] = field(default_factory=dict, repr=False)
    _merged: dict[str | None, list[Sums]] = field(default_factory=dict, init=False, repr=False)

    def values(
        self, metric: Metric, statistic: Statistic, operation: str | None = None
    ) -> NDArray[np.float64]:
        """float64 (n,), of one operation or of all together; NaN where there is nothing to average.
        Raises ValueError for a statistic that the metric does not have."""
        periods = self._merged.get(operation)
        if periods is None:
            periods = [Sums() for _ in range(len(self.starts))]
            for (name, _, index), sums in self.cells.items():
                if operation in (None, name):
                    periods[index].add(sums)
            self._merged[operation] = periods
        return np.array([sums.value(metric, statistic) for sums in periods], np.float64)

    def total(self, operation: str | None = None) -> Sums:
        """Over the whole time, of one operation or of all."""
        return self._sum(operation, None)

    def sources(self, operation: str | None = None) -> dict[Origin, Sums]:
        """Over the whole time, by where they came from; origins without an operation are left out."""
        found = {origin: self._sum(operation, origin) for origin in Origin}
        return {origin: sums for origin, sums in found.items() if sums.requests}

    def _sum(self, operation: str | None, origin: Origin | None) -> Sums:
        found = Sums()
        for (name, source, _), sums in self.cells.items():
            if operation in (None, name) and origin in (None, source):
                found.add(sums)
        return found
