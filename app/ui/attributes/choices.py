"""What faces can be filtered by, in words: the choices, and what somebody typed. Without Qt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.attributes import Emotion, Trait
from app.services.photos import Gaze, Looks
from app.ui.attributes.words import EMOTIONS

OLDEST = 120
_RANGE = re.compile(r"^(?:aged?\s+)?(\d{1,3})\s*(?:-|–|to)\s*(\d{1,3})$")
_SINGLE = re.compile(r"^(?:aged?\s+)?(\d{1,3})$")
_UNDER = re.compile(r"^(?:under|below|<)\s*(\d{1,3})$")
_OVER = re.compile(r"^(?:over|above|>)\s*(\d{1,3})$|^(\d{1,3})\s*\+$|^(\d{1,3}) and older$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list. Of the choices of one `slot` only one can hold; `also` are other words for
    it."""

    text: str
    group: str
    slot: str
    looks: Looks
    also: tuple[str, ...] = ()

    def answers(self, typed: str) -> bool:
        """True when the typed words begin it, or any word of it."""
        wanted = typed.casefold().strip()
        names = [name.casefold() for name in (self.text, *self.also)]
        return any(name.startswith(wanted) or f" {wanted}" in name for name in names)


def _trait(trait: Trait, yes: str, no: str, group: str, *also: str) -> list[Choice]:
    return [
        Choice(text, group, trait.value, Looks(traits=frozenset({(trait, there)})), words)
        for text, there, words in ((yes, True, also), (no, False, ()))
    ]


def ages(low: int, high: int) -> Choice:
    """Of that range of years, both included."""
    low, high = min(low, high), max(low, high)
    text = f"{low} and older" if high >= OLDEST else f"{low}–{high}" if low != high else str(low)
    return Choice(text, "Looks aged", "ages", Looks(ages=(low, high)))


def _gaze(text: str, gaze: Gaze, *also: str) -> Choice:
    return Choice(text, "Eyes", "gaze", Looks(gaze=gaze), also)


CHOICES: tuple[Choice, ...] = (
    *_trait(Trait.SMILE, "Smiling", "Not smiling", "Expression", "smile"),
    *(
        Choice(name, "Expression", "emotion", Looks(emotion=kind))
        for kind, name in EMOTIONS.items()
        if kind not in (Emotion.CONFUSED, Emotion.UNKNOWN)
    ),
    *_trait(Trait.MOUTH_OPEN, "Mouth open", "Mouth closed", "Expression"),
    *(ages(low, low + 9) for low in range(0, 70, 10)),
    ages(70, OLDEST),
    Choice("A woman", "Appears to be", "gender", Looks(woman=True), ("female", "women")),
    Choice("A man", "Appears to be", "gender", Looks(woman=False), ("male", "men")),
    *_trait(Trait.EYEGLASSES, "Eyeglasses", "No eyeglasses", "Wears", "glasses"),
    *_trait(Trait.SUNGLASSES, "Sunglasses", "No sunglasses", "Wears"),
    *_trait(Trait.BEARD, "Beard", "No beard", "Facial hair", "bearded"),
    *_trait(Trait.MUSTACHE, "Mustache", "No mustache", "Facial hair", "moustache"),
    _gaze("Looking left", Gaze.LEFT, "left"),
    _gaze("Looking right", Gaze.RIGHT, "right"),
    _gaze("Looking up", Gaze.UP),
    _gaze("Looking down", Gaze.DOWN),
    _gaze("Looking at the camera", Gaze.CAMERA, "facing"),
    *_trait(Trait.EYES_OPEN, "Eyes open", "Eyes closed", "Eyes"),
    *_trait(Trait.FACE_OCCLUDED, "Face covered", "Face not covered", "Wears", "mask", "occluded"),
)


def by_text(text: str) -> Choice | None:
    """The choice that is written so: one of the list, or a range of ages."""
    folded = text.casefold().strip()
    for choice in CHOICES:
        if folded in (choice.text.casefold(), *choice.also):
            return choice
    return typed_ages(folded)


def typed_ages(text: str) -> Choice | None:
    """ "30-40", "aged 35", "under 18", "over 60", "60+"; None for anything else."""
    text = text.casefold().strip()
    if found := _RANGE.match(text):
        return ages(min(int(found[1]), OLDEST), min(int(found[2]), OLDEST))
    if found := _SINGLE.match(text):
        return ages(int(found[1]), int(found[1])) if int(found[1]) <= OLDEST else None
    if found := _UNDER.match(text):
        return ages(0, min(max(int(found[1]) - 1, 0), OLDEST))
    if found := _OVER.match(text):
        return ages(min(int(next(filter(None, found.groups()))), OLDEST), OLDEST)
    return None


def looks_of(texts: Iterable[str]) -> Looks | None:
    """All of the choices together; None for none."""
    wanted = Looks()
    for choice in filter(None, map(by_text, texts)):
        looks = choice.looks
        wanted = replace(
            wanted,
            traits=wanted.traits | looks.traits,
            woman=wanted.woman if looks.woman is None else looks.woman,
            ages=looks.ages or wanted.ages,
            emotion=looks.emotion or wanted.emotion,
            gaze=looks.gaze or wanted.gaze,
        )
    return wanted if wanted else None


def without_rivals(texts: Iterable[str], added: str) -> list[str]:
    """The choices with one more, without those that cannot hold beside it."""
    new = by_text(added)
    kept = [text for text in texts if (old := by_text(text)) is None or new is None or old.slot != new.slot]
    return [*kept, new.text if new else added]
