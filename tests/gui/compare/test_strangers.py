"""The curve of strangers from a similarity scale."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from app.domain.embedding import SimilarityScale, false_match_rate
from app.ui.compare.strangers import strangers_of


def test_finds_the_distribution_behind_the_scale():
    strangers = NormalDist(0.09, 0.095)
    similarities = (20.0, 40.0, 60.0, 80.0)
    cosines = tuple(strangers.inv_cdf(1 - false_match_rate(s)) for s in similarities)
    scale = SimilarityScale((-1.0, *cosines, 1.0), (0.0, *similarities, 100.0))
    curves = strangers_of(scale)
    assert curves.same is None
    x = curves.cosines
    step = x[1] - x[0]
    mean = float(np.sum(x * curves.strangers) * step)
    assert mean == pytest.approx(0.09, abs=0.005)
    assert float(np.sum(curves.strangers) * step) == pytest.approx(1, abs=0.01)
    beyond = float(np.sum(curves.strangers[x >= scale.cosine(40)]) * step)
    assert beyond == pytest.approx(false_match_rate(40), rel=0.3)


@pytest.mark.parametrize(
    "scale",
    [
        SimilarityScale((-1.0, 0.5, 0.6, 0.8, 1.0), (0.0, 80.0, 90.0, 99.0, 100.0)),
        SimilarityScale((-1.0, 1.0), (0.0, 100.0)),
    ],
)
def test_coarse_scales_give_a_curve_too(scale):
    curves = strangers_of(scale)
    assert np.isfinite(curves.strangers).all()
    assert (np.diff(curves.cosines) > 0).all()
