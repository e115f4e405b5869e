"""When an alarm is raised: the threshold breached in each of the last periods, and nothing less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidParameter
from app.domain.records import Origin
from app.services.metrics import (
    OPERATIONS,
    AlarmRule,
    AlarmState,
    Comparison,
    Metric,
    Missing,
    Observation,
    Outcome,
    Statistic,
    Sums,
)
from app.services.metrics.rules import checked, judge

RULE = AlarmRule("Errors", Metric.USER_ERRORS, Statistic.SUM, Comparison.GREATER, 10, 300, 3)
OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


def period(errors: int | None) -> Sums:
    """With that many user errors and one success; None: without any operation."""
    sums = Sums()
    if errors is not None:
        for outcome in [Outcome.SUCCESS] + [Outcome.USER_ERROR] * errors:
            sums.observe(Observation("DetectFaces", Origin.WINDOW, outcome, 5.0))
    return sums


def state(rule: AlarmRule, errors: list[int | None], before: AlarmState = OK) -> AlarmState:
    return judge(rule, [period(each) for each in errors], before).state


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([11, 12, 99], ALARM),
        ([10, 11, 12], OK),
        ([11, 12, 10], OK),
        ([0, 0, 0], OK),
        ([None, None, None], UNKNOWN),
        ([None, 11, 11], OK),
        ([None, 11, 0], OK),
        ([0, None, None], OK),
    ],
)
def test_only_what_lasts_raises_an_alarm(errors: list[int | None], expected: AlarmState) -> None:
    assert state(RULE, errors) is expected


@pytest.mark.parametrize(
    ("missing", "none", "some"),
    [
        (Missing.MISSING, UNKNOWN, None),
        (Missing.NOT_BREACHING, OK, OK),
        (Missing.BREACHING, ALARM, ALARM),
    ],
)
@pytest.mark.parametrize("before", AlarmState)
def test_what_periods_without_an_operation_count_as(
    missing: Missing, none: AlarmState, some: AlarmState | None, before: AlarmState
) -> None:
    """`none` of them has one, or `some` have; None: it stays as it was."""
    rule = replace(RULE, missing=missing)
    assert state(rule, [None, None, None], before) is none
    assert state(rule, [11, None, 11], before) is (some or before)
    assert state(rule, [11, None, 3], before) is OK
    assert state(rule, [11, 11, 11], before) is ALARM
    ignoring = replace(RULE, missing=Missing.IGNORE)
    assert state(ignoring, [None, None, None], before) is before
    assert state(ignoring, [11, None, 11], before) is before
    assert state(ignoring, [3, None, None], before) is OK


@given(st.lists(st.none() | st.integers(0, 25), min_size=1, max_size=6), st.sampled_from(Missing))
def test_an_alarm_needs_every_period(errors: list[int | None], missing: Missing) -> None:
    rule = replace(RULE, periods=len(errors), missing=missing)
    within = [each for each in errors if each is not None and each <= 10]
    found = state(rule, errors)
    if within:
        assert found is OK
    elif None not in errors:
        assert found is ALARM
    else:
        assert found is not ALARM or missing is Missing.BREACHING


@pytest.mark.parametrize(
    ("comparison", "breached"),
    [
        (Comparison.GREATER, [False, False, True]),
        (Comparison.GREATER_OR_EQUAL, [False, True, True]),
        (Comparison.LESS, [True, False, False]),
        (Comparison.LESS_OR_EQUAL, [True, True, False]),
    ],
)
def test_comparisons(comparison: Comparison, breached: list[bool]) -> None:
    assert [comparison.breached(value, 2.0) for value in (1.0, 2.0, 3.0)] == breached
    assert comparison.sign == {"Gre": ">", "Les": "<"}[comparison.value[:3]] or comparison.sign in "≥≤"


def test_samples_of_faces_are_of_the_operations_that_detect_them() -> None:
    """Ten searches are no data about how many faces are detected."""
    rule = AlarmRule("Faces", Metric.FACES, Statistic.AVERAGE, Comparison.LESS, 1, 60, 1)
    sums = Sums()
    sums.observe(Observation("SearchFaces", Origin.WINDOW, Outcome.SUCCESS, 5.0))
    assert judge(rule, [sums], OK).state is UNKNOWN
    sums.observe(Observation("DetectFaces", Origin.WINDOW, Outcome.SUCCESS, 5.0, faces=0))
    assert judge(rule, [sums], OK).state is ALARM


def test_the_reason_has_the_values() -> None:
    verdict = judge(RULE, [period(each) for each in (11, None, 12)], OK)
    assert verdict.reason == (
        "Sum of UserErrorCount > 10 for 3 periods of 5 minutes: 1 without any operation (11, –, 12)."
    )
    assert "the threshold is breached (11, 12, 13)." in judge(RULE, [*map(period, (11, 12, 13))], OK).reason
    assert "3 is within the threshold" in judge(RULE, [*map(period, (11, 12, 3))], OK).reason


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Sum of UserErrorCount > 10 for 3 periods of 5 minutes"),
        ({"period": 60, "periods": 1}, "Sum of UserErrorCount > 10 for 1 period of 1 minute"),
        ({"period": 7200, "operation": "DetectFaces"}, "of UserErrorCount of DetectFaces > 10"),
        ({"period": 86_400}, "for 3 periods of 1 day"),
        ({"period": 5400}, "for 3 periods of 90 minutes"),
        ({"comparison": Comparison.LESS_OR_EQUAL, "threshold": 2.5}, "UserErrorCount ≤ 2.5 for"),
    ],
)
def test_a_rule_reads_as_a_sentence(changes: dict[str, object], sentence: str) -> None:
    assert sentence in replace(RULE, **changes).sentence  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "name has 1 to 255"),
        ({"name": "a\nb"}, "name has 1 to 255"),
        ({"name": "x" * 256}, "name has 1 to 255"),
        ({"statistic": Statistic.P99}, "UserErrorCount has no p99. Choose one of these: Sum, Average"),
        ({"threshold": float("nan")}, "must be a number"),
        ({"threshold": float("inf")}, "must be a number"),
        ({"period": 30}, "whole minutes; 30 seconds"),
        ({"period": 90}, "whole minutes; 90 seconds"),
        ({"period": 86_460}, "60 to 86400"),
        ({"periods": 0}, "0 periods of 5 minutes is not"),
        ({"period": 86_400, "periods": 8}, "8 periods of 1 day is not"),
        ({"operation": "DetectFace"}, "“DetectFace” is no operation"),
    ],
)
def test_what_no_alarm_can_be_is_said(changes: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidParameter, match=r"\.$") as refused:
        checked(replace(RULE, **changes))  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_what_an_alarm_can_be() -> None:
    assert checked(replace(RULE, name=" Räume – 1 ")).name == "Räume – 1"
    for metric in Metric:
        for statistic in metric.statistics:
            for operation in (None, *OPERATIONS):
                rule = replace(RULE, metric=metric, statistic=statistic, operation=operation)
                assert checked(rule) == rule
