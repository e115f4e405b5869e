"""The squares that models of appearance look at."""

from __future__ import annotations

import numpy as np
import pytest

from app.inference.crops import upright_square
from app.inference.views import FaceView


def face(angle: float = 0.0) -> FaceView:
    """A picture brighter towards the face's own right edge, its mesh turned by `angle`."""
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    across, down = np.meshgrid(np.arange(400.0) - 200, np.arange(400.0) - 200)
    own = np.stack([across, down], axis=-1) @ turn.T
    pixels = np.clip(128 + own[..., :1], 0, 255).repeat(3, axis=2).astype(np.uint8)
    mesh = np.zeros((478, 3), np.float32)
    points = np.random.default_rng(0).uniform(-50, 50, (478, 2))
    points[33], points[263], points[10], points[152] = (-30, 0), (30, 0), (0, -50), (0, 50)
    mesh[:, :2] = points @ turn + 200
    return FaceView(pixels, mesh)


@pytest.mark.parametrize("angle", [0.0, 0.6, -2.0])
def test_the_eyes_are_level_and_the_face_fills_the_square(angle: float) -> None:
    crop = upright_square(face(angle), 100, 1.0).astype(float)
    columns = crop[20:80, :, 0].mean(axis=0)
    assert np.all(np.diff(columns[5:95]) > -1)
    assert columns[50] == pytest.approx(128, abs=4)
    # 100 points across the face are 100 pixels.
    assert columns[90] - columns[10] == pytest.approx(80, abs=6)


def test_a_larger_scale_shows_more() -> None:
    near, far = (upright_square(face(), 100, scale)[50, :, 0].astype(float) for scale in (1.0, 2.0))
    assert np.ptp(far) > 1.5 * np.ptp(near)


def test_mirrored_is_the_same_square_turned_over() -> None:
    plain, mirrored = (upright_square(face(0.3), 64, 1.1, each) for each in (False, True))
    assert np.array_equal(plain, mirrored[:, ::-1])


def test_a_mesh_without_extent_gives_black() -> None:
    view = FaceView(np.full((50, 50, 3), 200, np.uint8), np.full((478, 3), 7.0, np.float32))
    assert not upright_square(view, 32, 1.2).any()
