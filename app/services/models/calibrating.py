"""A similarity scale from the people that a person has named, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.calibration import Fit, fit_scale

# Fewer people than this say nothing of people at large: the demo's faces serve instead.
LEAST_PEOPLE: Final = 12
MANY_PEOPLE: Final = 100
# Faces that are measured for it: enough for 40,000 pairs of strangers, and a minute's work.
MOST_FACES: Final = 300
MOST_OF_ONE: Final = 6


class Sureness(StrEnum):
    """`COUNTED`: false matches up to one in 1,000 were counted. `ROUGH`: the people were few, and the rest
    follows from the shape of their curve. `DEMO`: only the demo's faces were there."""

    COUNTED = "counted"
    ROUGH = "rough"
    DEMO = "demo"


@dataclass(frozen=True)
class Calibration:
    """`same`: how many pairs of one person there were, `reached`: the share of them (0-1) at 80 or above,
    None without such pairs. `sentence` says how sure the scale is."""

    fit: Fit
    sureness: Sureness
    people: int
    same: int
    reached: float | None
    sentence: str


def calibrated(vectors: NDArray[np.float32], people: NDArray[np.int64]) -> Calibration | None:
    """From confirmed faces: vectors (n, dimension) of length 1, and whose they are, (n,). None where
    they are too few."""
    count = len(np.unique(people))
    if count < LEAST_PEOPLE:
        return None
    upper = np.triu(np.ones((len(people),) * 2, bool), 1)
    alike = people[:, None] == people[None]
    cosines = np.asarray(vectors @ vectors.T, np.float64)
    strangers, same = cosines[upper & ~alike], cosines[upper & alike]
    try:
        fit = fit_scale([strangers], few=count < MANY_PEOPLE)
    except ValueError:
        return None
    sure = Sureness.COUNTED if fit.counted else Sureness.ROUGH
    reached = float((fit.scale.similarity(same) >= 80).mean()) if len(same) else None
    return Calibration(fit, sure, count, len(same), reached, _sentence(sure, fit, count, len(same), reached))


def from_strangers(cosines: Sequence[float]) -> Calibration:
    """From the demo's faces. Raises ValueError where they are all alike."""
    fit = fit_scale([np.array(cosines, np.float64)], few=True)
    sentence = (
        f"Calibrated on {fit.pairs:,} pairs of strangers of the demo, most of them of one old photograph: a "
        "first guess. A similarity of 80 may stand for far more or far fewer false matches than one in "
        f"1,000. Name {LEAST_PEOPLE} people or more, then calibrate again."
    )
    return Calibration(fit, Sureness.DEMO, 0, 0, None, sentence)


def _off(people: int) -> str:
    """How far off the rate of false matches is in one case of ten (`tests.benchmarks.few_people`)."""
    return "four" if people < 20 else "two or three" if people < 40 else "nearly two"


def _sentence(sure: Sureness, fit: Fit, people: int, same: int, reached: float | None) -> str:
    basis = f"Calibrated on {people:,} people of yours, {fit.pairs:,} pairs of strangers: "
    if sure is Sureness.COUNTED:
        text = basis + (
            "a similarity of 80 (one false match in 1,000) was counted; 90 and 99 follow from the shape of "
            "the curve."
        )
    else:
        text = basis + (
            f"rough. With so few, the false matches at 80 may be {_off(people)} times as many as one in "
            f"1,000, or as few; 99 is a guess. It gets better with more people, up to {MANY_PEOPLE}."
        )
    if reached is not None:
        text += f" Of {same:,} pairs of one person, {reached:.0%} reach 80."
    return text
