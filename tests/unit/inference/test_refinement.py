"""The second look at single faces: what is shown to the network, and where its answer is put."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from app.inference.candidates import Candidates
from app.inference.refinement import SHARE, SIDE, TINY, TINY_SIDE, refined


class MarkerNetwork:
    """Finds coloured dots: red, green, blue, yellow and cyan are the five landmarks of the one face.

    `lean` shifts every landmark it gives to the right, as a lopsided network does."""

    COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255))

    def __init__(self, lean: float = 0.0, off_centre: float = 0.0, blind_to_mirrors: bool = False) -> None:
        self.lean, self.off_centre, self.blind = lean, off_centre, blind_to_mirrors
        self.shown: list[tuple[int, ...]] = []

    def batch(self, pictures: NDArray[np.uint8], threshold: float) -> list[Candidates]:
        self.shown.append(pictures.shape)
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: NDArray[np.uint8]) -> Candidates:
        points = []
        for colour in self.COLOURS:
            near = (np.abs(picture.astype(int) - colour).sum(axis=2) < 120).nonzero()
            if not len(near[0]):
                return Candidates.none()
            points.append([near[1].mean() + 0.5, near[0].mean() + 0.5])
        mirrored = points[0][0] > points[1][0]
        if mirrored and self.blind:
            return Candidates.none()
        if mirrored:  # like a real network, it calls what is on the left the left eye
            points = [points[index] for index in (1, 0, 2, 4, 3)]
        side = picture.shape[0]
        middle, reach = side / 2 + self.off_centre * side, side * 0.3125
        box = np.array([[middle - reach, middle - reach, middle + reach, middle + reach]], np.float32)
        found = np.array([points], np.float32) + np.array([self.lean, 0], np.float32)
        return Candidates(box, np.array([0.9], np.float32), found.astype(np.float32))


TRUTH = np.array([[180, 170], [220, 170], [203, 195], [185, 220], [215, 220]], np.float32)


def scene(shift: tuple[int, int] = (0, 0)) -> tuple[NDArray[np.uint8], Candidates]:
    """Dots around (200, 200) of 400 x 400, and a candidate there with landmarks all in one place."""
    pixels = np.zeros((400, 400, 3), np.uint8)
    truth = TRUTH + np.array(shift, np.float32)
    for (x, y), colour in zip(truth.astype(int), MarkerNetwork.COLOURS, strict=True):
        pixels[y - 5 : y + 5, x - 5 : x + 5] = colour
    centre = np.array([200, 200], np.float32) + shift
    boxes = np.concatenate([centre - 50, centre + 50])[None].astype(np.float32)
    return pixels, Candidates(boxes, np.array([0.8], np.float32), np.tile(centre, (1, 5, 1)))


def test_landmarks_are_those_of_the_look_in_pixels_of_the_picture() -> None:
    pixels, faces = scene()
    found = refined(MarkerNetwork(), pixels, faces, np.array([0]))
    np.testing.assert_allclose(found.points[0], TRUTH, atol=1.0)
    assert np.array_equal(found.boxes, faces.boxes) and np.array_equal(found.scores, faces.scores)


def test_a_lean_of_the_network_is_cancelled_by_the_mirror_image() -> None:
    pixels, faces = scene()
    pixel = 100 / SHARE / SIDE
    alone = refined(MarkerNetwork(lean=6, blind_to_mirrors=True), pixels, faces, np.array([0]))
    np.testing.assert_allclose(alone.points[0] - TRUTH, np.tile([6 * pixel, 0], (5, 1)), atol=1.0)
    both = refined(MarkerNetwork(lean=6), pixels, faces, np.array([0]))
    np.testing.assert_allclose(both.points[0], TRUTH, atol=1.0)


@pytest.mark.parametrize("shift", [(-170, -165), (170, 165)])
def test_a_face_at_the_edge_is_looked_at_with_black_beyond(shift: tuple[int, int]) -> None:
    pixels, faces = scene(shift)
    found = refined(MarkerNetwork(), pixels, faces, np.array([0]))
    np.testing.assert_allclose(found.points[0], TRUTH + shift, atol=1.0)


def test_what_is_not_found_or_not_in_the_middle_keeps_its_landmarks() -> None:
    pixels, faces = scene()
    for network, picture in (
        (MarkerNetwork(), np.zeros_like(pixels)),
        (MarkerNetwork(off_centre=0.3), pixels),
    ):
        found = refined(network, picture, faces, np.array([0]))
        assert np.array_equal(found.points, faces.points)


def test_only_the_chosen_are_looked_at_in_batches() -> None:
    pixels, face = scene()
    many = face.taken(np.zeros(20, np.intp))
    network = MarkerNetwork()
    found = refined(network, pixels, many, np.arange(3, 20))
    assert [shape[0] for shape in network.shown] == [8, 8, 8, 8, 1, 1]
    assert network.shown[0][1:] == (SIDE, SIDE, 3)
    assert np.array_equal(found.points[:3], many.points[:3])
    np.testing.assert_allclose(found.points[3:], np.tile(TRUTH, (17, 1, 1)), atol=1.0)


def test_tiny_faces_are_looked_at_in_smaller_squares() -> None:
    pixels, large = scene()
    place = np.array([60, 60], np.float32)
    truth = (TRUTH - 200) * 0.24 + place
    for (x, y), colour in zip(truth.astype(int), MarkerNetwork.COLOURS, strict=True):
        pixels[y - 1 : y + 2, x - 1 : x + 2] = colour
    side = TINY - 6
    box = np.concatenate([place - side / 2, place + side / 2])[None].astype(np.float32)
    small = Candidates(box, np.array([0.8], np.float32), np.tile(place, (1, 5, 1)))
    network = MarkerNetwork()
    found = refined(network, pixels, Candidates.joined([small, large]), np.array([0, 1]))
    assert network.shown == [(1, SIDE, SIDE, 3)] * 2 + [(1, TINY_SIDE, TINY_SIDE, 3)] * 2
    np.testing.assert_allclose(found.points[0], truth, atol=1.0)
    np.testing.assert_allclose(found.points[1], TRUTH, atol=1.5)
