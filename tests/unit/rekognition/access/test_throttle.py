from __future__ import annotations

import pytest

from app.rekognition.access.throttle import LONGEST, Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    clock = Clock()
    throttle = Throttle(rate=10, burst=5, clock=clock)
    assert [throttle.take("a") for _ in range(5)] == [0.0] * 5
    assert throttle.take("a") > 0
    clock.now += 0.25
    assert [throttle.take("a") == 0 for _ in range(3)] == [True, True, False]


def test_a_rest_fills_the_bucket_no_further_than_the_burst() -> None:
    clock = Clock()
    throttle = Throttle(rate=10, burst=5, clock=clock)
    clock.now += 3600
    assert sum(throttle.take("a") == 0 for _ in range(20)) == 5


def test_keys_do_not_throttle_each_other() -> None:
    throttle = Throttle(rate=1, burst=1, clock=Clock())
    assert throttle.take("a") == 0
    assert throttle.take("a") > 0
    assert throttle.take("b") == 0


def test_the_refused_are_sent_away_for_different_times_after_which_there_is_room() -> None:
    clock = Clock()
    throttle = Throttle(rate=4, burst=1, clock=clock)
    throttle.take("a")
    waits = [throttle.take("a") for _ in range(4)]
    assert waits == sorted(set(waits))
    for wait in waits:
        clock.now = 1000.0 + wait
        assert throttle.take("a") == 0
    assert max(throttle.take("a") for _ in range(1000)) == LONGEST


def test_a_forgotten_key_begins_anew() -> None:
    throttle = Throttle(rate=1, burst=1, clock=Clock())
    throttle.take("a")
    throttle.forget("a")
    assert throttle.take("a") == 0


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_throttle_that_lets_nothing_through_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="rate above 0"):
        Throttle(rate, burst)
