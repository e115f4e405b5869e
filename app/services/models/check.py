"""What a trial found, in sentences, and whether the model can be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.inference.probe import Examination, Shape

# The lowest pair of one person must pass the highest of two by this cosine to be without doubt.
_CLEAR: Final = 0.03
# Ways to feed that differ by less than this in the gap do as well.
_AS_WELL: Final = 0.01


@dataclass(frozen=True)
class Finding:
    """`usable`: the model tells the demo's people apart. `sentences`: what was found, in order; the last
    one is the verdict. `doubtful`: usable, but only just."""

    examination: Examination
    usable: bool
    doubtful: bool
    sentences: tuple[str, ...]

    @property
    def verdict(self) -> str:
        return self.sentences[-1]


def finding(examination: Examination, faces: int, people: int, same: int) -> Finding:
    """`faces` of `people` were tried, with `same` pairs of one person."""
    shape, best = examination.shape, examination.trials[0]
    usable = best.gap > 0
    doubtful = usable and best.gap < _CLEAR
    sentences = [
        f"It takes {_at_once(shape)} of 112 × 112 pixels ({shape.layout}, {shape.type}) and gives "
        f"{shape.dimension} numbers for each.",
        _fed(examination),
        f"Of {faces} faces of {people} people: two photographs of one person ({same} pairs) are alike by "
        f"{best.colour.same:.2f} or more, those of two people by {best.colour.others:.2f} or less "
        f"({best.grey.same:.2f} and {best.grey.others:.2f} without colour).",
        f"It takes {examination.ms:.0f} ms a face here, on one thread.",
    ]
    if not usable:
        sentences.append(
            "It does not keep people apart: for it, two strangers are more alike than two photographs of one "
            "person. It may not be a model of faces, or it wants faces aligned or fed in another way."
        )
    elif doubtful:
        sentences.append("It keeps these people apart, but only just: expect more mistakes.")
    else:
        sentences.append("It keeps these people apart.")
    return Finding(examination, usable, doubtful, tuple(sentences))


def _at_once(shape: Shape) -> str:
    if not shape.batch:
        return "any number of faces at once,"
    return "one face at a time," if shape.batch == 1 else f"{shape.batch} faces at once,"


def _fed(examination: Examination) -> str:
    best, *rest = examination.trials
    as_well = [each for each in rest if best.gap - each.gap < _AS_WELL]
    sentence = (
        f"Fed as {best.feeding.words}, it keeps people apart best, of {examination.tried} usual ways tried"
    )
    if examination.tried == 1:
        sentence = f"It can be fed in one way only: {best.feeding.words}"
    if as_well:
        sentence += f"; {' and '.join(each.feeding.words for each in as_well)} would do as well"
    return sentence + "."
