"""What was touched, told to whoever shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.domain.records import ChangeSet

Listener = Callable[[ChangeSet], None]


class EventHub:
    """Listeners are called in the publisher's thread, in the order in which they subscribed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        # What this thread is to tell later.
        self._waiting = threading.local()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns what ends the subscription; calling that twice does no harm."""
        # Each subscription is its own object, so that the same function may subscribe twice.
        entry: Listener = lambda changes: listener(changes)  # noqa: E731
        with self._lock:
            self._listeners.append(entry)

        def unsubscribe() -> None:
            with self._lock:
                if entry in self._listeners:
                    self._listeners.remove(entry)

        return unsubscribe

    def publish(self, changes: ChangeSet) -> None:
        """Every listener hears of it, also when an earlier one fails; the first failure is raised then.
        A ChangeSet that touched nothing is not worth telling."""
        if changes == ChangeSet():
            return
        waiting: list[ChangeSet] | None = getattr(self._waiting, "changes", None)
        if waiting is not None:
            waiting.append(changes)
            return
        with self._lock:
            listeners = list(self._listeners)
        failure: Exception | None = None
        for listener in listeners:
            try:
                listener(changes)
            except Exception as error:  # the others must still hear
                failure = failure or error
        if failure is not None:
            raise failure

    @contextmanager
    def held(self) -> Iterator[None]:
        """What this thread publishes in the block is told after it, or never where the block fails: for
        several acts that are kept together or not at all."""
        outer: list[ChangeSet] | None = getattr(self._waiting, "changes", None)
        waiting: list[ChangeSet] = []
        self._waiting.changes = waiting
        try:
            yield
        finally:
            self._waiting.changes = outer
        failure: Exception | None = None
        for changes in waiting:
            try:
                self.publish(changes)
            except Exception as error:  # the others must still be told
                failure = failure or error
        if failure is not None:
            raise failure
