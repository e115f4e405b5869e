"""The choice of scales, with networks that only write down what they were shown."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.candidates import Candidates
from app.inference.detection import FaceDetector, Plan


class StubNetwork:
    """Finds white rectangles of 4 to 400 pixels: each as one candidate of the given score."""

    multiple = 32

    def __init__(self, score: float) -> None:
        self.score = score
        self.shown: list[tuple[int, int]] = []

    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates:
        assert pixels.shape[0] % 32 == 0 and pixels.shape[1] % 32 == 0
        self.shown.append((pixels.shape[0], pixels.shape[1]))
        bright = pixels[..., 0] > 127
        rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
        if not len(rows):
            return Candidates.none()
        box = np.array([[columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]], np.float32)
        centre = (box[:, :2] + box[:, 2:]) / 2
        return Candidates(box, np.array([self.score], np.float32), np.repeat(centre[:, None], 5, axis=1))

    def batch(self, pictures: NDArray[np.uint8], threshold: float) -> list[Candidates]:
        self.faces = getattr(self, "faces", 0) + len(pictures)
        shown = len(self.shown)
        found = [self.candidates(picture, threshold) for picture in pictures]
        del self.shown[shown:]
        return found


def picture(width: int, height: int, left: int, top: int, side: int) -> NDArray[np.uint8]:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[top : top + side, left : left + side] = 255
    return pixels


def test_a_large_face_takes_two_cheap_passes() -> None:
    close, first = StubNetwork(0.9), StubNetwork(0.9)
    found = FaceDetector(close, first).detect(picture(1600, 1200, 400, 300, 500))
    assert (len(close.shown), len(first.shown)) == (1, 1)
    assert not hasattr(close, "faces")
    assert first.shown[0] == (480, 640) and close.shown[0] == (256, 320)
    np.testing.assert_allclose(found.boxes[0], [400, 300, 900, 800], atol=6)
    assert found.scores[0] == pytest.approx(0.99)


def test_a_trace_of_a_small_face_is_looked_at_again_larger_and_only_there() -> None:
    close, first = StubNetwork(0.5), StubNetwork(0.5)
    found = FaceDetector(close, first, Plan(margin=0.1)).detect(picture(1600, 1200, 1400, 1000, 40))
    assert (len(close.shown), len(first.shown)) == (2, 2)
    assert first.shown[1][0] * first.shown[1][1] < 0.25 * 1536 * 1152
    np.testing.assert_allclose(found.boxes[0], [1400, 1000, 1440, 1040], atol=3)
    assert found.scores[0] > 0.9
    assert close.faces == 2  # the face and its mirror image
    np.testing.assert_allclose(found.points[0, 0], [1420, 1020], atol=1)


def test_a_faint_trace_is_left_alone() -> None:
    close, first = StubNetwork(0.05), StubNetwork(0.05)
    FaceDetector(close, first).detect(picture(1600, 1200, 1400, 1000, 40))
    assert (len(close.shown), len(first.shown)) == (1, 1)


def test_small_pictures_are_not_enlarged_beyond_the_plan() -> None:
    close, first = StubNetwork(0.5), StubNetwork(0.5)
    FaceDetector(close, first).detect(picture(100, 80, 40, 40, 10))
    assert max(max(size) for size in first.shown) <= 224


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 4000), (9000, 20), (31, 33)])
def test_odd_shapes_pass(width: int, height: int) -> None:
    close, first = StubNetwork(0.9), StubNetwork(0.9)
    assert len(FaceDetector(close, first).detect(np.zeros((height, width, 3), np.uint8))) == 0


def test_a_drawn_box_is_looked_at_at_a_known_size() -> None:
    close, first = StubNetwork(0.9), StubNetwork(0.9)
    detector = FaceDetector(close, first)
    pixels = picture(1600, 1200, 600, 500, 300)
    found = detector.look_in(pixels, np.array([610, 480, 910, 810], np.float32))
    assert found is not None and len(found) == 1
    np.testing.assert_allclose(found.boxes[0], [600, 500, 900, 800], atol=4)
    assert max(close.shown[0]) <= 352
    assert detector.look_in(pixels, np.array([10, 10, 60, 60], np.float32)) is None
    assert detector.look_in(pixels, np.array([-900, -900, -800, -800], np.float32)) is None
