from __future__ import annotations

from app.ui.person.answers import PendingAnswers
from app.ui.person.facts import Suggestion


def suggestion(pk: int) -> Suggestion:
    return Suggestion(pk, pk, 99.0, 1)


FOUND = [suggestion(1), suggestion(2)]


def test_an_answer_counts_until_a_reading_that_began_after_it_was_stored() -> None:
    pending = PendingAnswers()
    pending.given([1])
    assert pending.open(FOUND, 4) == [suggestion(2)]
    pending.stored(4)
    assert pending.open(FOUND, 4) == [suggestion(2)]
    assert pending.open(FOUND, 5) == FOUND


def test_the_last_of_several_answers_decides() -> None:
    pending = PendingAnswers()
    pending.given([1])
    pending.given([2])
    pending.stored(1)
    assert pending.open(FOUND, 2) == []
    pending.stored(2)
    assert pending.open(FOUND, 3) == FOUND


def test_clear_asks_everything_again() -> None:
    pending = PendingAnswers()
    pending.given([1, 2])
    pending.clear()
    assert pending.open(FOUND, 1) == FOUND
