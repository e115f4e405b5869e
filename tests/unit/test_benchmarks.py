"""The figures that the benchmarks print, on numbers whose figures are known."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.embedding import SimilarityScale
from tests.benchmarks.identification import identification, split
from tests.benchmarks.quality import logistic, told_apart
from tests.benchmarks.verification import Tail, accuracy, scale_error, true_match_rate

SCALE = SimilarityScale((-1.0, 0.5, 0.6, 0.8, 1.0), (0.0, 80.0, 90.0, 99.0, 100.0))


def test_people_with_one_picture_are_strangers() -> None:
    people = np.array(["b", "a", "a", "c", "a", "d", "d"])
    parts = split(people)
    assert parts.gallery.tolist() == [1, 5]
    assert parts.probes.tolist() == [2, 4, 6]
    assert parts.strangers.tolist() == [0, 3]


def test_with_few_strangers_every_fifth_person_is_one() -> None:
    people = np.repeat([f"p{n:02}" for n in range(10)], 2)
    parts = split(people)
    assert sorted({*people[parts.strangers].tolist()}) == ["p00", "p05"]
    assert len(parts.gallery) == len(parts.probes) == 8
    assert len({*parts.gallery, *parts.probes, *parts.strangers}) == 20


def test_identification_counts_what_a_stranger_would_pass() -> None:
    east, north, both = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.6, 0.8, 0.0]
    nothing, up = [np.nan] * 3, [0.5, 0.0, 3**0.5 / 2]
    vectors = np.array([east, north, east, both, nothing, up], np.float32)
    people = np.array(["e", "n", "e", "e", "n", "x"])
    parts = split(people)
    assert parts.strangers.tolist() == [5]
    result = identification(vectors, people, parts, vectors[:2], people[:2], SCALE)
    # Of the three one is right, one is nearer to somebody else, one has no face.
    assert result["rank_1"] == pytest.approx(1 / 3, abs=1e-3)
    assert result["true_positive_identification"] == pytest.approx(1 / 3, abs=1e-3)
    assert result["similarity_of_the_bar"] == pytest.approx(80, abs=0.01)
    assert result["at"]["90"] == {"true_positives": 0.3333, "false_positives": 0.0}  # type: ignore[index]


def test_true_matches_are_counted_or_extrapolated() -> None:
    random = np.random.default_rng(3)
    strangers, genuine = random.normal(0.0, 0.1, 4000), random.normal(0.5, 0.1, 4000)
    tail = Tail(strangers)
    assert true_match_rate(genuine, strangers, tail, 1e-2) == pytest.approx(0.996, abs=0.004)
    # One in 10,000 lies at 0.372: 90 % of the true pairs are above it.
    assert true_match_rate(genuine, strangers, tail, 1e-4) == pytest.approx(0.90, abs=0.03)
    assert true_match_rate(genuine, strangers[:50], Tail(strangers[:50]), 1e-4) is None


def test_the_error_of_a_scale_is_measured_over_stated() -> None:
    random = np.random.default_rng(4)
    strangers = random.normal(0.0, 0.1618, 20_000)  # one in 1,000 reaches 0.5
    found = scale_error(SCALE, strangers, strangers, Tail(strangers), 80.0)
    assert found["error"] == pytest.approx(1.0, abs=0.5)
    low, high = found["chance"]  # type: ignore[misc]
    assert low < 1.0 < high
    assert found["extrapolated"] == pytest.approx(1e-3, rel=0.3)


def test_accuracy_is_of_folds_that_did_not_choose_the_threshold() -> None:
    same = np.tile([True, False], 50)
    assert accuracy(np.where(same, 0.6, 0.1), same) == 1.0
    assert accuracy(np.zeros(100), same) == 0.5


def test_the_chance_by_length_is_found_again() -> None:
    random = np.random.default_rng(5)
    lengths = random.uniform(5, 15, 5000)
    found = random.random(5000) < 1 / (1 + np.exp(-(1.5 * (lengths - 10))))
    offset, slope = logistic(lengths, found)
    assert slope == pytest.approx(1.5, abs=0.15)
    assert -offset / slope == pytest.approx(10, abs=0.1)
    # Of lengths that are large and hardly differ, too.
    offset, slope = logistic(lengths * 0.01 + 37, found)
    assert -offset / slope == pytest.approx(37.1, abs=0.001)


def test_how_well_values_tell_is_the_area_under_the_curve() -> None:
    found = np.array([False, False, True, True])
    assert told_apart(np.array([1.0, 2, 3, 4]), found) == 1.0
    assert told_apart(np.array([4.0, 3, 2, 1]), found) == 0.0
    assert told_apart(np.array([1.0, 1, 1, 1]), found) == 0.5
    assert told_apart(np.array([1.0, 3, 2, 4]), found) == 0.75
    assert told_apart(np.ones(4), np.ones(4, bool)) is None
