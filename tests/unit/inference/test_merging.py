"""Overlaps, voting, and merging of passes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inference.candidates import Candidates, overlaps
from app.inference.merging import fused, voted


def candidates(*rows: tuple[float, float, float, float, float]) -> Candidates:
    """From left, top, width, height, score; all five points at the box's centre."""
    table = np.array(rows, np.float32).reshape(-1, 5)
    boxes = np.concatenate([table[:, :2], table[:, :2] + table[:, 2:4]], axis=1)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return Candidates(boxes, table[:, 4], np.repeat(centres[:, None], 5, axis=1))


def test_overlap_of_half_shifted_squares_is_a_third() -> None:
    boxes = candidates((0, 0, 10, 10, 1), (5, 0, 10, 10, 1), (40, 40, 2, 2, 1)).boxes
    np.testing.assert_allclose(overlaps(boxes[:1], boxes)[0], [1, 1 / 3, 0], atol=1e-6)


def test_boxes_without_area_overlap_nothing() -> None:
    boxes = candidates((0, 0, 0, 0, 1), (0, 0, 10, 10, 1)).boxes
    assert overlaps(boxes, boxes)[0].max() == 0


def test_voting_takes_the_mean_by_score_and_keeps_the_best_score() -> None:
    merged = voted(candidates((0, 0, 100, 100, 0.9), (10, 0, 100, 100, 0.3), (300, 0, 50, 50, 0.5)))
    np.testing.assert_allclose(merged.boxes[0], [2.5, 0, 102.5, 100], atol=1e-4)
    np.testing.assert_allclose(merged.points[0, 0], [52.5, 50], atol=1e-4)
    np.testing.assert_allclose(merged.scores, [0.9, 0.5])


def test_passes_that_agree_are_surer_than_either() -> None:
    merged = fused([candidates((0, 0, 10, 10, 0.6)), candidates((0, 0, 10, 10, 0.5))], [1, 1])
    assert len(merged) == 1
    assert merged.scores[0] == pytest.approx(1 - 0.4 * 0.5)


def test_one_pass_counts_once_however_many_boxes_it_drew() -> None:
    merged = fused([candidates((0, 0, 10, 10, 0.6), (1, 0, 10, 10, 0.5)), Candidates.none()], [1, 1])
    assert merged.scores.tolist() == pytest.approx([0.6])


def test_landmarks_follow_the_pass_that_is_trusted() -> None:
    merged = fused([candidates((0, 0, 100, 100, 0.5)), candidates((20, 0, 100, 100, 0.5))], [1.0, 0.0])
    np.testing.assert_allclose(merged.points[0, 0], [50, 50], atol=1e-4)
    np.testing.assert_allclose(merged.boxes[0], [10, 0, 110, 100], atol=1e-4)


def test_a_part_of_a_surer_face_is_dropped() -> None:
    merged = fused([candidates((0, 0, 100, 100, 0.98), (50, 10, 48, 80, 0.8))], [1])
    assert len(merged) == 1


@pytest.mark.parametrize(
    "other",
    [
        (80, 10, 48, 80, 0.8),  # half outside
        (50, 10, 48, 80, 0.995),  # certain
        (45, 10, 10, 10, 0.8),  # tiny: a face on a badge, a face far behind
    ],
)
def test_a_face_before_another_stays(other: tuple[float, float, float, float, float]) -> None:
    assert len(fused([candidates((0, 0, 100, 100, 0.998), other)], [1])) == 2


def test_nothing_merges_to_nothing() -> None:
    assert len(fused([Candidates.none(), Candidates.none()], [1, 1])) == 0
    assert len(fused([], [])) == 0


numbers = st.floats(0, 300, width=32)
rows = st.tuples(
    numbers, numbers, st.floats(4, 200, width=32), st.floats(4, 200, width=32), st.floats(0.125, 1)
)


@given(st.lists(rows, max_size=12), st.lists(rows, max_size=12))
def test_merging_keeps_its_promises(
    first: list[tuple[float, float, float, float, float]],
    second: list[tuple[float, float, float, float, float]],
) -> None:
    passes = [candidates(*first), candidates(*second)]
    merged = fused(passes, [1, 0.1])
    given_boxes = Candidates.joined(passes)
    assert len(merged) <= len(given_boxes)
    assert (np.diff(merged.scores) <= 0).all()
    if len(given_boxes):
        assert len(merged) >= 1
        assert merged.scores[0] >= given_boxes.scores.max() - 1e-6
        assert (merged.boxes.min(axis=0) >= given_boxes.boxes.min(axis=0) - 1e-2).all()
        assert (merged.boxes.max(axis=0) <= given_boxes.boxes.max(axis=0) + 1e-2).all()
    again = fused(passes, [1, 0.1])
    assert np.array_equal(again.boxes, merged.boxes) and np.array_equal(again.points, merged.points)
