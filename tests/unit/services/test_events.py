"""What is told, when, and to whom."""

from __future__ import annotations

import threading

import pytest

from app.domain.records import ChangeSet
from app.services.events import EventHub


def of(pk: int) -> ChangeSet:
    return ChangeSet(users=frozenset({pk}))


def hub() -> tuple[EventHub, list[ChangeSet]]:
    made, heard = EventHub(), []
    made.subscribe(heard.append)
    return made, heard


def test_what_is_held_is_told_at_the_end_in_order() -> None:
    events, heard = hub()
    with events.held():
        events.publish(of(1))
        with events.held():
            events.publish(of(2))
        events.publish(of(3))
        assert heard == []
    assert heard == [of(1), of(2), of(3)]


def test_what_failed_is_never_told() -> None:
    events, heard = hub()
    with pytest.raises(RuntimeError), events.held():
        events.publish(of(1))
        raise RuntimeError
    events.publish(of(2))
    assert heard == [of(2)]


def test_other_threads_are_heard_meanwhile() -> None:
    events, heard = hub()
    with events.held():
        thread = threading.Thread(target=events.publish, args=(of(1),))
        thread.start()
        thread.join(10)
        assert heard == [of(1)]


def test_a_listener_that_fails_does_not_keep_the_rest_back() -> None:
    events, heard = hub()

    def fail(changes: ChangeSet) -> None:
        raise ValueError(str(changes.users))

    events.subscribe(fail)
    with pytest.raises(ValueError, match="1"), events.held():
        events.publish(of(1))
        events.publish(of(2))
    assert heard == [of(1), of(2)]
