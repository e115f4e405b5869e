"""What was counted is written by itself, at the end at the latest; nothing is left running."""

from __future__ import annotations

import logging
import threading

import pytest

from app.domain.errors import DiskFull
from app.services.metrics import AlarmRule, AlarmState, Comparison, Keeper, Metric, Statistic
from app.storage.library import Library
from tests.unit.services.metrics.counting import NOON, Counter
from tests.unit.services.metrics.test_ledger import total


def test_a_turn_writes_what_waits(counter: Counter, library: Library) -> None:
    keeper = Keeper(counter.ledger, counter.alarms, counter.clock)
    counter.see(count=3)
    keeper.turn()
    assert total(Counter(library)).requests == 3 and not counter.ledger.waiting


def test_alarms_are_judged_once_a_minute(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[float] = []
    monkeypatch.setattr(counter.alarms, "evaluate", lambda: judged.append(counter.clock.now))
    keeper = Keeper(counter.ledger, counter.alarms, counter.clock)
    for second in range(0, 185, 5):
        counter.clock.now = NOON + second
        keeper.turn()
    assert judged == [NOON, NOON + 10, NOON + 70, NOON + 130]


def test_closing_writes_the_rest_and_ends_the_thread(counter: Counter, library: Library) -> None:
    before = threading.active_count()
    keeper = Keeper(counter.ledger, counter.alarms, counter.clock)
    keeper.start()
    assert threading.active_count() == before + 1
    counter.see()
    keeper.close()
    assert threading.active_count() == before
    assert total(Counter(library)).requests == 1


def test_the_thread_writes_by_itself(
    counter: Counter, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.metrics.keeper.FLUSH_SECONDS", 0.001)
    told = threading.Event()
    counter.alarms.on_change(lambda change: told.set())
    rule = AlarmRule("Any", Metric.SUCCESSFUL, Statistic.SUM, Comparison.GREATER, 0, 60, 1)
    counter.alarms.add(rule)
    counter.see()
    counter.clock.now = NOON + 70
    keeper = Keeper(counter.ledger, counter.alarms, counter.clock)
    keeper.start()
    try:
        assert told.wait(20)
    finally:
        keeper.close()
    assert counter.alarms.list()[0].state is AlarmState.ALARM


def test_a_full_disk_is_said_once_tried_ever_more_seldom_and_loses_nothing(
    counter: Counter,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    tried: list[int] = []
    turns: list[bool] = []
    keeper = Keeper(counter.ledger, counter.alarms, counter.clock)
    counter.see()
    with monkeypatch.context() as patched:

        def full() -> None:
            tried.append(len(turns))
            raise DiskFull("The disk is full.")

        patched.setattr(counter.ledger, "flush", full)
        while len(turns) < 200:
            keeper.turn()
            turns.append(True)
        assert tried[:4] == [0, 3, 8, 17] and tried[-1] - tried[-2] == 61
        assert [record.getMessage() for record in caplog.records] == [
            "What operations took cannot be kept at the moment: The disk is full."
        ]
        keeper.close()
    assert len(caplog.records) == 1, "at the end whatever else was written to the library has said it"
    for _ in range(70):
        keeper.turn()
    assert total(Counter(library)).requests == 1
