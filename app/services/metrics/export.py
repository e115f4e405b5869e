"""Sums as a CSV file (RFC 4180, UTF-8), for a spreadsheet."""

from __future__ import annotations

import csv
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from app.domain.errors import LikenessError
from app.domain.text import printable
from app.services.metrics.definitions import Metric, Statistic
from app.services.metrics.series import Series

_COUNTS: Final = (
    Metric.SUCCESSFUL,
    Metric.USER_ERRORS,
    Metric.SERVER_ERRORS,
    Metric.THROTTLED,
    Metric.FACES,
    Metric.LABELS,
)
_TIMES: Final = (
    Statistic.SAMPLE_COUNT,
    Statistic.AVERAGE,
    Statistic.MINIMUM,
    Statistic.MAXIMUM,
    Statistic.P50,
    Statistic.P90,
    Statistic.P95,
    Statistic.P99,
)
HEADER: Final = (
    "Start",
    "Period",
    "Operation",
    "Origin",
    *(metric.value for metric in _COUNTS),
    *(f"{Metric.RESPONSE_TIME.value}.{statistic.value}" for statistic in _TIMES),
)


class ExportFailed(LikenessError):
    """The file could not be written."""


def write_csv(path: Path, series: Series) -> int:
    """How many rows. Start is ISO 8601 in UTC, Period in seconds, times in milliseconds. Written beside its
    place first: what was there stays until all is on the disk. Raises ExportFailed."""
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        try:
            with part.open("x", encoding="utf-8", newline="") as file:
                count = _write(file, series)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ExportFailed(
            f"{printable(str(path))} could not be written: {error.strerror}. Choose another place for it."
        ) from error
    return count


def _write(file: TextIO, series: Series) -> int:
    rows = csv.writer(file)
    rows.writerow(HEADER)
    found = sorted(series.cells.items(), key=lambda item: (item[0][2], item[0][0], item[0][1].value))
    for (operation, origin, index), sums in found:
        moment = datetime.fromtimestamp(int(series.starts[index]), UTC)
        rows.writerow(
            [
                moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                series.period,
                operation,
                origin.value,
                *(int(sums.value(metric, Statistic.SUM)) for metric in _COUNTS),
                int(sums.value(Metric.RESPONSE_TIME, Statistic.SAMPLE_COUNT)),
                *(f"{sums.value(Metric.RESPONSE_TIME, each):.3f}" for each in _TIMES[1:]),
            ]
        )
    return len(found)
