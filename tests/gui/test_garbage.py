"""Where objects end: on the window's thread, whichever thread fills the memory."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject

from app.ui.controller import TaskRunner


class Watched(QObject):
    """Tells in which thread it ends."""

    def __init__(self, ended_in: list[int]) -> None:
        super().__init__()
        self._ended_in = ended_in
        self.callback: Callable[[], None] | None = None

    def __del__(self) -> None:
        self._ended_in.append(threading.get_ident())


def fill_memory() -> None:
    """More cycles than any threshold of Python's collector lets pass."""
    for _ in range(200_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_a_busy_thread_does_not_end_a_widget_in_a_cycle(qapp, qtbot):
    ended_in: list[int] = []
    watched = Watched(ended_in)
    watched.callback = lambda watched=watched: None
    del watched
    worker = threading.Thread(target=fill_memory)
    worker.start()
    worker.join()
    assert not ended_in
    # The cycles are found all the same, by the window's own timer.
    qtbot.waitUntil(lambda: len(ended_in) == 1, timeout=5000)
    assert ended_in == [threading.get_ident()]


def test_a_task_that_was_superseded_ends_on_the_windows_thread(qapp, qtbot):
    tasks = TaskRunner(2)
    gate = threading.Event()
    ended_in: list[int] = []
    try:
        for _ in range(2):
            tasks.run(gate.wait, 5)
        watched = Watched(ended_in)
        tasks.run(int, done=lambda _, watched=watched: None, key="k")
        del watched
        tasks.run(int, key="k")
        gate.set()
        qtbot.waitUntil(lambda: tasks.idle)
    finally:
        tasks.close()
    assert ended_in == [threading.get_ident()]


def test_a_task_ends_on_the_windows_thread_however_late_the_worker_is(qapp, qtbot):
    tasks = TaskRunner(2)
    ended_in: list[int] = []
    try:
        for _ in range(300):
            watched = Watched(ended_in)
            tasks.run(int, done=lambda _, watched=watched: None)
            del watched
            qtbot.waitUntil(lambda: tasks.idle)
    finally:
        tasks.close()
    assert len(ended_in) == 300 and set(ended_in) == {threading.get_ident()}


def test_python_collects_by_itself_again_afterwards(qapp):
    from app.ui.garbage import GarbageCollector

    collector = GarbageCollector()
    assert not gc.isenabled()
    collector.close()
    assert gc.isenabled()
