"""The curve of strangers that a similarity scale implies. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import SimilarityScale, false_match_rate

# Up to here the scale's knots are counted on pairs; above, they follow the tail (see false_match_rate).
_COUNTED_UP_TO = 80.0


@dataclass(frozen=True, eq=False)
class PairCurves:
    """How often pairs have a cosine: densities over rising cosines, float64 of one length. `same` is None
    where only strangers are known."""

    cosines: NDArray[np.float64]
    strangers: NDArray[np.float64]
    same: NDArray[np.float64] | None = None


def strangers_of(scale: SimilarityScale, points: int = 161) -> PairCurves:
    """The normal curve through the scale's knots.

    A knot says which share of strangers reaches its cosine (false_match_rate of its similarity), so it is
    a quantile of their distribution; the mean and deviation that fit the counted quantiles best (least
    squares over the normal scores) give the curve. With fewer than two such knots the extrapolated ones
    are taken too.
    """
    knots = [(c, s) for c, s in zip(scale.cosines, scale.similarities, strict=True) if 0 < s < 100]
    counted = [knot for knot in knots if knot[1] <= _COUNTED_UP_TO]
    used = counted if len(counted) >= 2 else knots
    if len(used) < 2:
        # Two ends alone: the median lies where one stranger in two gets to.
        used = [(scale.cosine(similarity), similarity) for similarity in (10.0, 80.0)]
    scores = np.array([-NormalDist().inv_cdf(false_match_rate(s)) for _, s in used])
    deviation, mean = np.polyfit(scores, np.array([c for c, _ in used]), 1)
    deviation = max(float(deviation), 1e-3)
    low = max(float(mean) - 4 * deviation, -1.0)
    x = np.linspace(low, 1.0, points)
    density = np.exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * np.sqrt(2 * np.pi))
    return PairCurves(x, density)
