"""Rate and time left."""

import pytest

from app.jobs.progress import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_nothing_is_promised_before_there_is_something_to_tell(clock: Clock) -> None:
    meter = Meter(clock)
    meter.total = 10
    assert meter.rate is None
    clock.now = 0.1
    meter.advance()
    assert meter.rate is None
    assert meter.seconds_left is None


def test_a_steady_pace(clock: Clock) -> None:
    meter = Meter(clock)
    meter.total = 200
    for _ in range(100):
        clock.now += 0.1
        meter.advance()
    assert meter.rate == pytest.approx(10, rel=0.03)
    assert meter.seconds_left == pytest.approx(10, rel=0.03)


def test_a_change_of_pace_is_followed(clock: Clock) -> None:
    meter = Meter(clock)
    for step in [0.1] * 300 + [1.0] * 20:
        clock.now += step
        meter.advance()
    assert meter.rate == pytest.approx(1, rel=0.1)


def test_the_time_left_is_unknown_while_files_are_counted(clock: Clock) -> None:
    meter = Meter(clock)
    for _ in range(10):
        clock.now += 1
        meter.advance()
    assert meter.rate is not None
    assert meter.seconds_left is None


def test_files_that_cost_nothing_do_not_raise_the_rate(clock: Clock) -> None:
    meter = Meter(clock)
    meter.total = 1_000_000
    for _ in range(10):
        clock.now += 1
        meter.advance()
        meter.skip(1000)
    assert meter.done == 10_010
    assert meter.rate == pytest.approx(1, rel=0.01)


def test_a_stalled_job_slows_down(clock: Clock) -> None:
    meter = Meter(clock)
    for _ in range(20):
        clock.now += 0.5
        meter.advance()
    before = meter.rate
    clock.now += 30
    assert before is not None
    assert meter.rate is not None
    assert meter.rate < before / 2
