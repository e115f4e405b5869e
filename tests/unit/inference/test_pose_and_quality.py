"""Pose from five points; brightness and sharpness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from app.inference.alignment import ARCFACE_TEMPLATE
from app.inference.pose import MODEL, pose_of
from app.inference.quality import quality_of

SWAPPED = [1, 0, 2, 4, 3]


def mirrored(points: np.ndarray, width: float = 200.0) -> np.ndarray:
    flipped = points.copy()
    flipped[:, 0] = width - flipped[:, 0]
    return flipped[SWAPPED]


def seen(roll: float, yaw: float, pitch: float) -> np.ndarray:
    """The model turned and projected: degrees, signs as in Pose."""
    r, y, p = np.radians([roll, yaw, pitch])
    # z points away from the viewer, y down: looking right moves the nose (negative z) to positive x.
    turn = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    nod = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    tilt = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return 60 * (MODEL @ (tilt @ turn @ nod).T)[:, :2] + 100


@pytest.mark.parametrize(
    ("roll", "yaw", "pitch"), [(0, 0, 0), (30, 0, 0), (0, 25, 0), (0, 0, 20), (0, -40, 0), (0, 0, -25)]
)
def test_a_turned_model_gives_its_angles(roll: float, yaw: float, pitch: float) -> None:
    pose = pose_of(seen(roll, yaw, pitch))
    np.testing.assert_allclose([pose.roll, pose.yaw, pose.pitch], [roll, yaw, pitch], atol=0.5)


@given(st.floats(-40, 40), st.floats(-45, 45), st.floats(-30, 30), st.integers(0, 2**31))
def test_a_mirror_turns_yaw_and_roll_about_and_leaves_pitch(
    roll: float, yaw: float, pitch: float, seed: int
) -> None:
    points = seen(roll, yaw, pitch) + np.random.default_rng(seed).normal(0, 1.5, (5, 2))
    pose, other = pose_of(points), pose_of(mirrored(points))
    np.testing.assert_allclose(
        [other.roll, other.yaw, other.pitch], [-pose.roll, -pose.yaw, pose.pitch], atol=1e-4
    )


@given(st.floats(-80, 80))
def test_turning_the_picture_changes_the_roll_alone(angle: float) -> None:
    points = seen(5, 15, -8)
    turn = np.radians(angle)
    rotated = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    assert pose_of(rotated).roll == pytest.approx(pose_of(points).roll + angle, abs=1e-6)


def test_the_nose_says_where_the_face_looks() -> None:
    right, up = ARCFACE_TEMPLATE.copy(), ARCFACE_TEMPLATE.copy()
    right[2, 0] += 12
    up[2, 1] -= 8
    straight = pose_of(ARCFACE_TEMPLATE)
    assert abs(straight.yaw) < 3 and abs(straight.roll) < 3 and abs(straight.pitch) < 15
    assert pose_of(right).yaw > straight.yaw + 10
    assert pose_of(up).pitch > straight.pitch + 5


def test_points_in_one_place_have_no_pose() -> None:
    pose = pose_of(np.full((5, 2), 7.0))
    assert (pose.roll, pose.yaw, pose.pitch) == (0, 0, 0)


def texture(seed: int = 3) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), np.uint8)
    return Image.fromarray(noise).resize((112, 112), Image.Resampling.NEAREST)


def test_sharpness_falls_with_blur() -> None:
    blurs = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0]
    values = [
        quality_of(np.asarray(texture().filter(ImageFilter.GaussianBlur(blur)))).sharpness for blur in blurs
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[3] > 30 and all(0 <= value <= 100 for value in values)


def test_sharpness_hardly_depends_on_contrast_and_brightness_only_on_light() -> None:
    plain = np.asarray(texture())
    dim = (plain * 0.5).astype(np.uint8)
    assert quality_of(dim).sharpness == pytest.approx(quality_of(plain).sharpness, abs=3)
    assert quality_of(dim).brightness == pytest.approx(quality_of(plain).brightness / 2, abs=1)


@pytest.mark.parametrize(("level", "brightness"), [(0, 0.0), (128, 50.2), (255, 100.0)])
def test_flat_crops(level: int, brightness: float) -> None:
    quality = quality_of(np.full((112, 112, 3), level, np.uint8))
    assert quality.brightness == pytest.approx(brightness, abs=0.1)
    assert quality.sharpness == 0
