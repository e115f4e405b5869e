"""What somebody types or picks, as a filter."""

from __future__ import annotations

import pytest

from app.domain.attributes import Emotion, Trait
from app.services.photos import Gaze, Looks
from app.ui.attributes.choices import CHOICES, by_text, looks_of, without_rivals


@pytest.mark.parametrize(
    ("typed", "looks"),
    [
        ("smiling", Looks(traits=frozenset({(Trait.SMILE, True)}))),
        ("Smile", Looks(traits=frozenset({(Trait.SMILE, True)}))),
        ("not smiling", Looks(traits=frozenset({(Trait.SMILE, False)}))),
        ("sunglasses", Looks(traits=frozenset({(Trait.SUNGLASSES, True)}))),
        ("moustache", Looks(traits=frozenset({(Trait.MUSTACHE, True)}))),
        ("eyes closed", Looks(traits=frozenset({(Trait.EYES_OPEN, False)}))),
        ("30-40", Looks(ages=(30, 40))),
        ("30–40", Looks(ages=(30, 40))),
        ("40 to 30", Looks(ages=(30, 40))),
        ("aged 35", Looks(ages=(35, 35))),
        ("under 18", Looks(ages=(0, 17))),
        ("60+", Looks(ages=(60, 120))),
        ("over 60", Looks(ages=(60, 120))),
        ("70 and older", Looks(ages=(70, 120))),
        ("looking left", Looks(gaze=Gaze.LEFT)),
        ("female", Looks(woman=True)),
        ("happy", Looks(emotion=Emotion.HAPPY)),
        ("0-0", Looks(ages=(0, 0))),
    ],
)
def test_typed_words(typed: str, looks: Looks) -> None:
    choice = by_text(typed)
    assert choice is not None and choice.looks == looks
    assert looks_of([choice.text]) == looks, "the text of the chip means the same"


@pytest.mark.parametrize("typed", ["", "xyz", "3000", "-", "under", "a dog"])
def test_what_means_nothing(typed: str) -> None:
    assert by_text(typed) is None


def test_choices_add_up() -> None:
    wanted = looks_of(["Smiling", "Sunglasses", "30–40", "A woman", "Looking up", "Happy"])
    assert wanted == Looks(
        traits=frozenset({(Trait.SMILE, True), (Trait.SUNGLASSES, True)}),
        woman=True,
        ages=(30, 40),
        gaze=Gaze.UP,
        emotion=Emotion.HAPPY,
    )
    assert looks_of([]) is None


def test_a_rival_gives_way() -> None:
    assert without_rivals(["Smiling", "Beard"], "Not smiling") == ["Beard", "Not smiling"]
    assert without_rivals(["30–39", "Happy"], "40–49") == ["Happy", "40–49"]
    assert without_rivals(["Smiling"], "Happy") == ["Smiling", "Happy"]


def test_every_choice_is_found_by_its_own_text() -> None:
    texts = [choice.text for choice in CHOICES]
    assert len(set(texts)) == len(texts)
    assert all(by_text(choice.text) is choice and choice.answers(choice.text) for choice in CHOICES)
