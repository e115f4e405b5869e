"""The job queue: states, progress, cancelling, closing."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from app.domain.errors import DiskFull, ModelError
from app.jobs import Job, JobContext, JobQueue, JobState, JobView, Priority


@pytest.fixture
def queue() -> Iterator[JobQueue]:
    made = JobQueue(2)
    yield made
    made.close()


def until_cancelled(context: JobContext) -> str:
    context.token.wait(10)
    context.token.raise_if_cancelled()
    return "not cancelled in time"


def ended(queue: JobQueue, view: JobView) -> JobView:
    final = queue.wait(view.id, 10)
    assert final is not None
    assert final.state.ended
    return final


def test_a_job_is_seen_from_start_to_end(queue: JobQueue) -> None:
    seen: list[JobView] = []
    queue.subscribe(seen.append)

    def run(context: JobContext) -> str:
        context.set_total(3)
        for _ in range(3):
            context.advance()
        return "Three done"

    final = ended(queue, queue.submit(Job("count", "Count to three", run)))
    assert (final.state, final.done, final.total, final.message) == (JobState.DONE, 3, 3, "Three done")
    assert seen[0].state is JobState.QUEUED
    assert final in seen
    states = [view.state for view in seen]
    assert states == sorted(states, key=list(JobState).index)


def test_a_subscriber_that_left_hears_nothing(queue: JobQueue) -> None:
    seen: list[JobView] = []
    queue.subscribe(seen.append)()
    ended(queue, queue.submit(Job("x", "X", lambda context: "")))
    assert seen == []


def test_news_of_progress_is_rationed(queue: JobQueue) -> None:
    seen: list[JobView] = []
    queue.subscribe(seen.append)

    def run(context: JobContext) -> str:
        for _ in range(5000):
            context.advance()
        return ""

    final = ended(queue, queue.submit(Job("x", "X", run)))
    assert final.done == 5000
    assert len(seen) < 50


def test_a_running_job_is_cancelled(queue: JobQueue) -> None:
    view = queue.submit(Job("x", "X", until_cancelled))
    queue.cancel(view.id)
    assert ended(queue, view).state is JobState.CANCELLED


def test_a_waiting_job_is_cancelled_without_running(queue: JobQueue) -> None:
    ran, ends = [], []
    blocker = queue.submit(Job("x", "X", until_cancelled))

    def end(view: JobView) -> str:
        ends.append(view.state)
        return ""

    waiting = queue.submit(Job("y", "Y", lambda context: ran.append(1) or "", end))
    queue.cancel(waiting.id)
    assert ended(queue, waiting).state is JobState.CANCELLED
    queue.cancel(blocker.id)
    ended(queue, blocker)
    ended(queue, queue.submit(Job("z", "Z", lambda context: "")))
    assert ran == []
    assert ends == [JobState.CANCELLED]


def test_bulk_jobs_go_one_by_one_and_an_urgent_one_passes(queue: JobQueue) -> None:
    started = threading.Event()

    def bulk(context: JobContext) -> str:
        started.set()
        return until_cancelled(context)

    first = queue.submit(Job("x", "X", bulk))
    second = queue.submit(Job("y", "Y", lambda context: ""))
    assert started.wait(10)
    urgent = queue.submit(Job("z", "Z", lambda context: "", priority=Priority.INTERACTIVE))
    assert ended(queue, urgent).state is JobState.DONE
    assert not queue.view(second.id).state.ended  # type: ignore[union-attr]
    queue.cancel(first.id)
    assert ended(queue, second).state is JobState.DONE


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (DiskFull("The disk is full."), JobState.INTERRUPTED, "The disk is full."),
        (ModelError("The model is gone."), JobState.FAILED, "The model is gone."),
        (KeyError("x"), JobState.FAILED, "error in the program"),
    ],
)
def test_how_a_job_fails(queue: JobQueue, error: Exception, state: JobState, says: str) -> None:
    def run(context: JobContext) -> str:
        raise error

    final = ended(queue, queue.submit(Job("x", "X", run)))
    assert final.state is state
    assert says in final.message


def test_closing_leaves_jobs_to_be_resumed() -> None:
    queue = JobQueue(1)
    ends: dict[str, JobState] = {}

    def end(view: JobView) -> str:
        ends[view.title] = view.state
        return ""

    started = threading.Event()

    def run(context: JobContext) -> str:
        started.set()
        return until_cancelled(context)

    queue.submit(Job("x", "running", run, end, id=5))
    queue.submit(Job("x", "waiting", until_cancelled, end, id=6))
    assert started.wait(10)
    queue.close()
    assert ends == {"running": JobState.INTERRUPTED, "waiting": JobState.INTERRUPTED}
    assert queue.submit(Job("x", "late", until_cancelled, end)).state is JobState.INTERRUPTED


def test_jobs_are_told_apart_and_forgotten_when_asked(queue: JobQueue) -> None:
    kept = queue.submit(Job("x", "X", lambda context: "", id=12))
    other = queue.submit(Job("x", "X", lambda context: ""))
    assert kept.id == 12
    assert other.id < 0
    for view in (kept, other):
        ended(queue, view)
    queue.forget(12)
    assert [view.id for view in queue.views()] == [other.id]
    assert queue.wait(12) is None


def test_a_failing_subscriber_stops_nothing(queue: JobQueue, caplog: pytest.LogCaptureFixture) -> None:
    queue.subscribe(lambda view: 1 // 0)  # type: ignore[arg-type,return-value]
    assert ended(queue, queue.submit(Job("x", "X", lambda context: ""))).state is JobState.DONE
    assert "subscriber" in caplog.text


def test_nobody_sees_a_job_ended_before_its_end_is_kept(queue: JobQueue) -> None:
    reached, gate = threading.Event(), threading.Event()

    def end(view: JobView) -> str:
        assert view.state is JobState.DONE
        reached.set()
        gate.wait(10)
        return "kept"

    job = queue.submit(Job("x", "X", lambda context: "", end))
    assert reached.wait(10)
    seen = queue.wait(job.id, 0)
    assert seen is not None
    assert seen.state is JobState.RUNNING
    assert queue.active(job.id)
    gate.set()
    assert ended(queue, job).message == "kept"


def test_a_waiting_job_that_is_cancelled_twice_ends_once(queue: JobQueue) -> None:
    ends: list[JobState] = []

    def end(view: JobView) -> str:
        ends.append(view.state)
        return ""

    blocker = queue.submit(Job("x", "X", until_cancelled))
    waiting = queue.submit(Job("y", "Y", until_cancelled, end))
    threads = [threading.Thread(target=queue.cancel, args=(waiting.id,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue.cancel(blocker.id)
    ended(queue, blocker)
    assert ends == [JobState.CANCELLED]
