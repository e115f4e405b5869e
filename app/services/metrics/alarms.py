"""Alarms: a metric watched over periods, and told of when its state changed and stayed so."""

from __future__ import annotations

import builtins
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.domain.errors import ResourceAlreadyExists, ResourceNotFound
from app.services.metrics.definitions import Metric, Statistic
from app.services.metrics.ledger import Ledger
from app.services.metrics.rules import AlarmRule, AlarmState, Comparison, Missing, checked, judge
from app.services.metrics.sums import Sums
from app.storage.clock import from_ms
from app.storage.database import Database
from app.storage.gate import Priority
from app.storage.repositories import alarms as rows
from app.storage.repositories.alarms import AlarmRow, ChangeRow, RuleRow

_log = logging.getLogger(__name__)

CHANGES_KEPT: Final = 100
# A minute is judged when other processes, too, have written what they counted in it.
SETTLED_AFTER: Final = 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """`since` is when it came to be in its state."""

    id: int
    rule: AlarmRule
    state: AlarmState
    since: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """A change of state. `reason` is a sentence with the values that made it. `alarm` is as it is now."""

    alarm: Alarm
    before: AlarmState
    after: AlarmState
    at: datetime
    reason: str


Listener = Callable[[AlarmChange], None]


class AlarmService:
    """Thread-safe. Evaluated once a minute while the library is open; states and their history survive.
    `clock`: seconds since 1970 UTC."""

    def __init__(self, database: Database, ledger: Ledger, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._judging = threading.Lock()
        self._lock = threading.Lock()
        self._listeners: builtins.list[Listener] = []
        with database.read() as connection:
            # What happened before the library was opened here is no news.
            self._heard = rows.last_change(connection)

    def list(self) -> builtins.list[Alarm]:
        """By name."""
        with self._database.read() as connection:
            return [_alarm(row) for row in rows.every(connection)]

    def add(self, rule: AlarmRule) -> Alarm:
        """Begins in INSUFFICIENT_DATA and is evaluated at once. Raises InvalidParameter,
        ResourceAlreadyExists for a name that is taken."""
        rule = checked(rule)
        state = AlarmState.INSUFFICIENT_DATA.value
        with self._database.write() as connection:
            if rows.pk_of(connection, rule.name) is not None:
                raise ResourceAlreadyExists(f"There is an alarm “{rule.name}” already. Choose another name.")
            pk = rows.add(connection, _rule_row(rule), state, int(self._clock() * 1000))
        self.evaluate()
        return self._get(pk)

    def edit(self, alarm_id: int, rule: AlarmRule) -> Alarm:
        """Keeps the state and is evaluated at once. Raises as `add`, and ResourceNotFound."""
        rule = checked(rule)
        with self._database.write() as connection:
            if rows.pk_of(connection, rule.name) not in (None, alarm_id):
                raise ResourceAlreadyExists(f"There is an alarm “{rule.name}” already. Choose another name.")
            if not rows.set_rule(connection, alarm_id, _rule_row(rule)):
                raise _gone()
        self.evaluate()
        return self._get(alarm_id)

    def remove(self, alarm_id: int) -> None:
        """With its history. Raises ResourceNotFound."""
        with self._database.write() as connection:
            if not rows.remove(connection, alarm_id):
                raise _gone()

    def history(self, alarm_id: int, limit: int = 20) -> builtins.list[AlarmChange]:
        """The latest first; 100 are kept. Raises ResourceNotFound."""
        with self._database.read() as connection:
            row = rows.by_pk(connection, alarm_id)
            found = rows.changes_of(connection, alarm_id, limit)
        if row is None:
            raise _gone()
        return [_change(_alarm(row), each) for each in found]

    def evaluate(self, now: datetime | None = None) -> builtins.list[AlarmChange]:
        """Judge every alarm by the minutes that are over; the changes of state that this made. Listeners
        hear of these, and of what other processes changed since they last did."""
        moment = self._clock() if now is None else now.timestamp()
        with self._judging:
            made = self._judge_all(moment)
            self._tell()
        return made

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """`listener` is called once for each change of state, whichever process of this library made it, on a
        thread of the service. Returns what ends it."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def _judge_all(self, moment: float) -> builtins.list[AlarmChange]:
        ended = int(moment - SETTLED_AFTER) // 60 * 60
        with self._database.read() as connection:
            alarms = rows.every(connection)
        changed: builtins.list[tuple[AlarmRow, AlarmState, str]] = []
        for row in alarms:
            alarm = _alarm(row)
            verdict = judge(alarm.rule, self._periods(alarm.rule, ended), alarm.state)
            if verdict.state is not alarm.state:
                changed.append((row, verdict.state, verdict.reason))
        if not changed:
            return []
        made: builtins.list[AlarmChange] = []
        at = int(moment * 1000)
        with self._database.write(Priority.BULK) as connection:
            for row, after, reason in changed:
                if rows.change_state(connection, row, after.value, reason, at, CHANGES_KEPT):
                    now = rows.by_pk(connection, row.id)
                    assert now is not None, "it was changed a line above"
                    change = AlarmChange(_alarm(now), AlarmState(row.state), after, from_ms(at), reason)
                    made.append(change)
        return made

    def _periods(self, rule: AlarmRule, ended: int) -> builtins.list[Sums]:
        begin = ended - rule.periods * rule.period
        found = [Sums() for _ in range(rule.periods)]
        wanted = None if rule.operation is None else (rule.operation,)
        for (start, _, _), sums in self._ledger.sums(begin, ended, wanted):
            found[(start - begin) // rule.period].add(sums)
        return found

    def _tell(self) -> None:
        with self._database.read() as connection:
            news = rows.changes_after(connection, self._heard)
            alarms = {row.id: _alarm(row) for row in rows.every(connection)} if news else {}
        with self._lock:
            listeners = [*self._listeners]
        for change in news:
            self._heard = change.id
            for listener in listeners:
                try:
                    listener(_change(alarms[change.alarm_pk], change))
                except Exception:
                    _log.exception("a listener to alarms failed")

    def _get(self, pk: int) -> Alarm:
        with self._database.read() as connection:
            row = rows.by_pk(connection, pk)
        if row is None:
            raise _gone()
        return _alarm(row)


def _gone() -> ResourceNotFound:
    return ResourceNotFound("This alarm was removed in the meantime.")


def _rule_row(rule: AlarmRule) -> RuleRow:
    return RuleRow(
        name=rule.name,
        operation=rule.operation,
        metric=rule.metric.value,
        statistic=rule.statistic.value,
        comparison=rule.comparison.value,
        threshold=rule.threshold,
        seconds=rule.period,
        periods=rule.periods,
        missing=rule.missing.value,
    )


def _alarm(row: AlarmRow) -> Alarm:
    kept = row.rule
    rule = AlarmRule(
        name=kept.name,
        metric=Metric(kept.metric),
        statistic=Statistic(kept.statistic),
        comparison=Comparison(kept.comparison),
        threshold=kept.threshold,
        period=kept.seconds,
        periods=kept.periods,
        operation=kept.operation,
        missing=Missing(kept.missing),
    )
    return Alarm(row.id, rule, AlarmState(row.state), from_ms(row.state_since), from_ms(row.created_at))


def _change(alarm: Alarm, row: ChangeRow) -> AlarmChange:
    return AlarmChange(alarm, AlarmState(row.before), AlarmState(row.after), from_ms(row.at), row.reason)
