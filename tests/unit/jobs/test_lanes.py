"""Lanes: order, errors, closing, giving way."""

import os
import sys
import threading

import pytest

from app.jobs import Lane, Priority
from app.jobs.lanes import NICENESS


def test_what_a_person_waits_for_passes_bulk_work() -> None:
    lane = Lane("test")
    gate, order = threading.Event(), []
    first = lane.submit(Priority.BULK, gate.wait, 10)
    bulk = [lane.submit(Priority.BULK, order.append, f"bulk {n}") for n in range(3)]
    urgent = [lane.submit(Priority.INTERACTIVE, order.append, f"urgent {n}") for n in range(2)]
    gate.set()
    for future in [first, *bulk, *urgent]:
        future.result(10)
    lane.close()
    assert order == ["urgent 0", "urgent 1", "bulk 0", "bulk 1", "bulk 2"]


def test_an_error_goes_to_whoever_asks_and_the_lane_goes_on() -> None:
    lane = Lane("test")
    with pytest.raises(ZeroDivisionError):
        lane.submit(Priority.BULK, lambda: 1 // 0).result(10)
    assert lane.submit(Priority.BULK, lambda: 7).result(10) == 7
    lane.close()


def test_closing_cancels_what_waits_finishes_what_runs_and_joins() -> None:
    lane = Lane("test", 2)
    started, gate = threading.Barrier(3), threading.Event()

    def hold() -> str:
        started.wait(10)
        gate.wait(10)
        return "finished"

    running = [lane.submit(Priority.BULK, hold) for _ in range(2)]
    started.wait(10)
    waiting = lane.submit(Priority.INTERACTIVE, lambda: "never")
    lane.close(wait=False)
    assert waiting.cancelled()
    gate.set()
    lane.close()
    assert [future.result(0) for future in running] == ["finished", "finished"]
    assert lane.submit(Priority.BULK, lambda: 1).cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-")]


@pytest.mark.skipif(sys.platform != "linux", reason="niceness belongs to the process elsewhere")
def test_its_threads_give_way_to_the_window() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    lane = Lane("test")
    try:
        own = niceness()
        assert lane.submit(Priority.BULK, niceness).result(10) == max(own, NICENESS) > 0
        assert niceness() == own
    finally:
        lane.close()
