"""Which way up a photo's content lies, and faces in the coordinates of the photo as it lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.candidates import Candidates
from app.inference.orientation import TurnFinder, evident, lying, upright

TURNS = (0, 90, 180, 270)


class Brightness:
    """A network that is sure of a face where the upper half of a picture is brighter than its lower half."""

    def __init__(self, score: float = 0.95) -> None:
        self.score = score
        self.looks = 0

    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates:
        self.looks += 1
        height, width = pixels.shape[:2]
        half = height // 2
        score = self.score if pixels[:half].mean() > pixels[half:].mean() + 20 else 0.03
        if score < threshold:
            return Candidates.none()
        middle = np.array([width, height, width, height], np.float32) / 2
        reach = np.float32(0.2 * min(width, height))
        boxes = (middle + np.array([-reach, -reach, reach, reach], np.float32))[None]
        points = np.repeat(middle[None, None, :2], 5, axis=1)
        return Candidates(boxes, np.array([score], np.float32), points)

    def batch(self, pictures: NDArray[np.uint8], threshold: float) -> list[Candidates]:
        return [self.candidates(picture, threshold) for picture in pictures]


def shaded(size: tuple[int, int] = (200, 200)) -> NDArray[np.uint8]:
    """Bright above, dark below: upright, as Brightness sees it."""
    picture = np.full((size[1], size[0], 3), 30, np.uint8)
    picture[: size[1] // 2] = 220
    return picture


def face(left: float = 0.2, top: float = 0.1) -> DetectedFace:
    box = BoundingBox(left, top, 0.25, 0.3)
    points = np.array([[0.25, 0.15], [0.4, 0.16], [0.33, 0.22], [0.27, 0.33], [0.39, 0.34]], np.float32)
    return DetectedFace(box, Landmarks(points), 99.0, Pose(10.0, 5.0, -3.0), Quality(50.0, 60.0))


@pytest.mark.parametrize("degrees", TURNS)
def test_the_content_of_a_turned_picture_is_set_upright(degrees: int) -> None:
    stands = shaded()
    lies = np.ascontiguousarray(np.rot90(stands, degrees // 90))
    assert np.array_equal(upright(lies, degrees), stands)
    boxes = np.array([[60, 60, 140, 140]], np.float32)
    finder = TurnFinder(Brightness(), Brightness())
    assert finder.degrees(lies, boxes) == degrees


@pytest.mark.parametrize("degrees", TURNS)
def test_landmarks_and_box_lie_where_the_pixels_lie(degrees: int) -> None:
    found = face()
    stands = np.zeros((300, 400), np.uint8)
    for value, (x, y) in enumerate(found.landmarks.points * [400, 300], 1):
        stands[round(float(y)), round(float(x))] = value
    lies = np.rot90(stands, degrees // 90)
    moved = lying(found, degrees)
    height, width = lies.shape
    for value, (x, y) in enumerate(moved.landmarks.points * [width, height], 1):
        ((row, column),) = np.argwhere(lies == value)
        assert abs(row - y) < 1.5 and abs(column - x) < 1.5
    points = moved.landmarks.points
    assert (points > [moved.box.left, moved.box.top]).all()
    assert (points < [moved.box.right, moved.box.bottom]).all()
    assert moved.box.area == pytest.approx(found.box.area)
    assert (moved.confidence, moved.quality) == (found.confidence, found.quality)


@given(st.sampled_from(TURNS), st.floats(-1, 1), st.floats(-1, 1))
def test_four_quarter_turns_are_none(degrees: int, left: float, top: float) -> None:
    found = face(left, top)
    back = lying(lying(found, degrees), (360 - degrees) % 360)
    assert back.box.left == pytest.approx(found.box.left, abs=1e-6)
    assert back.box.top == pytest.approx(found.box.top, abs=1e-6)
    assert np.allclose(back.landmarks.points, found.landmarks.points, atol=1e-6)
    assert back.pose.roll == pytest.approx(found.pose.roll)


def test_a_face_in_a_picture_that_lies_is_rolled() -> None:
    assert lying(face(), 90).pose.roll == pytest.approx(-80)
    assert lying(face(), 180).pose.roll == pytest.approx(-170)
    assert lying(face(), 270).pose.roll == pytest.approx(100)


def test_one_handstand_among_three_turns_nothing() -> None:
    crowd = np.hstack([shaded(), shaded(), upright(shaded(), 180), shaded()])
    boxes = np.array([[at * 200 + 60, 60, at * 200 + 140, 140] for at in range(4)], np.float32)
    boxes[2, 2:] += 5  # the one on its head is the largest
    assert TurnFinder(Brightness(), Brightness()).degrees(crowd, boxes) == 0
    assert TurnFinder(Brightness(), Brightness()).degrees(crowd, boxes[2:3]) == 180


def test_a_little_surer_is_not_enough() -> None:
    lies = upright(shaded(), 180)
    boxes = np.array([[60, 60, 140, 140]], np.float32)
    assert TurnFinder(Brightness(0.1), Brightness(0.05)).degrees(lies, boxes) == 0


def test_a_sure_face_costs_one_look_of_each_network() -> None:
    close, first = Brightness(0.999), Brightness(0.999)
    assert TurnFinder(close, first).degrees(shaded(), np.array([[60, 60, 140, 140]], np.float32)) == 0
    assert (close.looks, first.looks) == (1, 1)


def test_faces_that_only_a_turn_shows_are_found() -> None:
    lies = np.ascontiguousarray(np.rot90(shaded(), 1))
    nothing = np.zeros((0, 4), np.float32)
    assert TurnFinder(Brightness(), Brightness()).degrees(lies, nothing) == 90


def test_where_nothing_tells_it_stands() -> None:
    plain = np.full((90, 120, 3), 90, np.uint8)
    finder = TurnFinder(Brightness(), Brightness())
    assert finder.degrees(plain, np.zeros((0, 4), np.float32)) == 0
    assert finder.degrees(plain, np.array([[5, 5, 60, 60]], np.float32)) == 0
    assert finder.degrees(np.zeros((1, 1, 3), np.uint8), np.zeros((0, 4), np.float32)) == 0


def test_what_stands_beyond_doubt() -> None:
    upright_face = face()
    assert not evident(upright_face)
    sure = replace(upright_face, confidence=99.999)
    assert evident(sure)
    assert not evident(lying(sure, 90))
    assert not evident(replace(sure, confidence=99.9))
