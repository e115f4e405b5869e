"""Fitting similarity scales to strangers whose curve is known."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.domain.embedding import false_match_rate
from app.inference.calibration import SIMILARITIES, fit_scale


def strangers(count: int, mean: float = 0.05, deviation: float = 0.12, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, deviation, count)


def wanted(similarity: float, mean: float = 0.05, deviation: float = 0.12) -> float:
    return mean - deviation * NormalDist().inv_cdf(false_match_rate(similarity))


def test_many_pairs_give_the_cosines_that_the_rates_are_at() -> None:
    fit = fit_scale([strangers(200_000)])
    assert fit.counted and fit.pairs == 200_000 and fit.misfit < 0.01
    for similarity in SIMILARITIES:
        assert fit.scale.cosine(similarity) == pytest.approx(wanted(similarity), abs=0.02)


def test_few_people_follow_the_normal_curve() -> None:
    fit = fit_scale([strangers(400)], few=True)
    assert not fit.counted
    assert fit.scale.cosine(80) == pytest.approx(wanted(80), abs=0.05)


def test_two_sets_weigh_the_same() -> None:
    close, far = strangers(20_000, 0.3), strangers(100_000, 0.0)
    cosine = fit_scale([close, far]).scale.cosine(80)
    rates = [(each >= cosine).mean() for each in (close, far)]
    assert np.mean(rates) == pytest.approx(1e-3, rel=0.2)


@pytest.mark.parametrize("cosines", [np.zeros(1000), strangers(29)])
def test_what_says_nothing_is_refused(cosines: np.ndarray) -> None:
    with pytest.raises(ValueError, match="30 pairs"):
        fit_scale([cosines])


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(np.float64, st.integers(30, 300), elements=st.floats(-1, 1)), st.booleans())
def test_any_cosines_give_a_scale_or_a_refusal(cosines: np.ndarray, few: bool) -> None:
    try:
        scale = fit_scale([cosines], few=few).scale
    except ValueError:
        assert cosines.std() < 1e-6
        return
    assert np.all(np.diff(scale.cosines) > 0) and scale.cosines[0] == -1 and scale.cosines[-1] == 1
