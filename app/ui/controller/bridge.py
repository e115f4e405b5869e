"""From the services' threads to the window's: changes and job progress, gathered."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.domain.records import ChangeSet
from app.jobs import JobQueue, JobView
from app.services.events import EventHub

GATHER_MS = 100
FOLLOW_MS = 500


class Bridge(QObject):
    """Hands what happened to the window at most every 100 ms, merged.

    An indexing job commits dozens of photos a second; a view that refreshed for each would do
    nothing else. `close` ends the subscriptions; nothing is emitted after.
    """

    changed = Signal(object)
    """A ChangeSet: everything that was touched since the last one."""
    job_changed = Signal(object)
    """A JobView: the newest of each job."""
    _woken = Signal()

    def __init__(self, events: EventHub, jobs: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._changes: ChangeSet | None = None
        self._jobs: dict[int, JobView] = {}
        self._pending = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GATHER_MS)
        self._timer.timeout.connect(self._flush)
        # The queue keeps quiet about steps that follow each other closely, the last one too: while a job
        # runs, its count and the time that is left are looked up.
        self._queue = jobs
        self._live: dict[int, JobView] = {}
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(FOLLOW_MS)
        self._follow.timeout.connect(self._look)
        self._woken.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe: list[Callable[[], None]] = [
            events.subscribe(self._on_changes),
            jobs.subscribe(self._on_job),
        ]

    def close(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._timer.stop()
        self._follow.stop()

    def _on_changes(self, changes: ChangeSet) -> None:
        with self._lock:
            self._changes = changes if self._changes is None else self._changes.merged(changes)
        self._wake()

    def _on_job(self, view: JobView) -> None:
        with self._lock:
            self._jobs[view.id] = view
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            if self._pending or not self._unsubscribe:
                return
            self._pending = True
        self._woken.emit()

    @Slot()
    def _flush(self) -> None:
        with self._lock:
            self._pending = False
            changes, self._changes = self._changes, None
            jobs, self._jobs = self._jobs, {}
        for view in jobs.values():
            self._tell(view)
        if changes is not None:
            self.changed.emit(changes)

    def _tell(self, view: JobView) -> None:
        if view.state.ended:
            self._live.pop(view.id, None)
        else:
            self._live[view.id] = view
        self.job_changed.emit(view)
        if self._live and self._unsubscribe and not self._follow.isActive():
            self._follow.start()

    @Slot()
    def _look(self) -> None:
        for known in list(self._live.values()):
            view = self._queue.view(known.id)
            # Its end comes by itself, after its changes.
            if view is not None and view != known and not view.state.ended:
                self._tell(view)
        if self._live:
            self._follow.start()
