"""What the page shows, read and put into words off the window's thread. No Qt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.services.metrics import Metric, MetricService, OperationError, Series, Span, Statistic, Sums

# Seconds that a bar stands for: 48 to 60 of them can be told apart on the page.
PERIODS: Final = {Span.HOUR: 60, Span.DAY: 1800, Span.WEEK: 3 * 3600, Span.MONTH: 12 * 3600}
_STACKED: Final = 4
_ERRORS: Final = 100
OTHERS: Final = "Others"


@dataclass(frozen=True)
class Figure:
    """A total, what it is of, and a fact beside it. `bad`: something failed."""

    name: str
    value: str
    fact: str
    bad: bool = False


@dataclass(frozen=True, eq=False)
class Curve:
    """`values` float64 (n,), NaN where there is none."""

    name: str
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shown:
    """`starts` float64 (n,), seconds since 1970; `requests`: a curve for each operation, the most frequent
    first."""

    span: Span
    operation: str | None
    operations: tuple[str, ...]
    starts: NDArray[np.float64]
    period: int
    figures: tuple[Figure, ...]
    requests: tuple[Curve, ...]
    average: Curve
    slowest: Curve
    faces: Curve
    labels: Curve
    failures: tuple[Curve, ...]
    sums: dict[str, Sums]
    errors: tuple[OperationError, ...]

    @property
    def empty(self) -> bool:
        return not self.sums


def read(
    metrics: MetricService, span: Span, operation: str | None = None, now: datetime | None = None
) -> Shown:
    """Up to now. Reads the database: not for the window's thread."""
    period = PERIODS[span]
    # The step that runs now is the last.
    end = now or datetime.now(UTC)
    start = end - timedelta(seconds=span.seconds - period)
    wanted = None if operation is None else (operation,)
    # One reading of all: what is shown of one operation is in it, and the others are offered.
    series = metrics.series(start, end, period)
    before = metrics.series(start - timedelta(seconds=span.seconds), start, period, wanted).total()
    names = series.operations if wanted is None else [name for name in wanted if name in series.operations]
    sums = {name: series.total(name) for name in names}
    return Shown(
        span=span,
        operation=operation,
        operations=tuple(sorted({*series.operations, *(wanted or ())})),
        starts=series.starts.astype(np.float64),
        period=period,
        figures=_figures(series.total(operation), before, sums),
        requests=_stacked(series, sums),
        average=Curve("Average", series.values(Metric.RESPONSE_TIME, Statistic.AVERAGE, operation)),
        slowest=Curve("95th", series.values(Metric.RESPONSE_TIME, Statistic.P95, operation)),
        faces=Curve("Faces", series.values(Metric.FACES, Statistic.SUM, operation)),
        labels=Curve("Labels", series.values(Metric.LABELS, Statistic.SUM, operation)),
        failures=(
            Curve("User errors", series.values(Metric.USER_ERRORS, Statistic.SUM, operation)),
            Curve("Server errors", series.values(Metric.SERVER_ERRORS, Statistic.SUM, operation)),
            Curve("Throttled", series.values(Metric.THROTTLED, Statistic.SUM, operation)),
        ),
        sums=sums,
        errors=tuple(metrics.errors(_ERRORS, wanted, start, end)),
    )


def _requests(series: Series, names: Collection[str]) -> NDArray[np.float64]:
    counts = [series.values(Metric.RESPONSE_TIME, Statistic.SAMPLE_COUNT, name) for name in names]
    return np.asarray(np.sum(counts, axis=0), np.float64)


def _stacked(series: Series, sums: dict[str, Sums]) -> tuple[Curve, ...]:
    names = sorted(sums, key=lambda name: (-sums[name].requests, name))
    # One more is shown rather than called "others".
    shown = names if len(names) <= _STACKED + 1 else names[:_STACKED]
    curves = [Curve(name, _requests(series, [name])) for name in shown]
    rest = names[len(shown) :]
    return (*curves, Curve(OTHERS, _requests(series, rest))) if rest else tuple(curves)


def _figures(total: Sums, before: Sums, sums: dict[str, Sums]) -> tuple[Figure, ...]:
    return (
        Figure("Successful requests", f"{total.successes:,}", _trend(total.successes, before.successes)),
        Figure("User errors", f"{total.user_errors:,}", _most(sums, "user_errors"), bad=False),
        Figure(
            "Server errors",
            f"{total.server_errors:,}",
            _most(sums, "server_errors"),
            bad=bool(total.server_errors),
        ),
        Figure("Throttled", f"{total.throttled:,}", _most(sums, "throttled")),
        Figure("Response time", _time(total, Statistic.AVERAGE), _slow(total)),
        Figure("Faces detected", f"{total.faces:,}", _each(total)),
    )


def _trend(now: int, before: int) -> str:
    """Against as much time before."""
    if not before:
        return "none before" if now else ""
    change = round(100 * (now - before) / before)
    if not change:
        return "as many as before"
    return f"{'up' if change > 0 else 'down'} {abs(change):,} %, was {before:,}"


def _most(sums: dict[str, Sums], field: str) -> str:
    """Which operation most of them are of."""
    counts = {name: getattr(each, field) for name, each in sums.items() if getattr(each, field)}
    if not counts:
        return "none"
    name = max(counts, key=lambda each: counts[each])
    return f"all of {name}" if len(counts) == 1 else f"{counts[name]:,} of {name}"


def _time(total: Sums, statistic: Statistic) -> str:
    value = total.value(Metric.RESPONSE_TIME, statistic)
    return "–" if np.isnan(value) else milliseconds(value)


def _slow(total: Sums) -> str:
    return f"95 % within {_time(total, Statistic.P95)}" if total.requests else ""


def _each(total: Sums) -> str:
    return f"{total.faces / total.face_samples:.1f} a request" if total.face_samples else ""


def milliseconds(value: float) -> str:
    """ "0.4 ms", "41 ms", "1.2 s": two digits that count."""
    if value >= 1000:
        return f"{value / 1000:.1f} s" if value < 100_000 else f"{value / 1000:,.0f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"
