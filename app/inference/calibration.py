"""Fitting a similarity scale: from the cosines of strangers to the knots of `SimilarityScale`.

Down to a false-match rate of 1 in 1,000 the knots are quantiles of the strangers' cosines. Beyond, they
follow the line that the upper tail makes on normal probability paper: 1 in 1,000,000 (similarity 99) is
always extrapolated, and so is 1 in 10,000 where there are few pairs. Where the people are few, all knots
follow the normal curve through the mean and deviation of all pairs, which is surer then than their tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import SimilarityScale, false_match_rate

SIMILARITIES: Final = (20.0, 40.0, 60.0, 70.0, 80.0, 85.0, 90.0, 95.0, 99.0)
# The part of the tail that the line is fitted to, as false-match rates.
TAIL: Final = (1e-2, 3e-4)
# From here on one pair in 1,000 is a handful of pairs, so that quantiles mean something.
ENOUGH_FOR_QUANTILES: Final = 5_000
_NORMAL: Final = NormalDist()
_LEAST_STEP: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Fit:
    """`misfit`: how far the line lies from the tail that it was fitted to, at most, in cosine. `counted`:
    whether the knots up to 80 were counted rather than extrapolated."""

    scale: SimilarityScale
    pairs: int
    misfit: float
    counted: bool


def fit_scale(sets: Sequence[NDArray[np.floating]], *, few: bool = False) -> Fit:
    """Each set has the cosines of pairs of strangers, in any order, and weighs the same. `few`: the pairs
    are of so few people that their tail says little.

    Raises:
        ValueError: there are fewer than 30 pairs, or all are alike.
    """
    cosines = np.concatenate([np.asarray(each, np.float64) for each in sets])
    if len(cosines) < 30 or float(cosines.std()) < 1e-6:
        raise ValueError("a scale needs 30 pairs of strangers or more, of different cosines")
    counted = not few and len(cosines) >= ENOUGH_FOR_QUANTILES
    weights = np.concatenate([np.full(len(each), 1 / (len(sets) * len(each))) for each in sets])
    order = np.argsort(-cosines)
    ordered, rate = cosines[order], np.cumsum(weights[order])
    sample = np.geomspace(*(TAIL if counted else (0.5, 2.0 / len(cosines))), 25)
    scores = np.array([-_NORMAL.inv_cdf(each) for each in sample])
    measured = np.interp(sample, rate, ordered)
    if counted:
        slope, offset = np.polyfit(scores, measured, 1)
        joint = float(np.interp(1e-3, rate, ordered)) + slope * _NORMAL.inv_cdf(1e-3)
    else:
        offset = joint = float(np.average(cosines, weights=weights))
        slope = float(np.sqrt(np.average((cosines - offset) ** 2, weights=weights)))
    misfit = float(np.abs(slope * scores + offset - measured).max())

    def cosine(similarity: float) -> float:
        false_matches = false_match_rate(similarity)
        if counted and false_matches >= 0.999e-3:
            return float(np.interp(false_matches, rate, ordered))
        return float(joint - slope * _NORMAL.inv_cdf(false_matches))

    return Fit(_rising([cosine(each) for each in SIMILARITIES]), len(cosines), misfit, counted)


def _rising(cosines: list[float]) -> SimilarityScale:
    """Knots strictly between -1 and 1, whatever the line gave."""
    knots = [-1.0]
    for place, value in enumerate(cosines):
        most = 1.0 - _LEAST_STEP * (len(cosines) - place)
        knots.append(round(min(max(value, knots[-1] + _LEAST_STEP), most), 4))
    return SimilarityScale((*knots, 1.0), (0.0, *SIMILARITIES, 100.0))
