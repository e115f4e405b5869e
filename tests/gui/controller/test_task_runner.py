"""TaskRunner: answers come on the window's thread, stale ones never do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from app.domain.errors import ImageError
from app.ui.controller import Priority, TaskRunner


@pytest.fixture
def tasks(qapp) -> Iterator[TaskRunner]:
    runner = TaskRunner(3)
    yield runner
    runner.close()


def test_result_arrives_on_the_window_thread(qtbot, tasks):
    got: list[tuple[int, int, int]] = []
    caller = threading.get_ident()

    def work(a: int, b: int) -> tuple[int, int]:
        return a + b, threading.get_ident()

    tasks.run(work, 2, 3, done=lambda r: got.append((r[0], r[1], threading.get_ident())))
    qtbot.waitUntil(lambda: bool(got))
    total, worker, receiver = got[0]
    assert total == 5
    assert worker != caller
    assert receiver == caller


def test_error_object_travels(qtbot, tasks):
    error = ImageError("File is missing", "Plug the drive in again.")
    got: list[Exception] = []

    def work() -> None:
        raise error

    tasks.run(work, failed=got.append)
    qtbot.waitUntil(lambda: bool(got))
    assert got[0] is error


def test_error_without_callback_is_not_swallowed(qtbot, tasks):
    with qtbot.waitSignal(tasks.unhandled) as caught:
        tasks.run(lambda: 1 // 0)
    assert isinstance(caught.args[0], ZeroDivisionError)


def test_stale_answer_of_the_same_key_is_dropped(qtbot, tasks):
    gate = threading.Event()
    got: list[str] = []

    def slow() -> str:
        gate.wait(5)
        return "old"

    tasks.run(slow, done=got.append, key="k")
    tasks.run(lambda: "new", done=got.append, key="k")
    qtbot.waitUntil(lambda: got == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert got == ["new"]


def test_superseded_task_is_not_begun(qtbot, tasks):
    gate = threading.Event()
    begun: list[int] = []
    for _ in range(3):
        tasks.run(gate.wait, 5)
    for number in range(20):
        tasks.run(begun.append, number, key="cell")
    gate.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert begun == [19]


def test_waited_for_passes_background(qtbot, tasks):
    gate = threading.Event()
    order: list[str] = []
    for _ in range(2):
        tasks.run(gate.wait, 5, priority=Priority.BACKGROUND)
    tasks.run(lambda: order.append("bulk"), priority=Priority.BACKGROUND)
    with_person = threading.Event()
    tasks.run(lambda: (order.append("person"), with_person.set()))
    # Background work fills all but one thread, so the person's task needs no gate to open.
    assert with_person.wait(2)
    gate.set()
    qtbot.waitUntil(lambda: order == ["person", "bulk"])


def test_answer_for_a_deleted_object_is_dropped(qtbot, tasks):
    class Receiver(QObject):
        got: list[int] = []

        def take(self, value: int) -> None:
            self.got.append(value)

    import shiboken6

    receiver = Receiver()
    gate = threading.Event()
    tasks.run(lambda: gate.wait(5) and 1, done=receiver.take)
    shiboken6.delete(receiver)
    gate.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert Receiver.got == []


def test_cancel_and_close(qtbot):
    runner = TaskRunner(2)
    got: list[int] = []
    runner.run(lambda: time.sleep(0.05) or 1, done=got.append)
    runner.run(lambda: 2, done=got.append, key="x")
    runner.cancel("x")
    runner.close()
    qtbot.wait(20)
    assert got == []
    assert not [t for t in threading.enumerate() if t.name.startswith("task-")]
    assert runner.run(lambda: 3, done=got.append).cancelled
