"""Percentiles of counted times are as near to the true ones as is said."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from app.services.metrics.histogram import LEAST, MOST, RELATIVE_ERROR, STEPS, percentile, step_of, told

TIMES = st.floats(LEAST, MOST, allow_nan=False)


@given(TIMES)
def test_a_step_tells_each_of_its_times_within_the_bound(milliseconds: float) -> None:
    step = step_of(milliseconds)
    assert 0 <= step < STEPS <= 65_535
    assert math.isclose(told(step), milliseconds, rel_tol=RELATIVE_ERROR * 1.0001 / (1 - RELATIVE_ERROR))
    assert abs(told(step) - milliseconds) <= RELATIVE_ERROR * milliseconds * 1.0001


@given(TIMES, TIMES)
def test_a_longer_time_is_never_in_a_lower_step(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert step_of(low) <= step_of(high) and told(step_of(low)) <= told(step_of(high))


def test_the_ends_hold_what_lies_beyond_them() -> None:
    assert step_of(0.0) == step_of(LEAST / 2) == 0
    assert step_of(MOST * 1000) == STEPS - 1 and told(STEPS - 1) >= MOST * (1 - RELATIVE_ERROR)


@given(st.lists(TIMES, min_size=1, max_size=60), st.sampled_from([50.0, 90.0, 95.0, 99.0]))
def test_percentiles_are_near_the_time_of_that_rank(times: list[float], share: float) -> None:
    counts: dict[int, int] = {}
    for time in times:
        counts[step_of(time)] = counts.get(step_of(time), 0) + 1
    true = sorted(times)[max(math.ceil(len(times) * share / 100), 1) - 1]
    assert abs(percentile(counts, share) - true) <= RELATIVE_ERROR * true * 1.0001


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(percentile({}, 50))
