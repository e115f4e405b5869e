"""The measurement of landmarks: which points are compared, and how far off they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from tests.benchmarks.ibug import FIRST, MIXES, PARTS, errors
from tests.benchmarks.landmarks import about

# The iBUG point that each of 17 to 67 is the mirror image of.
OPPOSITE = (
    *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), 64, 63, 62, 61, 60, 67, 66, 65,
)  # fmt: skip


def test_every_point_is_a_mean() -> None:
    assert len(MIXES) == 51 == sum(part.stop - part.start for part in PARTS.values())
    for mix in MIXES:
        assert sum(weight for _, weight in mix) == pytest.approx(1)
        assert all(0 <= point < 468 and weight > 0 for point, weight in mix)


def test_mirror_images_have_mirrored_weights() -> None:
    for number, mix in enumerate(MIXES):
        other = MIXES[OPPOSITE[number] - FIRST]
        assert sorted(weight for _, weight in mix) == sorted(weight for _, weight in other)
    assert sorted(OPPOSITE) == list(range(17, 68))


def test_errors_are_shares_of_the_outer_corners_distance() -> None:
    truth = np.zeros((68, 2))
    truth[36], truth[45] = (0, 0), (50, 0)
    found = truth[FIRST:] + np.array([3, 4])
    assert errors(found, truth) == pytest.approx(np.full(51, 0.1))


def test_the_face_about_the_true_points_is_measured() -> None:
    def face(left: float) -> DetectedFace:
        box = BoundingBox(left, 0.4, 0.1, 0.2)
        return DetectedFace(box, Landmarks(np.zeros((5, 2), np.float32)), 99.0, Pose(0, 0, 0), Quality(1, 1))

    truth = np.zeros((68, 2))
    truth[FIRST:] = 250, 100
    truth[40:] = 270, 110
    faces = [face(0.1), face(0.6), face(0.62)]
    assert about(faces, truth, (200, 400, 3)) is faces[1]
    assert about(faces[:1], truth, (200, 400, 3)) is None
    assert about([], truth, (200, 400, 3)) is None
