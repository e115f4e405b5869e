"""Own threads with priorities: what a person waits for passes bulk work."""

from __future__ import annotations

import heapq
import itertools
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# How much the system prefers other threads to these, 0-19: enough that the window is drawn first where all
# cores are busy. Windows does as much for the window in front by itself.
NICENESS: Final = 10


class Priority(IntEnum):
    """What a person waits for, what a person asked for, and what only has to be done some time."""

    INTERACTIVE = 0
    BULK = 1
    IDLE = 2


class Lane:
    """A few threads that take the most urgent call first, the oldest among equals."""

    def __init__(self, name: str, threads: int = 1) -> None:
        self._condition = threading.Condition()
        self._waiting: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []
        self._sequence = itertools.count()
        self._closed = False
        # Daemons, so that a program that dies on an error is not held up by a long photo.
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(max(threads, 1))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def threads(self) -> int:
        return len(self._threads)

    def submit(self, priority: Priority, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` on one of the threads. After `close` the future is cancelled at once."""
        future: Future[T] = Future()
        with self._condition:
            if self._closed:
                future.cancel()
                return future
            entry = (int(priority), next(self._sequence), future, lambda: fn(*args, **kwargs))
            heapq.heappush(self._waiting, entry)
            self._condition.notify()
        return future

    def close(self, wait: bool = True) -> None:
        """Cancel what waits, let what runs come to its end, and (with `wait`) join the threads."""
        with self._condition:
            self._closed = True
            dropped = [entry[2] for entry in self._waiting]
            self._waiting.clear()
            self._condition.notify_all()
        for future in dropped:
            future.cancel()
        if wait:
            for thread in self._threads:
                if thread is not threading.current_thread():
                    thread.join()

    def _work(self) -> None:
        give_way()
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                _, _, future, call = heapq.heappop(self._waiting)
            if future.set_running_or_notify_cancel():
                try:
                    result = call()
                except BaseException as error:  # handed to whoever asks for the result
                    future.set_exception(error)
                else:
                    future.set_result(result)
                    del result
            # A finished call must not keep its photo alive until the next one arrives.
            del future, call


def give_way() -> None:
    """Lower the calling thread, and those that it starts: the runtime's are made in the first call."""
    # Only Linux counts niceness by thread; elsewhere it would slow the window, too.
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
