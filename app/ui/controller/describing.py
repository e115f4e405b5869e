"""Attributes and labels, worked out in the background while the window is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from app.jobs import JobView
from app.services.describing import DescribeService
from app.services.ingest.params import KIND as INDEXING
from app.ui.controller.bridge import Bridge
from app.ui.controller.tasks import Priority, TaskRunner

# The window is up and filled before anything is done that nobody waits for.
_FIRST_MS: Final = 4000


class BackgroundDescribing(QObject):
    """Begins a job for what is not described yet: soon after the start, and after each indexing."""

    def __init__(
        self,
        describe: DescribeService,
        bridge: Bridge,
        tasks: TaskRunner,
        wanted: Callable[[], bool],
        quiet: Callable[[], bool],
        failed: Callable[[Exception], None],
        parent: QObject,
    ) -> None:
        """`wanted` is asked each time: the person may have switched it off. `quiet` (from any thread): nobody
        is at work in the window just now."""
        super().__init__(parent)
        self._describe, self._tasks, self._failed = describe, tasks, failed
        self._wanted, self._quiet = wanted, quiet
        self._known: set[int] = set()
        self._waiting: set[int] = set()
        self._first = QTimer(self)
        self._first.setSingleShot(True)
        self._first.setInterval(_FIRST_MS)
        self._first.timeout.connect(self._begin)
        bridge.job_changed.connect(self._job_changed)

    def know(self, collection_pks: Iterable[int]) -> None:
        """These are the collections. Each is looked at once."""
        new = set(collection_pks) - self._known
        self._known |= new
        self._waiting |= new
        if new:
            self._first.start()

    def close(self) -> None:
        self._first.stop()
        self._waiting.clear()

    @Slot(object)
    def _job_changed(self, job: JobView) -> None:
        if job.kind == INDEXING and job.state.ended and job.collection_pk is not None:
            self._waiting.add(job.collection_pk)
            self._first.start()

    @Slot()
    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, set()
        if self._wanted():
            for pk in sorted(waiting):
                self._tasks.run(
                    self._describe.start, pk, self._quiet, failed=self._failed, priority=Priority.BACKGROUND
                )
