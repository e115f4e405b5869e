"""Head pose from the dense landmarks: a reference face that is turned has the pose it was turned by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.inference.mesh_pose import _AXES, _PLACES, _POINTS, mesh_pose
from app.inference.views import MESH_POINTS

DEGREES = st.floats(-60, 60)


def turned(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """The mesh (y down, z away) of a face that was pitched up, then turned to the viewer's right, then rolled
    clockwise, by so many degrees."""
    a, b, c = np.radians([yaw, pitch, roll])
    up = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    aside = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    clockwise = np.array([[np.cos(c), np.sin(c), 0], [-np.sin(c), np.cos(c), 0], [0, 0, 1]])
    mesh = np.zeros((MESH_POINTS, 3))
    mesh[_POINTS] = (_PLACES @ (clockwise @ aside @ up).T) * _AXES * 20 + [300, 200, 0]
    return mesh


@given(DEGREES)
def test_each_angle_alone_is_told(angle: float) -> None:
    for number, name in enumerate(("yaw", "pitch", "roll")):
        pose = mesh_pose(turned(*(angle if number == each else 0.0 for each in range(3))))
        for other in ("yaw", "pitch", "roll"):
            assert getattr(pose, other) == pytest.approx(angle if other == name else 0, abs=1e-6)


@given(DEGREES, DEGREES)
def test_yaw_and_pitch_say_where_the_face_looks(yaw: float, pitch: float) -> None:
    pose = mesh_pose(turned(yaw, pitch, 0))
    assert pose.yaw == pytest.approx(yaw, abs=1e-6)
    assert pose.pitch == pytest.approx(pitch, abs=1e-6)


@given(DEGREES, DEGREES, DEGREES)
def test_a_mirrored_face_has_the_mirrored_pose(yaw: float, pitch: float, roll: float) -> None:
    mesh = turned(yaw, pitch, roll)
    one = mesh_pose(mesh)
    other = mesh_pose(turned(-yaw, pitch, -roll))
    assert (other.yaw, other.pitch, other.roll) == pytest.approx((-one.yaw, one.pitch, -one.roll), abs=1e-6)


def test_points_that_coincide_look_straight_ahead() -> None:
    pose = mesh_pose(np.zeros((MESH_POINTS, 3)))
    assert (pose.yaw, pose.pitch, pose.roll) == (0, 0, 0)
