"""Alarms are kept, judged by the minutes that are over, and told of once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.errors import InvalidParameter, ResourceAlreadyExists, ResourceNotFound
from app.services.metrics import (
    AlarmChange,
    AlarmRule,
    AlarmState,
    Comparison,
    Metric,
    Missing,
    Outcome,
    Statistic,
)
from app.services.metrics.alarms import CHANGES_KEPT, SETTLED_AFTER
from app.storage.library import Library
from tests.unit.services.metrics.counting import NOON, Counter

# The example of the guide, as it is meant: more than 10 user errors in each of two times five minutes.
RULE = AlarmRule("Errors", Metric.USER_ERRORS, Statistic.SUM, Comparison.GREATER, 10, 300, 2)
OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


def minute(counter: Counter, number: int, errors: int, successes: int = 1) -> list[AlarmChange]:
    """Let the minute of that number pass with those operations, and have it judged."""
    counter.clock.now = NOON + 60 * number + 30
    counter.see(outcome=Outcome.USER_ERROR, count=errors)
    counter.see(count=successes)
    counter.clock.now = NOON + 60 * (number + 1) + SETTLED_AFTER
    return counter.alarms.evaluate()


def test_an_alarm_is_told_of_when_it_lasts_and_once(counter: Counter) -> None:
    told: list[AlarmChange] = []
    end = counter.alarms.on_change(told.append)
    made = counter.alarms.add(RULE)
    assert (made.rule, made.state, made.id) == (RULE, UNKNOWN, counter.alarms.list()[0].id)
    for number in range(5):
        minute(counter, number, errors=3)
    # The first five minutes have 15 errors in the end, the five before them nothing at all.
    (fine,) = told
    assert (fine.before, fine.after) == (UNKNOWN, OK)
    for number in range(5, 10):
        minute(counter, number, errors=3)
    raised = told.pop()
    assert told == [fine]
    assert (raised.before, raised.after, raised.alarm.state) == (OK, ALARM, ALARM)
    assert raised.at == raised.alarm.since == datetime.fromtimestamp(NOON + 540 + SETTLED_AFTER, UTC)
    assert raised.reason.endswith("the threshold is breached (12, 15).")
    for number in range(10, 14):
        assert minute(counter, number, errors=3) == []
    assert told == [fine]
    ended = [change for number in range(14, 20) for change in minute(counter, number, errors=0)]
    assert [(change.before, change.after) for change in ended] == [(ALARM, OK)] and told[1:] == ended
    end()
    counter.clock.now += 86_400
    assert [change.after for change in counter.alarms.evaluate()] == [UNKNOWN]
    assert told == [fine, *ended]
    history = counter.alarms.history(made.id)
    assert [change.after for change in history] == [UNKNOWN, OK, ALARM, OK]
    assert counter.alarms.history(made.id, limit=1) == history[:1]


def test_a_minute_is_judged_when_it_is_over_and_written(counter: Counter) -> None:
    counter.alarms.add(replace(RULE, period=60, periods=1))
    counter.clock.now = NOON + 5
    counter.see(outcome=Outcome.USER_ERROR, count=11)
    for now in (NOON + 5, NOON + 59, NOON + 60, NOON + 60 + SETTLED_AFTER - 1):
        counter.clock.now = now
        assert counter.alarms.evaluate() == []
    counter.clock.now = NOON + 60 + SETTLED_AFTER
    assert [change.after for change in counter.alarms.evaluate()] == [ALARM]


def test_an_alarm_watches_one_operation_or_all(counter: Counter) -> None:
    one = replace(RULE, period=60, periods=1, operation="SearchFaces")
    counter.alarms.add(one)
    counter.alarms.add(replace(one, name="All", operation=None))
    counter.see("DetectFaces", Outcome.USER_ERROR, count=20)
    counter.clock.now = NOON + 60 + SETTLED_AFTER
    counter.alarms.evaluate()
    assert {alarm.rule.name: alarm.state for alarm in counter.alarms.list()} == {
        "All": ALARM,
        "Errors": UNKNOWN,
    }


def test_response_times_are_watched_by_percentile(counter: Counter) -> None:
    slow = AlarmRule("Slow", Metric.RESPONSE_TIME, Statistic.P95, Comparison.GREATER_OR_EQUAL, 900, 60, 1)
    counter.alarms.add(slow)
    counter.see(milliseconds=10, count=94)
    counter.see(milliseconds=1000, count=6)
    counter.clock.now = NOON + 60 + SETTLED_AFTER
    (change,) = counter.alarms.evaluate()
    assert change.after is ALARM


def test_state_and_history_survive_and_nothing_is_told_twice(counter: Counter, library: Library) -> None:
    counter.alarms.add(replace(RULE, period=60, periods=1))
    minute(counter, 0, errors=11)
    counter.ledger.flush()
    told: list[AlarmChange] = []
    again = Counter(library, counter.clock)
    again.alarms.on_change(told.append)
    (alarm,) = again.alarms.list()
    assert alarm.state is ALARM and again.alarms.evaluate() == [] and told == []
    assert [change.after for change in again.alarms.history(alarm.id)] == [ALARM]
    minute(again, 1, errors=0)
    assert [change.after for change in told] == [OK]


def test_the_window_hears_of_what_another_process_judged(counter: Counter, library: Library) -> None:
    counter.alarms.add(replace(RULE, period=60, periods=1))
    told: list[AlarmChange] = []
    counter.alarms.on_change(told.append)
    command = Counter(library, counter.clock)
    minute(command, 0, errors=11)
    assert told == []
    command.ledger.flush()
    assert counter.alarms.evaluate() == []
    assert [change.after for change in told] == [ALARM]
    counter.alarms.evaluate()
    assert len(told) == 1


def test_processes_that_judge_at_once_make_one_change(counter: Counter, library: Library) -> None:
    counter.alarms.add(replace(RULE, period=60, periods=1))
    counter.see(outcome=Outcome.USER_ERROR, count=11)
    counter.ledger.flush()
    counter.clock.now = NOON + 60 + SETTLED_AFTER
    others = [Counter(library, counter.clock) for _ in range(6)]
    begin = threading.Barrier(len(others))
    made: list[AlarmChange] = []

    def judge(other: Counter) -> None:
        begin.wait()
        made.extend(other.alarms.evaluate())

    threads = [threading.Thread(target=judge, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(counter.alarms.history(made[0].alarm.id)) == 1


def test_a_listener_that_fails_keeps_no_other_from_hearing(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[AlarmChange] = []

    def fails(_: AlarmChange) -> None:
        raise RuntimeError("a broken listener")

    counter.alarms.on_change(fails)
    counter.alarms.on_change(told.append)
    counter.alarms.add(replace(RULE, missing=Missing.BREACHING))
    assert [change.after for change in told] == [ALARM]
    assert "a listener to alarms failed" in caplog.text


def test_alarms_are_edited_and_removed(counter: Counter) -> None:
    first = counter.alarms.add(RULE)
    other = counter.alarms.add(replace(RULE, name="another"))
    assert [alarm.rule.name for alarm in counter.alarms.list()] == ["another", "Errors"]
    with pytest.raises(ResourceAlreadyExists, match="“Errors” already"):
        counter.alarms.add(RULE)
    with pytest.raises(ResourceAlreadyExists, match="“Errors” already"):
        counter.alarms.edit(other.id, RULE)
    with pytest.raises(InvalidParameter):
        counter.alarms.edit(other.id, replace(RULE, period=1))
    wider = replace(RULE, name="Errors, too", threshold=2.5, missing=Missing.NOT_BREACHING)
    edited = counter.alarms.edit(first.id, wider)
    # It is judged at once by what it says now.
    assert (edited.rule, edited.state, edited.id) == (wider, OK, first.id)
    assert counter.alarms.edit(first.id, wider) == edited
    counter.alarms.remove(first.id)
    assert [alarm.id for alarm in counter.alarms.list()] == [other.id]
    for gone in (
        lambda: counter.alarms.remove(first.id),
        lambda: counter.alarms.edit(first.id, wider),
        lambda: counter.alarms.history(first.id),
    ):
        with pytest.raises(ResourceNotFound, match="was removed"):
            gone()


def test_the_history_of_an_alarm_is_bounded(counter: Counter) -> None:
    made = counter.alarms.add(replace(RULE, period=60, periods=1))
    for number in range(CHANGES_KEPT + 10):
        assert len(minute(counter, number, errors=0 if number % 2 else 11)) == 1
    history = counter.alarms.history(made.id, limit=1000)
    assert len(history) == CHANGES_KEPT and history[0].after is OK
