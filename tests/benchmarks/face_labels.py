"""What a table says of the faces in its pictures: ages, genders, emotions, traits, in usual spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.domain.attributes import Emotion, Trait
from tests.benchmarks.faces_of import rows_of

# Columns of yes or no by trait, and other names that they go by. Sunglasses are glasses too.
TRAIT_COLUMNS: Final[dict[Trait, tuple[str, ...]]] = {
    Trait.SMILE: ("smile", "smiling"),
    Trait.EYES_OPEN: ("eyes_open",),
    Trait.MOUTH_OPEN: ("mouth_open",),
    Trait.EYEGLASSES: ("glasses", "glasses_any", "eyeglasses"),
    Trait.SUNGLASSES: ("sunglasses",),
    Trait.BEARD: ("beard",),
    Trait.MUSTACHE: ("mustache", "moustache"),
    Trait.FACE_OCCLUDED: ("mask", "occluded", "face_occluded"),
}
_EMOTIONS: Final = {
    "happy": Emotion.HAPPY, "happiness": Emotion.HAPPY, "joy": Emotion.HAPPY, "smile": Emotion.HAPPY,
    "sad": Emotion.SAD, "sadness": Emotion.SAD,
    "angry": Emotion.ANGRY, "anger": Emotion.ANGRY,
    "disgust": Emotion.DISGUSTED, "disgusted": Emotion.DISGUSTED,
    "surprise": Emotion.SURPRISED, "surprised": Emotion.SURPRISED,
    "fear": Emotion.FEAR, "fearful": Emotion.FEAR, "afraid": Emotion.FEAR, "scared": Emotion.FEAR,
    "neutral": Emotion.CALM, "calm": Emotion.CALM, "none": Emotion.CALM,
    "confused": Emotion.CONFUSED, "confusion": Emotion.CONFUSED,
}  # fmt: skip
_OLDEST: Final = 80.0
"""The end of a group without one ("more than 70"), so that its middle is 75."""


@dataclass(frozen=True, slots=True)
class FaceLabels:
    """age: from and below how many years the person is, the same twice where it is known. woman: 1, 0 or
    unknown. Traits that the table does not know are absent."""

    path: str
    age: tuple[float, float] | None
    woman: bool | None
    emotion: Emotion | None
    traits: Mapping[Trait, bool]

    @property
    def middle_age(self) -> float:
        """Years; only where age is known."""
        assert self.age is not None
        return sum(self.age) / 2


def labels_of(table: Path) -> list[FaceLabels]:
    """The rows of a CSV file with a column `path` (or another as the first) and any of the others."""
    rows = rows_of(table, [])
    return [labels_of_row(row) for row in rows]


def labels_of_row(row: Mapping[str, str]) -> FaceLabels:
    """Raises SystemExit where a value is in no spelling that is known."""
    fields = {name.strip().lower(): (value or "").strip() for name, value in row.items() if name}
    path = fields.get("path") or next(iter(fields.values()))
    traits = {}
    for trait, names in TRAIT_COLUMNS.items():
        for name in names:
            answer = _yes_or_no(fields.get(name, ""), name)
            if answer is not None:
                traits[trait] = answer
    return FaceLabels(
        path=path,
        age=_age(fields, path),
        woman=_woman(fields.get("gender", "")),
        emotion=_emotion(fields.get("emotion", "")),
        traits=traits,
    )


def _age(fields: Mapping[str, str], path: str) -> tuple[float, float] | None:
    if fields.get("age"):
        return _years(fields["age"])
    if fields.get("age_group"):
        return _years(fields["age_group"])
    born, taken = fields.get("date_of_birth", ""), re.search(r"_(\d{4})(?:-(\d\d)-\d\d)?\.\w+$", path)
    if born and taken:
        # A picture of which only the year is known is taken to be of its middle.
        year, month = int(born[:4]), int(born[5:7] or 7)
        age = int(taken[1]) - year + (int(taken[2] or 7) - month) / 12
        return age, age
    return None


def _years(text: str) -> tuple[float, float]:
    """A number, or a group: "20-29" is from 20 to just below 30."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)", text):
        return float(match[1]), float(match[1])
    if match := re.fullmatch(r"\(?(\d+)\s*[-–,]\s*(\d+)\)?", text):
        return float(match[1]), float(match[2]) + 1
    if match := re.fullmatch(r"(?:more than|over|>=?)\s*(\d+)|(\d+)\s*\+", text, re.IGNORECASE):
        start = float(match[1] or match[2])
        return start, max(_OLDEST, start + 10)
    raise SystemExit(f"“{text}” is no age and no group of ages.")


def _woman(text: str) -> bool | None:
    answers = {"female": True, "f": True, "woman": True, "male": False, "m": False, "man": False, "": None}
    if text.lower() not in answers:
        raise SystemExit(f"“{text}” is neither Male nor Female.")
    return answers[text.lower()]


def _emotion(text: str) -> Emotion | None:
    if not text:
        return None
    if text.lower() not in _EMOTIONS:
        raise SystemExit(f"“{text}” is no emotion that is known here.")
    return _EMOTIONS[text.lower()]


def _yes_or_no(text: str, column: str) -> bool | None:
    answers = {"1": True, "yes": True, "true": True, "1.0": True, "0": False, "no": False, "false": False}
    answers |= {"0.0": False, "-1": False}
    if not text:
        return None
    if text.lower() not in answers:
        raise SystemExit(f"“{text}” in the column {column} is neither 1 nor 0.")
    return answers[text.lower()]
