"""What operations took, summed over minutes and, when those are old, over hours; and their latest errors."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from app.storage import tables
from app.storage.repositories.rows import among

MINUTE: Final = 60
HOUR: Final = 3600

_TABLE = tables.metric_periods
_ERRORS = tables.metric_errors
_PAIR: Final = struct.Struct("<HI")
_MOST: Final = 2**32 - 1


class PeriodRow(NamedTuple):
    """Sums over `seconds` from `start` (milliseconds since 1970 UTC). `histogram`: counts by step, which is
    at most 65,535."""

    seconds: int
    start: int
    operation: str
    origin: str
    successes: int
    user_errors: int
    server_errors: int
    throttled: int
    milliseconds: float
    shortest: float
    longest: float
    faces: int
    labels: int
    histogram: dict[int, int]

    def plus(self, other: PeriodRow) -> PeriodRow:
        histogram = dict(self.histogram)
        for step, count in other.histogram.items():
            histogram[step] = histogram.get(step, 0) + count
        return self._replace(
            successes=self.successes + other.successes,
            user_errors=self.user_errors + other.user_errors,
            server_errors=self.server_errors + other.server_errors,
            throttled=self.throttled + other.throttled,
            milliseconds=self.milliseconds + other.milliseconds,
            shortest=min(self.shortest, other.shortest),
            longest=max(self.longest, other.longest),
            faces=self.faces + other.faces,
            labels=self.labels + other.labels,
            histogram=histogram,
        )


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """`at` in milliseconds since 1970 UTC."""

    at: int
    operation: str
    origin: str
    code: str
    message: str


def add(connection: Connection, rows: Iterable[PeriodRow]) -> None:
    """Add to what is there of the same period, operation and origin. In a transaction that nobody else can
    write beside, several processes add up."""
    for row in rows:
        found = connection.execute(_ROWS.where(_same(row))).first()
        if found is None:
            connection.execute(insert(_TABLE).values(_values(row)))
        else:
            values = _values(_row(found).plus(row))
            connection.execute(update(_TABLE).where(_TABLE.c.id == found.id).values(values))


def begin(connection: Connection) -> None:
    """From here on a reading connection sees the sums as they are now; without this, as of its first read."""
    connection.execute(select(_TABLE.c.id).limit(1)).first()


def between(
    connection: Connection,
    start: int,
    end: int,
    operations: Collection[str] | None = None,
    origins: Collection[str] | None = None,
) -> list[PeriodRow]:
    """Those that begin at `start` or later and before `end`."""
    query = _ROWS.where(_TABLE.c.seconds.in_((MINUTE, HOUR)), _TABLE.c.start >= start, _TABLE.c.start < end)
    if operations is not None:
        query = query.where(among(_TABLE.c.operation, operations))
    if origins is not None:
        query = query.where(among(_TABLE.c.origin, origins))
    return [_row(row) for row in connection.execute(query)]


def fold(connection: Connection, before: int, most: int) -> int:
    """Make minutes that began before then part of their hours, the oldest first, at most so many of them;
    how many were."""
    query = _ROWS.where(_TABLE.c.seconds == MINUTE, _TABLE.c.start < before)
    found = connection.execute(query.order_by(_TABLE.c.start).limit(most)).all()
    hours: defaultdict[tuple[int, str, str], list[PeriodRow]] = defaultdict(list)
    for row in map(_row, found):
        hour = row.start - row.start % (HOUR * 1000)
        hours[hour, row.operation, row.origin].append(row._replace(seconds=HOUR, start=hour))
    for first, *rest in hours.values():
        total = first
        for row in rest:
            total = total.plus(row)
        add(connection, [total])
    if found:
        connection.execute(delete(_TABLE).where(among(_TABLE.c.id, [row.id for row in found])))
    return len(found)


def prune(connection: Connection, before: int) -> None:
    """Forget hours that began before then."""
    connection.execute(delete(_TABLE).where(_TABLE.c.seconds == HOUR, _TABLE.c.start < before))


def add_errors(connection: Connection, rows: Sequence[ErrorRow], keep: int) -> None:
    """Keep the latest `keep`."""
    if not rows:
        return
    values = [
        {
            "at": row.at,
            "operation": row.operation,
            "origin": row.origin,
            "code": row.code,
            "message": row.message,
        }
        for row in rows
    ]
    connection.execute(insert(_ERRORS), values)
    count = connection.execute(select(func.count()).select_from(_ERRORS)).scalar_one()
    if count > keep:
        oldest = select(_ERRORS.c.id).order_by(_ERRORS.c.at, _ERRORS.c.id).limit(count - keep)
        connection.execute(delete(_ERRORS).where(_ERRORS.c.id.in_(oldest)))


def errors(
    connection: Connection,
    limit: int,
    operations: Collection[str] | None = None,
    start: int | None = None,
    end: int | None = None,
) -> list[ErrorRow]:
    """The latest first."""
    query = select(_ERRORS).order_by(_ERRORS.c.at.desc(), _ERRORS.c.id.desc()).limit(limit)
    if operations is not None:
        query = query.where(among(_ERRORS.c.operation, operations))
    if start is not None:
        query = query.where(_ERRORS.c.at >= start)
    if end is not None:
        query = query.where(_ERRORS.c.at < end)
    return [
        ErrorRow(row["at"], row["operation"], row["origin"], row["code"], row["message"])
        for row in connection.execute(query).mappings()
    ]


def _same(row: PeriodRow) -> ColumnElement[bool]:
    return and_(
        _TABLE.c.seconds == row.seconds,
        _TABLE.c.start == row.start,
        _TABLE.c.operation == row.operation,
        _TABLE.c.origin == row.origin,
    )


# All but the histogram, which comes last, behind them.
_COLUMNS: Final = PeriodRow._fields[:-1]
_ROWS: Final = select(*(_TABLE.c[name] for name in PeriodRow._fields), _TABLE.c.id)


def _values(row: PeriodRow) -> dict[str, Any]:
    pairs = sorted(row.histogram.items())
    packed = b"".join(_PAIR.pack(step, min(count, _MOST)) for step, count in pairs)
    return {**{name: getattr(row, name) for name in _COLUMNS}, "histogram": packed}


def _row(row: Any) -> PeriodRow:
    *numbers, histogram, _ = row
    return PeriodRow._make((*numbers, dict(_PAIR.iter_unpack(histogram))))
