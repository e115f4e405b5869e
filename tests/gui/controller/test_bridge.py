"""From the services' threads to the window's: gathered, merged, and nothing after the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread

from app.domain.records import ChangeSet
from app.jobs import Job, JobQueue, JobState
from app.services.events import EventHub
from app.ui.controller.bridge import Bridge


@pytest.fixture
def events() -> EventHub:
    return EventHub()


@pytest.fixture
def jobs() -> Iterator[JobQueue]:
    made = JobQueue(1)
    yield made
    made.close()


@pytest.fixture
def bridge(events: EventHub, jobs: JobQueue, qapp) -> Iterator[Bridge]:
    made = Bridge(events, jobs)
    made._timer.setInterval(10)
    made._follow.setInterval(10)
    yield made
    made.close()


def test_many_changes_come_as_one_on_the_windows_thread(bridge, events, qtbot) -> None:
    told, threads = [], set()
    bridge.changed.connect(told.append)
    bridge.changed.connect(lambda _: threads.add(QThread.currentThread()))
    workers = [
        threading.Thread(target=lambda n=n: events.publish(ChangeSet(photos=frozenset({n}))))
        for n in range(20)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    qtbot.waitUntil(lambda: sum(len(each.photos) for each in told) == 20)
    assert len(told) == 1
    assert told[0].photos == frozenset(range(20))
    assert threads == {bridge.thread()}


def test_nothing_is_told_after_the_end(bridge, events, jobs, qtbot) -> None:
    told = []
    bridge.changed.connect(told.append)
    events.publish(ChangeSet(photos=frozenset({1})))
    bridge.close()
    events.publish(ChangeSet(photos=frozenset({2})))
    done = threading.Event()
    bridge._timer.timeout.connect(done.set)
    # One turn of the loop delivers what was posted before it.
    qtbot.wait(0)
    assert told == [] and not bridge._timer.isActive() and not done.is_set()


def test_the_last_of_steps_in_a_row_is_told_while_the_job_stands(bridge, jobs, qtbot) -> None:
    let_go, views = threading.Event(), []
    bridge.job_changed.connect(views.append)

    def run(context) -> str:
        context.set_total(5)
        for _ in range(3):
            context.advance()
        let_go.wait(10)
        return "Done"

    jobs.submit(Job("test", "A job", run))
    qtbot.waitUntil(lambda: bool(views) and (views[-1].done, views[-1].total) == (3, 5))
    let_go.set()
    qtbot.waitUntil(lambda: views[-1].state is JobState.DONE)
    assert views[-1].message == "Done"
    count = len(views)
    qtbot.waitUntil(lambda: not bridge._follow.isActive())
    assert len(views) == count, "an ended job is not looked up again"


def test_the_end_of_a_job_comes_before_the_changes_that_it_made(bridge, events, jobs, qtbot) -> None:
    order = []
    bridge.job_changed.connect(lambda view: order.append(view.state))
    bridge.changed.connect(lambda _: order.append("changes"))
    jobs.submit(Job("test", "A job", lambda _: events.publish(ChangeSet(photos=frozenset({1}))) or ""))
    qtbot.waitUntil(lambda: JobState.DONE in order and "changes" in order)
