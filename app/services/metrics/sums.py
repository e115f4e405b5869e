"""What the operations of one period, or of any number of them, come to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

from app.services.metrics.definitions import FACE_OPERATIONS, LABEL_OPERATIONS, Metric, Statistic
from app.services.metrics.histogram import percentile, step_of
from app.services.metrics.meter import Observation, Outcome

# Looked up once: a member of an enumeration takes longer to find than to compare.
_SUCCESS: Final = Outcome.SUCCESS


@dataclass(slots=True)
class Sums:
    """Grows by what is added. Not thread-safe. `milliseconds` is the sum of the response times, `shortest`
    and `longest` are its extremes (infinite without one); `histogram` counts them by step (histogram.py)."""

    successes: int = 0
    user_errors: int = 0
    server_errors: int = 0
    throttled: int = 0
    milliseconds: float = 0.0
    shortest: float = math.inf
    longest: float = -math.inf
    faces: int = 0
    labels: int = 0
    # Operations that could detect some, and did their work.
    face_samples: int = 0
    label_samples: int = 0
    histogram: dict[int, int] = field(default_factory=dict)

    def copy(self) -> Sums:
        return replace(self, histogram=dict(self.histogram))

    @property
    def requests(self) -> int:
        """All, whatever became of them."""
        return self.successes + self.user_errors + self.server_errors + self.throttled

    def observe(self, seen: Observation) -> None:
        operation, _, outcome, took, faces, labels, _, _ = seen
        if outcome is _SUCCESS:
            self.successes += 1
            if operation in FACE_OPERATIONS:
                self.faces += faces
                self.face_samples += 1
            elif operation in LABEL_OPERATIONS:
                self.labels += labels
                self.label_samples += 1
        elif outcome is Outcome.USER_ERROR:
            self.user_errors += 1
        elif outcome is Outcome.SERVER_ERROR:
            self.server_errors += 1
        else:
            self.throttled += 1
        self.milliseconds += took
        if took < self.shortest:
            self.shortest = took
        if took > self.longest:
            self.longest = took
        step, counts = step_of(took), self.histogram
        counts[step] = counts.get(step, 0) + 1

    def add(self, other: Sums) -> None:
        self.successes += other.successes
        self.user_errors += other.user_errors
        self.server_errors += other.server_errors
        self.throttled += other.throttled
        self.milliseconds += other.milliseconds
        self.shortest = min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.faces += other.faces
        self.labels += other.labels
        self.face_samples += other.face_samples
        self.label_samples += other.label_samples
        for step, count in other.histogram.items():
            self.histogram[step] = self.histogram.get(step, 0) + count

    def value(self, metric: Metric, statistic: Statistic) -> float:
        """0 for the sums and sample counts of nothing, NaN for what nothing has (an average, a percentile).
        Raises ValueError for a statistic that the metric does not have."""
        if statistic not in metric.statistics:
            raise ValueError(f"{metric.value} has no {statistic.value}")
        total, samples = self._total(metric)
        if statistic is Statistic.SUM:
            return float(total)
        if statistic is Statistic.SAMPLE_COUNT:
            return float(samples)
        if not samples:
            return math.nan
        if statistic is Statistic.AVERAGE:
            return total / samples
        if statistic is Statistic.MINIMUM:
            return self.shortest
        if statistic is Statistic.MAXIMUM:
            return self.longest
        assert statistic.percentile is not None
        # A step reaches a little over the extremes, which are known.
        return min(max(percentile(self.histogram, statistic.percentile), self.shortest), self.longest)

    def samples(self, metric: Metric) -> int:
        return self._total(metric)[1]

    def _total(self, metric: Metric) -> tuple[float, int]:
        if metric is Metric.FACES:
            return self.faces, self.face_samples
        if metric is Metric.LABELS:
            return self.labels, self.label_samples
        totals = {
            Metric.SUCCESSFUL: self.successes,
            Metric.USER_ERRORS: self.user_errors,
            Metric.SERVER_ERRORS: self.server_errors,
            Metric.THROTTLED: self.throttled,
            Metric.RESPONSE_TIME: self.milliseconds,
        }
        return totals[metric], self.requests
