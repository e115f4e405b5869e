from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from app.rekognition.access.replay import GRACE_SECONDS, ReplayGuard
from app.rekognition.access.signature import SKEW, Claim, SignatureError

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def claim(number: int, date: datetime = NOW) -> Claim:
    signature = hashlib.sha256(str(number).encode()).hexdigest()
    return Claim("LKIA0000", date, "local", ("host",), signature)


def test_two_equal_requests_of_one_second_are_both_let_in() -> None:
    clock = Clock()
    guard = ReplayGuard(clock=clock)
    guard.admit(claim(1))
    clock.now += GRACE_SECONDS - 0.1
    guard.admit(claim(1))


def test_a_request_that_is_sent_again_later_is_refused() -> None:
    clock = Clock()
    guard = ReplayGuard(clock=clock)
    guard.admit(claim(1))
    for wait in (GRACE_SECONDS + 0.1, 60, 600):
        clock.now = wait
        with pytest.raises(SignatureError, match="received before") as caught:
            guard.admit(claim(1))
        assert caught.value.code == "InvalidSignatureException"
    guard.admit(claim(2))


def test_repeating_a_request_within_the_grace_does_not_lengthen_it() -> None:
    clock = Clock()
    guard = ReplayGuard(clock=clock)
    for _ in range(3):
        guard.admit(claim(1))
        clock.now += 2.0
    with pytest.raises(SignatureError):
        guard.admit(claim(1))


def test_it_forgets_what_the_date_keeps_out_anyway() -> None:
    clock = Clock()
    guard = ReplayGuard(clock=clock)
    for number in range(50):
        guard.admit(claim(number))
    clock.now += 2 * SKEW.total_seconds() + 1
    guard.admit(claim(99))
    assert len(guard) == 1


def test_a_flood_takes_no_more_memory_and_lets_no_old_request_in() -> None:
    clock = Clock()
    guard = ReplayGuard(most=100, clock=clock)
    for number in range(1000):
        guard.admit(claim(number, NOW + timedelta(seconds=number)))
    assert len(guard) <= 100
    clock.now += GRACE_SECONDS + 1
    for number in range(1000):
        with pytest.raises(SignatureError):
            guard.admit(claim(number, NOW + timedelta(seconds=number)))
    guard.admit(claim(1001, NOW + timedelta(seconds=1001)))


def test_what_may_have_come_before_a_restart_is_refused() -> None:
    guard = ReplayGuard(known_since=NOW)
    for number, seconds in enumerate((-800, -1, 0)):
        with pytest.raises(SignatureError, match="before the program was started"):
            guard.admit(claim(number, NOW + timedelta(seconds=seconds)))
    guard.admit(claim(9, NOW + timedelta(seconds=1)))
