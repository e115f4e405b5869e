"""The thirty landmarks, the mouth and the direction of the eyes, on meshes made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.attributes import LandmarkName
from app.inference.eyes import CORNERS, Eyes
from app.inference.mesh_facts import (
    _EYEBALL,
    _GLOBE,
    IRISES,
    MESH_INDEX,
    MOUTH_GAP,
    eye_direction,
    mouth_gap,
    mouth_open,
    thirty_landmarks,
)
from app.inference.mesh_pose import _AXES, _PLACES, _POINTS
from app.inference.views import MESH_POINTS, FaceView

OPEN = Eyes(1.0, 1.0)
NAMES = list(LandmarkName)
SCALE = 20.0


def looking(yaw: float, pitch: float, head: float = 0.0) -> NDArray[np.float64]:
    """A mesh whose eyes look so, in degrees, with the head turned to the viewer's right by `head`."""
    angle = np.radians(head)
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    mesh = np.zeros((MESH_POINTS, 3))
    mesh[_POINTS] = (_PLACES @ turn.T) * _AXES * SCALE + [300, 200, 0]
    look = np.array([np.sin(np.radians(yaw)) * np.cos(np.radians(pitch)), np.sin(np.radians(pitch)), 0])
    for eye, (outer, inner) in enumerate(CORNERS):
        ball = turn @ (_EYEBALL * (1 if eye == 1 else -1, 1, 1))
        mesh[IRISES[eye]] = (mesh[outer] + mesh[inner]) / 2 + (ball + look * _GLOBE) * _AXES * SCALE
    return mesh


@given(st.floats(-40, 40), st.floats(-30, 30), st.floats(-40, 40))
def test_the_eyes_direction_is_the_cameras_however_the_head_is_turned(
    yaw: float, pitch: float, head: float
) -> None:
    direction = eye_direction(looking(yaw, pitch, head), OPEN)
    assert direction is not None
    assert direction.yaw == pytest.approx(yaw, abs=0.1)
    assert direction.pitch == pytest.approx(pitch, abs=0.1)
    assert direction.confidence == pytest.approx(100)


def test_closed_eyes_look_nowhere_and_one_open_eye_is_enough() -> None:
    mesh = looking(20, 0)
    assert eye_direction(mesh, Eyes(0.3, 0.4)) is None
    mesh[IRISES[0]] += 30  # the closed eye's iris is anywhere
    direction = eye_direction(mesh, Eyes(0.2, 0.8))
    assert direction is not None and direction.yaw == pytest.approx(20, abs=0.1)
    assert direction.confidence == pytest.approx(80)


def test_no_direction_is_beyond_what_can_be_seen() -> None:
    mesh = looking(0, 0)
    for iris in IRISES:
        mesh[iris, 0] += 500
    direction = eye_direction(mesh, OPEN)
    assert direction is not None and 50 < direction.yaw < 60
    assert eye_direction(np.zeros((MESH_POINTS, 3)), OPEN) is None


def test_every_name_has_its_own_point_but_the_pupils() -> None:
    assert list(MESH_INDEX) != [] and set(MESH_INDEX) == set(LandmarkName)
    assert len(set(MESH_INDEX.values())) == 28
    view = FaceView(np.zeros((100, 400, 3), np.uint8), np.zeros((MESH_POINTS, 3), np.float32))
    view.mesh[MESH_INDEX[LandmarkName.CHIN_BOTTOM], :2] = 200, 75
    points = thirty_landmarks(view)
    assert points.shape == (30, 2) and points.dtype == np.float32
    assert points[NAMES.index(LandmarkName.CHIN_BOTTOM)] == pytest.approx([0.5, 0.75])


@pytest.mark.parametrize("off", [(0, 0), (500, 0), (0, 300), (-90, -90)])
def test_a_pupil_stays_within_the_lids(off: tuple[int, int]) -> None:
    mesh = np.zeros((MESH_POINTS, 3), np.float32)
    mesh[33, :2], mesh[133, :2] = (100, 100), (140, 100)
    mesh[159, :2], mesh[145, :2] = (120, 94), (120, 106)
    mesh[468, :2] = 126 + off[0], 99 + off[1]
    points = thirty_landmarks(FaceView(np.zeros((200, 200, 3), np.uint8), mesh)) * 200
    pupil = points[NAMES.index(LandmarkName.LEFT_PUPIL)]
    assert (pupil == points[NAMES.index(LandmarkName.EYE_LEFT)]).all()
    assert 105.9 < pupil[0] < 134.1 and 93.9 < pupil[1] < 106.1
    if off == (0, 0):
        assert pupil == pytest.approx([126, 99])


@given(st.floats(0, 0.6))
def test_a_mouth_opens_with_its_gap(gap: float) -> None:
    mesh = np.zeros((MESH_POINTS, 3))
    mesh[308, 0] = 50
    for upper, lower in ((13, 14), (82, 87), (312, 317)):
        mesh[lower, 1] = gap * 50
        mesh[upper, 1] = 0
    assert mouth_gap(mesh) == pytest.approx(gap)
    assert (mouth_open(mesh) > 0.5) == (gap > MOUTH_GAP)
    assert mouth_gap(np.zeros((MESH_POINTS, 3))) == 0
