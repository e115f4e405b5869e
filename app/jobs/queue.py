"""The job queue: jobs run one after the other in a lane a priority, and whoever subscribed sees them go."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.errors import Cancelled, LibraryError, LikenessError
from app.jobs.cancel import CancelToken
from app.jobs.lanes import Lane, Priority
from app.jobs.progress import Meter
from app.jobs.views import JobState, JobView

_log = logging.getLogger(__name__)

_NOTIFY_SECONDS: Final = 0.1
# How soon a job that waits for others hears that it was cancelled.
_OTHERS_SECONDS: Final = 0.2
_REMEMBERED: Final = 50


@dataclass(frozen=True)
class Job:
    """Work to be queued.

    run: does it, looks at `context.token` between two items, and returns the sentence it ended with.
    ended: called once with the final view before anyone else sees it, also for a job that never ran;
    returns the sentence to show instead of the view's, or "".
    id: a number that outlives the process, for a job that is kept; otherwise the queue gives one.
    """

    kind: str
    title: str
    run: Callable[[JobContext], str]
    ended: Callable[[JobView], str] | None = None
    id: int | None = None
    collection_pk: int | None = None
    priority: Priority = Priority.BULK


@dataclass(eq=False)
class _Entry:
    job: Job
    id: int
    token: CancelToken = field(default_factory=CancelToken)
    meter: Meter = field(default_factory=Meter)
    state: JobState = JobState.QUEUED
    taken: bool = False
    notified: float = 0.0
    final: JobView | None = None

    def view(self) -> JobView:
        if self.final is not None:
            return self.final
        running = self.state is JobState.RUNNING
        return JobView(
            id=self.id,
            kind=self.job.kind,
            title=self.job.title,
            state=self.state,
            done=self.meter.done,
            total=self.meter.total,
            failed=self.meter.failed,
            rate=self.meter.rate if running else None,
            seconds_left=self.meter.seconds_left if running else None,
            collection_pk=self.job.collection_pk,
        )


class JobContext:
    """What a running job is given. Its methods may be called from the inference lane's threads."""

    def __init__(self, queue: JobQueue, entry: _Entry) -> None:
        self._queue = queue
        self._entry = entry
        self.token = entry.token
        self.priority = entry.job.priority
        self.inference = queue.inference

    def set_total(self, total: int) -> None:
        self._queue._advance(self._entry, total=total)

    def advance(self, done: int = 1, failed: int = 0) -> None:
        """`done` more items were handled, `failed` of them with no good end."""
        self._queue._advance(self._entry, done, failed)

    def skip(self, count: int) -> None:
        """`count` items needed no work."""
        self._queue._advance(self._entry, skipped=count)

    def view(self) -> JobView:
        return self._queue._view(self._entry)

    def wait_for_others(self) -> None:
        """Until no job of a higher priority waits or runs. Raises Cancelled when this one is stopped."""
        self._queue._wait_for_others(self._entry)


class JobQueue:
    """Runs jobs: one of each priority at a time, beside each other.

    `inference` is the lane that their photos go through: a worker for each core. The job itself
    (walking, reading, waiting) runs on an io lane of its priority, so a long import never holds up
    a pasted picture. Thread-safe.
    """

    def __init__(self, workers: int) -> None:
        self.inference = Lane("inference", workers)
        self._io = {priority: Lane(f"io-{priority.name.lower()}") for priority in Priority}
        self._changed = threading.Condition()
        self._entries: dict[int, _Entry] = {}
        self._subscribers: list[Callable[[JobView], None]] = []
        self._next_id = -1
        self._closed = False

    def submit(self, job: Job) -> JobView:
        """Queue it and return at once."""
        with self._changed:
            key = job.id
            if key is None:
                key, self._next_id = self._next_id, self._next_id - 1
            entry = _Entry(job, key)
            self._entries.pop(key, None)
            self._entries[key] = entry
            self._forget_old()
        self._notify(entry)
        future = self._io[job.priority].submit(job.priority, self._run, entry)
        if future.cancelled():
            self._end(entry, JobState.INTERRUPTED, "")
        return self._view(entry)

    def cancel(self, job_id: int) -> None:
        """Ask it to stop after the photos it is working on. Unknown or ended jobs are left alone."""
        with self._changed:
            entry = self._entries.get(job_id)
        if entry is not None:
            entry.token.cancel()
            self._end_if_queued(entry, JobState.CANCELLED)

    def views(self) -> list[JobView]:
        """Jobs that wait or run, and those that ended lately; the oldest first."""
        with self._changed:
            return [entry.view() for entry in self._entries.values()]

    def view(self, job_id: int) -> JobView | None:
        with self._changed:
            entry = self._entries.get(job_id)
            return entry.view() if entry else None

    def active(self, job_id: int) -> bool:
        view = self.view(job_id)
        return view is not None and not view.state.ended

    def forget(self, job_id: int) -> None:
        """Drop an ended job from the views."""
        with self._changed:
            entry = self._entries.get(job_id)
            if entry is not None and entry.state.ended:
                del self._entries[job_id]

    def wait(self, job_id: int, timeout: float | None = None) -> JobView | None:
        """Until it has ended or the time is up; the latest view."""
        with self._changed:
            entry = self._entries.get(job_id)
            if entry is None:
                return None
            self._changed.wait_for(lambda: entry.final is not None, timeout)
            return entry.view()

    def subscribe(self, callback: Callable[[JobView], None]) -> Callable[[], None]:
        """Called on every change of state and at most ten times a second in between, on the thread
        that makes the progress. Returns what ends it."""
        with self._changed:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._changed:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    def close(self, wait: bool = True) -> None:
        """Stop every job between two photos; those that can be resumed are left INTERRUPTED."""
        with self._changed:
            self._closed = True
            entries = list(self._entries.values())
        for entry in entries:
            entry.token.cancel(quitting=True)
            self._end_if_queued(entry, JobState.INTERRUPTED)
        for lane in self._io.values():
            lane.close(wait)
        self.inference.close(wait)

    def _run(self, entry: _Entry) -> None:
        with self._changed:
            if entry.taken:
                return
            entry.taken = True
            entry.state = JobState.RUNNING
            entry.meter = Meter()
        self._notify(entry)
        state, message = JobState.DONE, ""
        try:
            message = entry.job.run(JobContext(self, entry))
        except Cancelled as error:
            state = JobState.INTERRUPTED if entry.token.quitting else JobState.CANCELLED
            message = str(error)
        except LibraryError as error:
            # A full disk or an unplugged library: the work is sound and can go on later.
            state, message = JobState.INTERRUPTED, str(error)
        except LikenessError as error:
            state, message = JobState.FAILED, str(error)
        except Exception:
            _log.exception("the job %r failed", entry.job.title)
            state = JobState.FAILED
            message = "The job stopped on an error in the program. What was done is kept; the log says more."
        self._end(entry, state, message)

    def _end_if_queued(self, entry: _Entry, state: JobState) -> None:
        with self._changed:
            if entry.taken:
                return
            entry.taken = True
        self._end(entry, state, "")

    def _end(self, entry: _Entry, state: JobState, message: str) -> None:
        # Nobody may see it ended before its end is kept.
        with self._changed:
            running = entry.view()
        final = replace(running, state=state, message=message, rate=None, seconds_left=None)
        if entry.job.ended is not None:
            try:
                final = replace(final, message=entry.job.ended(final) or message)
            except LikenessError as error:
                # A full disk, for one: the job has said so, and is offered again after a restart.
                _log.info("the end of the job %r could not be kept: %s", entry.job.title, error)
                if not message:
                    final = replace(final, message=str(error))
            except Exception:
                _log.exception("the end of the job %r could not be kept", entry.job.title)
        with self._changed:
            entry.state, entry.final = state, final
            self._changed.notify_all()
        self._notify(entry)

    def _advance(
        self, entry: _Entry, done: int = 0, failed: int = 0, *, skipped: int = 0, total: int | None = None
    ) -> None:
        now = time.monotonic()
        with self._changed:
            if skipped:
                entry.meter.skip(skipped)
            if done:
                entry.meter.advance(done, failed)
            if total is not None:
                entry.meter.total = total
            if now - entry.notified < _NOTIFY_SECONDS:
                return
            entry.notified = now
        self._notify(entry)

    def _notify(self, entry: _Entry) -> None:
        with self._changed:
            view = entry.view()
            callbacks = list(self._subscribers)
        for callback in callbacks:
            try:
                callback(view)
            except Exception:
                _log.exception("a subscriber to jobs failed")

    def _view(self, entry: _Entry) -> JobView:
        with self._changed:
            return entry.view()

    def _wait_for_others(self, entry: _Entry) -> None:
        with self._changed:
            while any(
                other.final is None and other.job.priority < entry.job.priority
                for other in self._entries.values()
            ):
                entry.token.raise_if_cancelled()
                self._changed.wait(_OTHERS_SECONDS)

    def _forget_old(self) -> None:
        ended = [key for key, entry in self._entries.items() if entry.final is not None]
        for key in ended[:-_REMEMBERED]:
            del self._entries[key]
