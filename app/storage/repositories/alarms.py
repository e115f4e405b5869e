"""Alarms, their states, and how those changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from app.storage import tables

_ALARMS = tables.alarms
_CHANGES = tables.alarm_changes


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What an alarm watches; `seconds` of a period. `operation` None: all of them."""

    name: str
    operation: str | None
    metric: str
    statistic: str
    comparison: str
    threshold: float
    seconds: int
    periods: int
    missing: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """Times in milliseconds since 1970 UTC."""

    id: int
    rule: RuleRow
    state: str
    state_since: int
    created_at: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    id: int
    alarm_pk: int
    at: int
    before: str
    after: str
    reason: str


_RULE: Final = tuple(RuleRow.__dataclass_fields__)


def every(connection: Connection) -> list[AlarmRow]:
    """By name."""
    query = select(_ALARMS).order_by(func.lower(_ALARMS.c.name), _ALARMS.c.name)
    return [_alarm(row) for row in connection.execute(query).mappings()]


def by_pk(connection: Connection, pk: int) -> AlarmRow | None:
    row = connection.execute(select(_ALARMS).where(_ALARMS.c.id == pk)).mappings().first()
    return _alarm(row) if row else None


def pk_of(connection: Connection, name: str) -> int | None:
    return connection.execute(select(_ALARMS.c.id).where(_ALARMS.c.name == name)).scalar_one_or_none()


def add(connection: Connection, rule: RuleRow, state: str, now: int) -> int:
    values = {**asdict(rule), "state": state, "state_since": now, "created_at": now}
    key = connection.execute(insert(_ALARMS).values(values)).inserted_primary_key
    assert key is not None, "an INSERT always has a key"
    return int(key[0])


def set_rule(connection: Connection, pk: int, rule: RuleRow) -> bool:
    """False where there is no such alarm."""
    statement = update(_ALARMS).where(_ALARMS.c.id == pk).values(asdict(rule))
    return connection.execute(statement).rowcount == 1


def remove(connection: Connection, pk: int) -> bool:
    """With its changes; False where there was no such alarm."""
    return connection.execute(delete(_ALARMS).where(_ALARMS.c.id == pk)).rowcount == 1


def change_state(
    connection: Connection, judged: AlarmRow, after: str, reason: str, now: int, keep: int
) -> bool:
    """False, and nothing is done, where the alarm was edited, removed or changed by another since `judged`
    was read. The latest `keep` changes of the alarm are kept."""
    if by_pk(connection, judged.id) != judged:
        return False
    statement = update(_ALARMS).where(_ALARMS.c.id == judged.id).values(state=after, state_since=now)
    connection.execute(statement)
    values = {
        "alarm_pk": judged.id,
        "at": now,
        "before": judged.state,
        "after": after,
        "reason": reason,
    }
    connection.execute(insert(_CHANGES).values(values))
    kept = (
        select(_CHANGES.c.id)
        .where(_CHANGES.c.alarm_pk == judged.id)
        .order_by(_CHANGES.c.id.desc())
        .limit(keep)
    )
    connection.execute(delete(_CHANGES).where(_CHANGES.c.alarm_pk == judged.id, _CHANGES.c.id.not_in(kept)))
    return True


def changes_of(connection: Connection, pk: int, limit: int) -> list[ChangeRow]:
    """The latest first."""
    query = select(_CHANGES).where(_CHANGES.c.alarm_pk == pk).order_by(_CHANGES.c.id.desc()).limit(limit)
    return [ChangeRow(**row) for row in connection.execute(query).mappings()]


def changes_after(connection: Connection, change_pk: int) -> list[ChangeRow]:
    """Of all alarms, the oldest first."""
    query = select(_CHANGES).where(_CHANGES.c.id > change_pk).order_by(_CHANGES.c.id)
    return [ChangeRow(**row) for row in connection.execute(query).mappings()]


def last_change(connection: Connection) -> int:
    """0 where there is none."""
    return connection.execute(select(func.max(_CHANGES.c.id))).scalar_one() or 0


def _alarm(row: Any) -> AlarmRow:
    rule = RuleRow(**{name: row[name] for name in _RULE})
    return AlarmRow(row["id"], rule, row["state"], row["state_since"], row["created_at"])
