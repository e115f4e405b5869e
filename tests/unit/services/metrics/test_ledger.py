"""What was counted is kept: whatever the order, the threads, the flushes and the processes."""

from __future__ import annotations

import math
import sqlite3
import threading
from collections import Counter as Counted
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.errors import DiskFull, InvalidParameter, LibraryError
from app.domain.records import Origin
from app.services.metrics import Ledger, Metric, MetricService, Observation, Outcome, Statistic, Sums
from app.services.metrics.ledger import ERRORS_KEPT, HOURS_KEPT, LONGEST_MESSAGE, MINUTES_KEPT
from app.storage import tables
from app.storage.database import Database
from app.storage.library import Library, open_library
from app.storage.repositories import metrics
from tests.unit.services.metrics.counting import NOON, Clock, Counter

DAY = 86_400
OPERATIONS = ("DetectFaces", "IndexFaces", "DetectLabels", "SearchFaces")

OBSERVATIONS = st.builds(
    Observation,
    operation=st.sampled_from(OPERATIONS),
    origin=st.sampled_from(Origin),
    outcome=st.sampled_from(Outcome),
    milliseconds=st.floats(0, 1e6, allow_nan=False),
    faces=st.integers(0, 100),
    labels=st.integers(0, 100),
)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def total(counter: Counter, first: int = NOON - DAY, last: int = NOON + DAY) -> Sums:
    return counter.metrics.series(at(first), at(last), 3600).total()


def test_nothing_was_counted_in_a_new_library(counter: Counter) -> None:
    series = counter.metrics.series(at(NOON - 3600), at(NOON), 60)
    assert series.operations == () and series.total() == Sums() and series.sources() == {}
    assert series.starts.tolist() == list(range(NOON - 3600, NOON, 60))
    assert series.values(Metric.SUCCESSFUL, Statistic.SUM).tolist() == [0.0] * 60
    assert all(map(math.isnan, series.values(Metric.RESPONSE_TIME, Statistic.AVERAGE)))
    assert counter.metrics.errors() == []


@pytest.mark.parametrize("flushed", [True, False])
def test_a_graph_has_what_happened_when_it_happened(counter: Counter, flushed: bool) -> None:
    for minute, count in ((0, 3), (2, 1)):
        counter.clock.now = NOON + 60 * minute + 59.9
        counter.see("DetectFaces", milliseconds=20.0, count=count, faces=2)
        counter.see("DetectLabels", milliseconds=40.0, labels=7, origin=Origin.ENDPOINT)
    counter.see("DetectFaces", Outcome.USER_ERROR, 2.0, faces=9)
    counter.see("SearchFaces", Outcome.THROTTLED, 1.0)
    if flushed:
        counter.ledger.flush()
    series = counter.metrics.series(at(NOON), at(NOON + 180), 60)
    assert series.operations == ("DetectFaces", "DetectLabels", "SearchFaces")

    def values(metric: Metric, statistic: Statistic, operation: str | None = None) -> list[float]:
        return series.values(metric, statistic, operation).tolist()

    assert values(Metric.SUCCESSFUL, Statistic.SUM) == [4, 0, 2]
    assert values(Metric.SUCCESSFUL, Statistic.SUM, "DetectFaces") == [3, 0, 1]
    assert values(Metric.USER_ERRORS, Statistic.SUM) == [0, 0, 1]
    assert values(Metric.THROTTLED, Statistic.SUM) == [0, 0, 1]
    assert values(Metric.FACES, Statistic.SUM) == [6, 0, 2]
    assert values(Metric.LABELS, Statistic.SUM) == [7, 0, 7]
    assert values(Metric.FACES, Statistic.AVERAGE)[0] == 2.0
    assert values(Metric.RESPONSE_TIME, Statistic.AVERAGE)[0] == 25.0
    assert values(Metric.RESPONSE_TIME, Statistic.MAXIMUM)[0] == 40.0
    assert values(Metric.RESPONSE_TIME, Statistic.SAMPLE_COUNT) == [4, 0, 4]
    # Half of the searches and detections of the third minute failed: the average of 0 and 1.
    assert values(Metric.USER_ERRORS, Statistic.AVERAGE, "DetectFaces")[2] == 0.5
    assert {origin: sums.requests for origin, sums in series.sources().items()} == {
        Origin.WINDOW: 6,
        Origin.ENDPOINT: 2,
    }
    with pytest.raises(ValueError, match="p50"):
        series.values(Metric.FACES, Statistic.P50)
    narrow = counter.metrics.series(at(NOON), at(NOON + 180), 60, ["DetectLabels"], [Origin.ENDPOINT])
    assert narrow.operations == ("DetectLabels",) and narrow.total().labels == 14
    assert counter.metrics.series(at(NOON), at(NOON + 180), 60, (), None).operations == ()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(OBSERVATIONS, st.integers(-7200, 7200), st.booleans()), max_size=40), st.randoms())
def test_sums_are_of_all_that_was_recorded(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[Observation, int, bool]],
    random: object,
) -> None:
    """In any order, flushed at any time, in minutes or hours."""
    library = open_library(tmp_path_factory.mktemp("sums") / "library")
    try:
        counter = Counter(library)
        expected: dict[str, Sums] = {}
        random.shuffle(events)  # type: ignore[attr-defined]
        for seen, offset, flush in events:
            counter.clock.now = NOON + offset
            counter.ledger.record(seen)
            expected.setdefault(seen.operation, Sums()).observe(seen)
            if flush:
                counter.ledger.flush()
        for period in (60, 3600, DAY):
            series = counter.metrics.series(at(NOON - DAY), at(NOON + DAY), period)
            assert set(series.operations) == set(expected)
            for name, sums in expected.items():
                same(series.total(name), sums)
                for metric in Metric:
                    by_period = series.values(metric, Statistic.SUM, name).sum()
                    assert by_period == pytest.approx(sums.value(metric, Statistic.SUM))
    finally:
        library.close()


def same(one: Sums, other: Sums) -> None:
    """Times are added up in another order: their sum is as near as numbers are."""
    assert one.milliseconds == pytest.approx(other.milliseconds)
    alike = other.copy()
    alike.milliseconds = one.milliseconds
    assert one == alike


def test_threads_lose_nothing_while_it_is_flushed_and_read(counter: Counter) -> None:
    threads, each = 8, 400
    begin, ended = threading.Barrier(threads + 2), threading.Event()
    wrong: list[int] = []

    def record() -> None:
        begin.wait()
        for number in range(each):
            with counter.meter.operation(OPERATIONS[number % 4]) as running:
                running.faces = 1

    def flush() -> None:
        begin.wait()
        while not ended.is_set():
            counter.ledger.flush()

    def read() -> None:
        begin.wait()
        before = 0
        while not ended.is_set():
            now = total(counter).requests
            if now < before:
                wrong.append(now)
            before = now

    workers = [threading.Thread(target=record) for _ in range(threads)]
    others = [threading.Thread(target=flush), threading.Thread(target=read)]
    for thread in workers + others:
        thread.start()
    for thread in workers:
        thread.join()
    ended.set()
    for thread in others:
        thread.join()
    # Nothing was seen twice, nor not at all, while it went from the memory into the database.
    assert wrong == []
    assert (total(counter).requests, total(counter).faces) == (threads * each, threads * each // 2)
    counter.ledger.flush()
    assert total(counter).requests == threads * each


def test_a_reader_in_the_middle_of_a_commit_sees_each_operation_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment of which a reader could see both, the memory and the database, or neither."""
    counter.see(count=5)
    seen: list[int] = []
    readers: list[threading.Thread] = []
    original = Database.write

    def write(self: Database, *arguments: object) -> object:
        def read() -> None:
            seen.append(total(counter).requests)

        def begin() -> None:
            readers.append(threading.Thread(target=read))
            readers[-1].start()

        begin()
        inner = original(self, *arguments)  # type: ignore[arg-type]

        class Block:
            def __enter__(self) -> object:
                return inner.__enter__()

            def __exit__(self, *error: object) -> object:
                begin()
                done = inner.__exit__(*error)  # type: ignore[arg-type]
                begin()
                return done

        return Block()

    monkeypatch.setattr(Database, "write", write)
    counter.ledger.flush()
    for reader in readers:
        reader.join()
    assert seen == [5, 5, 5]


def test_what_is_flushed_while_it_is_read_is_seen_once(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.see(count=5)
    original = metrics.between

    def between(*arguments: object) -> object:
        flush = threading.Thread(target=counter.ledger.flush)
        flush.start()
        flush.join()
        return original(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("app.services.metrics.ledger.metrics.between", between)
        assert total(counter).requests == 5
    assert total(counter).requests == 5 and not counter.ledger.waiting


def test_two_processes_add_up(library: Library) -> None:
    window, command = Counter(library), Counter(library)
    for counter, took in ((window, 10.0), (command, 30.0), (window, 20.0)):
        counter.see("SearchFaces", milliseconds=took)
        counter.ledger.flush()
    sums = total(window)
    assert (sums.requests, sums.milliseconds, sums.shortest, sums.longest) == (3, 60.0, 10.0, 30.0)
    assert sum(sums.histogram.values()) == 3
    with library.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.metric_periods)).scalar_one() == 1


def test_a_full_disk_loses_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.see(count=3)
    counter.see("IndexFaces", Outcome.USER_ERROR, code="X", message="One.")

    def full(*_: object) -> None:
        counter.see(count=2)
        counter.see("IndexFaces", Outcome.USER_ERROR, code="X", message="Two.")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("app.services.metrics.ledger.metrics.prune", full)
        with pytest.raises(DiskFull):
            counter.ledger.flush()
    assert total(counter).requests == 7 and counter.ledger.waiting
    assert [each.message for each in counter.metrics.errors()] == ["Two.", "One."]
    counter.ledger.flush()
    assert total(counter).requests == 7 and not counter.ledger.waiting
    assert [each.message for each in counter.metrics.errors()] == ["Two.", "One."]


def test_minutes_become_hours_after_15_days_and_go_after_455(counter: Counter) -> None:
    for minute in range(0, 180, 7):
        counter.clock.now = NOON + 60 * minute
        counter.see("DetectFaces", milliseconds=1.0 + minute, faces=minute)
        counter.see("SearchFaces", Outcome.USER_ERROR, origin=Origin.ENDPOINT)
    counter.ledger.flush()
    before = counter.metrics.series(at(NOON), at(NOON + 3 * 3600), 3600)
    assert lengths(counter) == {60: 52}

    counter.clock.now = NOON + MINUTES_KEPT + 2 * 3600 + 60
    counter.see("ListFaces")
    counter.ledger.flush()
    after = counter.metrics.series(at(NOON), at(NOON + 3 * 3600), 3600)
    assert dict(after.cells) == before.cells
    # Two of the three hours are old enough, of two operations; the minutes of the third are as they were.
    assert lengths(counter) == {3600: 4, 60: 52 - 36 + 1}

    counter.clock.now = NOON + HOURS_KEPT + 3601
    counter.see("ListFaces")
    counter.ledger.flush()
    left = counter.metrics.series(at(NOON), at(NOON + 3 * 3600), 3600)
    assert {index for _, _, index in left.cells} == {1, 2}


def lengths(counter: Counter) -> dict[int, int]:
    with counter.library.database.read() as connection:
        return Counted(connection.execute(select(tables.metric_periods.c.seconds)).scalars())


def test_much_is_folded_a_part_at_a_time(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.metrics.ledger._FOLDED", 7)
    for minute in range(60):
        counter.clock.now = NOON + 60 * minute
        counter.see(milliseconds=5.0 + minute)
    counter.ledger.flush()
    expected = total(counter)
    counter.clock.now = NOON + MINUTES_KEPT + 7200
    for folded in range(1, 10):
        counter.see("ListFaces")
        counter.ledger.flush()
        found = counter.metrics.series(at(NOON - DAY), at(NOON + DAY), 3600).total("DetectFaces")
        same(found, expected)
        assert lengths(counter)[3600] == 1
        left = max(60 - 7 * folded, 0)
        assert lengths(counter)[60] == left + 1


def test_the_last_thousand_errors_are_kept(counter: Counter) -> None:
    for number in range(ERRORS_KEPT + 20):
        counter.clock.now = NOON + number
        counter.see("IndexFaces", Outcome.USER_ERROR, code="Code", message=f"Number {number}.")
        if number % 97 == 0:
            counter.ledger.flush()
    counter.see("IndexFaces", Outcome.SERVER_ERROR, code="InternalServerError", message="Ours.")
    counter.see("IndexFaces", Outcome.THROTTLED, code="ThrottlingException", message="Later.")
    counter.ledger.flush()
    found = counter.metrics.errors(limit=5000)
    assert len(found) == ERRORS_KEPT
    assert [each.message for each in found[:2]] == ["Ours.", f"Number {ERRORS_KEPT + 19}."]
    assert found[-1].message == "Number 21."
    assert found[1].at == at(NOON + ERRORS_KEPT + 19) and found[1].code == "Code"
    assert counter.metrics.errors(operations=["DetectFaces"]) == []
    recent = counter.metrics.errors(2, ["IndexFaces"], at(NOON + 100), at(NOON + 200))
    assert [each.message for each in recent] == ["Number 199.", "Number 198."]


def test_an_errors_sentence_is_one_line_of_bounded_length(counter: Counter) -> None:
    counter.see("IndexFaces", Outcome.USER_ERROR, code="C\n", message="a\nb\udcff" + "x" * 5000)
    (kept,) = counter.metrics.errors()
    assert kept.message.startswith("a\N{REPLACEMENT CHARACTER}b") and len(kept.message) == LONGEST_MESSAGE
    counter.ledger.flush()
    assert counter.metrics.errors() == [kept]


def test_whoever_asks_for_anything_fills_no_table(counter: Counter) -> None:
    for number in range(400):
        letters = "".join(chr(65 + int(digit)) for digit in str(number))
        counter.see(f"Do{letters}")
        counter.see(f"x{number};--")
    counter.ledger.flush()
    series = counter.metrics.series(at(NOON), at(NOON + 60), 60)
    assert len(series.operations) == 201 and "Unknown" in series.operations
    assert series.total().requests == 800


def test_what_cannot_be_asked_is_said(counter: Counter) -> None:
    for start, end, period in (
        (NOON, NOON + 60, 30),
        (NOON, NOON + 60, 90),
        (NOON, NOON, 60),
        (0, NOON, 60),
    ):
        with pytest.raises(InvalidParameter, match=r"\.$"):
            counter.metrics.series(at(start), at(end), period)


def test_periods_are_whole_ones(counter: Counter) -> None:
    counter.see()
    series = counter.metrics.series(at(NOON - 250), at(NOON + 1), 300)
    assert series.starts.tolist() == [NOON - 300, NOON]
    assert series.values(Metric.SUCCESSFUL, Statistic.SUM).tolist() == [0, 1]


def test_a_library_that_is_gone_is_said_in_a_sentence(tmp_path: Path) -> None:
    ledger = Ledger(Database(tmp_path / "gone" / "library.db"), Clock())
    ledger.record(Observation("DetectFaces", Origin.WINDOW, Outcome.SUCCESS, 1.0))
    with pytest.raises(LibraryError):
        ledger.flush()
    with pytest.raises(LibraryError):
        MetricService(ledger).errors()
    assert ledger.waiting
