"""Work off the window's thread, answers on it."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable, Hashable
from enum import IntEnum
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot


class Priority(IntEnum):
    """What a person waits for passes what may come later."""

    WAITED_FOR = 0
    BACKGROUND = 1


class Task:
    """One call that was handed in. `cancel()` drops it: not begun if it can be, never answered."""

    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
        key: Hashable | None,
    ) -> None:
        self._work = work
        self._done = done
        self._failed = failed
        self.key = key
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class TaskRunner(QObject):
    """Runs functions on its own threads and hands their answers to callbacks on the window's thread.

    The window makes one and passes it to every page:

        tasks.run(photos.detail, collection_pk, photo_pk, done=self._show, failed=host.show_error,
                  key=(self, "detail"))

    A later call with the same key makes the earlier one stale: it is not begun if it still waits, and
    its answer is dropped if it runs. An answer for a QObject's method is dropped too once that object
    is gone. An error without a `failed` callback leaves through the signal `unhandled`, which the
    window shows. `run` may be called from the window's thread only; `close` joins the threads.

    What a task holds (a page, through its callbacks) is let go on the window's thread alone, answered or
    not: a widget must not end on another.
    """

    unhandled = Signal(object)
    _answered = Signal()

    def __init__(self, threads: int = 4, parent: QObject | None = None) -> None:
        """`threads` of at least 2: one is always kept for what a person waits for."""
        super().__init__(parent)
        self._limits = {Priority.WAITED_FOR: max(threads, 2), Priority.BACKGROUND: max(threads, 2) - 1}
        self._waiting: dict[Priority, list[tuple[int, Task]]] = {p: [] for p in Priority}
        self._running_background = 0
        self._busy = 0
        self._sequence = itertools.count()
        self._latest: dict[Hashable, Task] = {}
        self._answers: deque[tuple[Task, Any, Exception | None]] = deque()
        self._condition = threading.Condition()
        self._closed = False
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._work, name=f"task-{number}", daemon=True)
            for number in range(max(threads, 2))
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        fn: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        key: Hashable | None = None,
        priority: Priority = Priority.WAITED_FOR,
    ) -> Task:
        """Call `fn(*args)` on a thread; then `done(result)` or `failed(error)` on the window's thread."""
        task = Task(lambda: fn(*args), done, failed, key)
        with self._condition:
            if self._closed:
                task.cancel()
                return task
            if key is not None:
                if key in self._latest:
                    self._latest[key].cancel()
                self._latest[key] = task
            heapq.heappush(self._waiting[priority], (next(self._sequence), task))
            self._condition.notify()
        return task

    def cancel(self, key: Hashable) -> None:
        """Drop what runs or waits under this key."""
        with self._condition:
            task = self._latest.pop(key, None)
        if task is not None:
            task.cancel()

    @property
    def idle(self) -> bool:
        """True when nothing waits, runs or is still to be delivered."""
        with self._condition:
            return not self._busy and not any(self._waiting.values()) and not self._answers

    def close(self) -> None:
        """Drop what waits, let what runs come to its end, and join the threads. Nothing is answered after."""
        with self._condition:
            self._closed = True
            for queue in self._waiting.values():
                queue.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()
        self._answers.clear()
        self._latest.clear()

    def _hand_over(self, task: Task, result: Any = None, error: Exception | None = None) -> None:
        self._answers.append((task, result, error))
        if not self._closed:
            self._answered.emit()

    def _forget(self, task: Task) -> None:
        if task.key is not None and self._latest.get(task.key) is task:
            del self._latest[task.key]

    def _next(self) -> tuple[Priority, Task] | None:
        """The next task under the lock, waiting for one; None when closed."""
        while not self._closed:
            for priority in Priority:
                full = priority is Priority.BACKGROUND and self._running_background >= self._limits[priority]
                while self._waiting[priority] and not full:
                    _, task = heapq.heappop(self._waiting[priority])
                    if not task.cancelled:
                        return priority, task
                    self._hand_over(task)
                    del task
            self._condition.wait()
        return None

    def _work(self) -> None:
        while True:
            with self._condition:
                taken = self._next()
                if taken is None:
                    return
                priority, task = taken
                self._busy += 1
                self._running_background += priority is Priority.BACKGROUND
            result, error = None, None
            try:
                result = task._work()
            except Exception as raised:
                error = raised
            with self._condition:
                self._busy -= 1
                self._running_background -= priority is Priority.BACKGROUND
                self._hand_over(task, result, error)
                # Before the window's thread can take it: the last to let go is not this one.
                del taken, task, result, error
                self._condition.notify()

    @Slot()
    def _deliver(self) -> None:
        while True:
            with self._condition:
                if not self._answers:
                    return
                task, result, error = self._answers.popleft()
            self._forget(task)
            if task.cancelled or self._closed:
                continue
            if error is None:
                if task._done is not None and _alive(task._done):
                    task._done(result)
            elif task._failed is None:
                self.unhandled.emit(error)
            elif _alive(task._failed):
                task._failed(error)


def _alive(callback: Callable[..., Any]) -> bool:
    """False for a method (or a partial of one) of a QObject that Qt has deleted."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
