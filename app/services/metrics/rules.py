"""What an alarm watches, and what it makes of the values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import InvalidParameter
from app.services.metrics.definitions import OPERATIONS, Metric, Statistic
from app.services.metrics.sums import Sums

LONGEST_NAME: Final = 255
LONGEST_PERIOD: Final = 86_400
# As far back as Amazon CloudWatch looks.
LONGEST_WATCH: Final = 7 * 86_400


class Comparison(StrEnum):
    GREATER = "GreaterThanThreshold"
    GREATER_OR_EQUAL = "GreaterThanOrEqualToThreshold"
    LESS = "LessThanThreshold"
    LESS_OR_EQUAL = "LessThanOrEqualToThreshold"

    @property
    def sign(self) -> str:
        """One of > ≥ < ≤."""
        return _SIGNS[self]

    def breached(self, value: float, threshold: float) -> bool:
        if self is Comparison.GREATER:
            return value > threshold
        if self is Comparison.GREATER_OR_EQUAL:
            return value >= threshold
        return value < threshold if self is Comparison.LESS else value <= threshold


_SIGNS: Final = dict(zip(Comparison, ">≥<≤", strict=True))


class AlarmState(StrEnum):
    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Missing(StrEnum):
    """What periods without a sample count as, where all others breach the threshold. MISSING: where there is
    no sample at all, nothing can be said; where there are some, the state stays as it was. NOT_BREACHING: all
    is well. BREACHING: they breach it, too. IGNORE: the state stays as it was. One period within the
    threshold is OK whatever is missing."""

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
        """The condition: "Sum of UserErrorCount of DetectFaces > 10 for 2 periods of 5 minutes"."""
        of = f" of {self.operation}" if self.operation else ""
        return (
            f"{self.statistic.value} of {self.metric.value}{of} {self.comparison.sign} {self.threshold:g} "
            f"for {_times(self.periods, self.period)}"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    state: AlarmState
    reason: str


def checked(rule: AlarmRule) -> AlarmRule:
    """With a name without space around it. Raises InvalidParameter."""
    name = rule.name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidParameter(f"An alarm's name has 1 to {LONGEST_NAME} letters, digits and signs.")
    if rule.statistic not in rule.metric.statistics:
        allowed = ", ".join(each.value for each in rule.metric.statistics)
        raise InvalidParameter(
            f"{rule.metric.value} has no {rule.statistic.value}. Choose one of these: {allowed}."
        )
    if not math.isfinite(rule.threshold):
        raise InvalidParameter("The threshold must be a number.")
    if not 60 <= rule.period <= LONGEST_PERIOD or rule.period % 60:
        raise InvalidParameter(
            f"A period is 60 to {LONGEST_PERIOD} seconds, in whole minutes; {rule.period} seconds is not."
        )
    if rule.periods < 1 or rule.periods * rule.period > LONGEST_WATCH:
        raise InvalidParameter(
            "An alarm looks at 1 period or more, 7 days at most in all: "
            f"{_times(rule.periods, rule.period)} is not that."
        )
    if rule.operation is not None and rule.operation not in OPERATIONS:
        raise InvalidParameter(
            f"“{rule.operation}” is no operation that is counted. Leave it out for all of them, or name one, "
            "such as DetectFaces."
        )
    return AlarmRule(
        name,
        rule.metric,
        rule.statistic,
        rule.comparison,
        float(rule.threshold),
        rule.period,
        rule.periods,
        rule.operation,
        rule.missing,
    )


def judge(rule: AlarmRule, periods: Sequence[Sums], state: AlarmState) -> Verdict:
    """`periods` are the last ones, the oldest first; `state` is the alarm's so far."""
    values = [
        sums.value(rule.metric, rule.statistic) if sums.samples(rule.metric) else None for sums in periods
    ]
    known = [value for value in values if value is not None]
    within = [value for value in known if not rule.comparison.breached(value, rule.threshold)]
    if within:
        return Verdict(AlarmState.OK, _reason(rule, values, f"{within[-1]:g} is within the threshold"))
    if len(known) == len(values):
        return Verdict(AlarmState.ALARM, _reason(rule, values, "the threshold is breached"))
    gone = len(values) - len(known)
    lacking = f"{gone} without any operation" if known else "none has any operation"
    after = {
        Missing.MISSING: state if known else AlarmState.INSUFFICIENT_DATA,
        Missing.NOT_BREACHING: AlarmState.OK,
        Missing.BREACHING: AlarmState.ALARM,
        Missing.IGNORE: state,
    }[rule.missing]
    return Verdict(after, _reason(rule, values, lacking))


def _reason(rule: AlarmRule, values: Sequence[float | None], what: str) -> str:
    """The latest values, the newest last."""
    shown = ", ".join("–" if value is None else f"{value:.6g}" for value in values[-5:])
    more = "… " if len(values) > 5 else ""
    return f"{rule.sentence}: {what} ({more}{shown})."


def _times(periods: int, seconds: int) -> str:
    length = next(
        (
            f"{seconds // size:,} {unit}" if seconds != size else f"1 {unit.removesuffix('s')}"
            for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes"))
            if seconds % size == 0
        ),
        f"{seconds:,} seconds",
    )
    return f"{periods:,} periods of {length}" if periods != 1 else f"1 period of {length}"
