"""Requests take turns on the inference lane."""

from __future__ import annotations

import threading
import time

import pytest

from app.domain.errors import Cancelled
from app.jobs import JobQueue, Priority
from app.services.turns import InferenceTurns


def test_one_worker_is_left_to_the_window() -> None:
    jobs = JobQueue(3)
    turns = InferenceTurns(jobs)
    assert turns.at_once == 2
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1

    threads = [threading.Thread(target=turns.run, args=(work,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    # What the window asks for meanwhile waits for none of them.
    started = time.perf_counter()
    jobs.inference.submit(Priority.INTERACTIVE, lambda: None).result()
    waited = time.perf_counter() - started
    for thread in threads:
        thread.join()
    jobs.close()
    assert most == 2
    assert waited < 0.1


def test_a_single_worker_serves_one_at_a_time() -> None:
    jobs = JobQueue(1)
    turns = InferenceTurns(jobs)
    assert turns.at_once == 1
    assert turns.run(lambda: 7) == 7
    with turns.turn():
        assert jobs.inference.submit(Priority.INTERACTIVE, lambda: 8).result() == 8
    jobs.close()


def test_errors_come_back_and_give_the_turn_away() -> None:
    jobs = JobQueue(1)
    turns = InferenceTurns(jobs)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            turns.run(lambda: 1 / 0)
    assert turns.run(lambda: 1) == 1
    jobs.close()
    with pytest.raises(Cancelled):
        turns.run(lambda: 1)
