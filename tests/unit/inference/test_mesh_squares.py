"""Where the mesh network looks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.alignment import ARCFACE_TEMPLATE
from app.inference.mesh_squares import Square, box_square, likely_square, points_square
from app.inference.views import MESH_POINTS

SIZE = 256
MARKS = ARCFACE_TEMPLATE + np.array([[-1, 2], [2, -1], [4, 1], [-2, 0], [1, 3]])


def face(box: BoundingBox, marks: NDArray[np.float32]) -> DetectedFace:
    return DetectedFace(box, Landmarks(marks), 99.0, Pose(0, 0, 0), Quality(50, 50))


def points() -> NDArray[np.float32]:
    made = np.random.default_rng(1).uniform(64, 192, (MESH_POINTS, 3)).astype(np.float32)
    made[33, :2], made[263, :2] = (96, 110), (160, 110)
    return made


def test_a_square_shows_the_middle_in_the_middle() -> None:
    matrix = Square(70, 40, 128, 0.3).matrix(SIZE)
    assert matrix @ [127.5, 127.5, 1] == pytest.approx([70, 40])
    right = matrix @ [128.5, 127.5, 1] - matrix @ [127.5, 127.5, 1]
    assert np.linalg.norm(right) == pytest.approx(0.5)
    assert np.arctan2(right[1], right[0]) == pytest.approx(0.3)


@given(st.floats(-3, 3))
def test_the_square_about_the_box_turns_with_the_face(angle: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    marks = ((ARCFACE_TEMPLATE - 56) @ turn.T + 500) / 1000
    square = box_square(face(BoundingBox(0.4, 0.4, 0.2, 0.25), marks.astype(np.float32)), 1000, 1000)
    assert square.angle == pytest.approx(angle, abs=1e-3)
    assert (square.x, square.y) == pytest.approx((500, 525))


def test_landmarks_that_coincide_leave_it_upright() -> None:
    square = box_square(face(BoundingBox(0.4, 0.4, 0.2, 0.2), np.full((5, 2), 0.5, np.float32)), 100, 100)
    assert square.angle == 0


@given(st.floats(-3, 3), st.floats(0.1, 9))
def test_the_square_about_the_points_holds_the_level_points(angle: float, scale: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    plain = points()
    moved = plain.copy()
    moved[:, :2] = plain[:, :2] @ turn.T + [1000, 700]
    square, base = points_square(moved), points_square(plain)
    assert square.angle == pytest.approx(angle, abs=1e-3)
    assert square.side == pytest.approx(base.side * scale, rel=1e-3)
    assert (square.x, square.y) == pytest.approx(
        tuple(turn @ [base.x, base.y] + [1000, 700]), abs=1e-2 * scale + 1e-2
    )


@given(st.floats(-3, 3), st.floats(0.1, 9))
def test_the_likely_square_moves_with_the_landmarks(angle: float, scale: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    base, moved = likely_square(MARKS), likely_square(MARKS @ turn.T + [1000, 700])
    assert base is not None and moved is not None
    assert moved.side == pytest.approx(base.side * scale)
    assert np.sin((moved.angle - base.angle - angle) / 2) == pytest.approx(0, abs=1e-9)
    assert (moved.x, moved.y) == pytest.approx(tuple(turn @ [base.x, base.y] + [1000, 700]))


def test_a_mirror_image_has_the_mirror_image_of_the_likely_square() -> None:
    template = (ARCFACE_TEMPLATE + (ARCFACE_TEMPLATE * [-1, 1] + [112, 0])[[1, 0, 2, 4, 3]]) / 2
    for marks in (template, template + np.array([[0, 1], [0, 0], [3, 0], [0, 0], [0, 0]])):
        square, other = likely_square(marks), likely_square((marks * [-1, 1] + [112, 0])[[1, 0, 2, 4, 3]])
        assert square is not None and other is not None
        assert (other.x, other.y) == pytest.approx((112 - square.x, square.y), abs=0.6)
        assert (other.side, other.angle) == pytest.approx((square.side, -square.angle), abs=0.03)


def test_the_likely_square_holds_brows_and_chin() -> None:
    square = likely_square(ARCFACE_TEMPLATE)
    assert square is not None
    # Aligned crops of 112 pixels show a face that is about as high as they are.
    assert 1.1 * 112 < square.side < 1.4 * 112
    assert (square.x, square.y) == pytest.approx((56, 72), abs=8)
    assert square.angle == pytest.approx(0, abs=0.02)


def test_landmarks_that_coincide_have_no_likely_square() -> None:
    assert likely_square(np.full((5, 2), 3.0)) is None


@given(st.lists(st.floats(-1e4, 1e4), min_size=10, max_size=10))
def test_any_landmarks_have_a_square_of_finite_size_or_none(numbers: list[float]) -> None:
    square = likely_square(np.array(numbers).reshape(5, 2))
    assert square is None or (np.isfinite([square.x, square.y, square.angle]).all() and square.side >= 1)
