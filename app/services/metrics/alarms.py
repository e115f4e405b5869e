"""Alarms: a metric watched over periods, and told of when its state changed and stayed so."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.services.metrics.definitions import Metric, Statistic


class Comparison(StrEnum):
    GREATER = "GreaterThanThreshold"
    GREATER_OR_EQUAL = "GreaterThanOrEqualToThreshold"
    LESS = "LessThanThreshold"
    LESS_OR_EQUAL = "LessThanOrEqualToThreshold"

    @property
    def sign(self) -> str:
        """ ">", "≥", "<" or "≤"."""
        return (
            {"G": ">", "L": "<"}[self.value[0]] if "Equal" not in self.value else "≥≤"[self.value[0] == "L"]
        )


class AlarmState(StrEnum):
    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What periods without a sample count as, where the others do not decide already."""

    MISSING = "missing"
    NOT_BREACHING = "notBreaching"
    BREACHING = "breaching"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """ALARM when the statistic of the metric breached the threshold in each of the last `periods` periods of
    `period` seconds. `operation` None: of all operations together."""

    name: str
    metric: Metric
    statistic: Statistic
    comparison: Comparison
    threshold: float
    period: int = 300
    periods: int = 1
    operation: str | None = None
    missing: Missing = Missing.MISSING

    @property
    def sentence(self) -> str:
        """The condition in words: "Sum of UserErrorCount > 10 for 2 periods of 5 minutes"."""
        raise NotImplementedError


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
    """A change of state. `reason` is a sentence with the values that made it."""

    alarm: Alarm
    before: AlarmState
    after: AlarmState
    at: datetime
    reason: str


class AlarmService:
    """Thread-safe. Evaluated once a minute while the library is open; states and their history survive."""

    def list(self) -> builtins.list[Alarm]:
        """By name."""
        raise NotImplementedError

    def add(self, rule: AlarmRule) -> Alarm:
        """Begins in INSUFFICIENT_DATA and is evaluated at once. Raises InvalidParameter,
        ResourceAlreadyExists for a name that is taken."""
        raise NotImplementedError

    def edit(self, alarm_id: int, rule: AlarmRule) -> Alarm:
        """Keeps the state and is evaluated at once. Raises as `add`, and ResourceNotFound."""
        raise NotImplementedError

    def remove(self, alarm_id: int) -> None:
        """With its history. Raises ResourceNotFound."""
        raise NotImplementedError

    def history(self, alarm_id: int, limit: int = 20) -> builtins.list[AlarmChange]:
        """The latest first; 100 are kept. Raises ResourceNotFound."""
        raise NotImplementedError

    def evaluate(self, now: datetime | None = None) -> builtins.list[AlarmChange]:
        """Judge every alarm by the minutes that are over; the changes of state that this made."""
        raise NotImplementedError

    def on_change(self, listener: Callable[[AlarmChange], None]) -> Callable[[], None]:
        """`listener` is called once for each change of state, whichever process of this library made it, on a
        thread of the service. Returns what ends it."""
        raise NotImplementedError
