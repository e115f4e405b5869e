"""The two looks of the mesh network, with a network of known answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.alignment import ARCFACE_TEMPLATE
from app.inference.manifest import InputSpec, Model, Task
from app.inference.mesh import BATCH, CLOSER, FaceMesh, Square, first_square, second_square
from app.inference.views import MESH_POINTS

SIZE = 256


class Network:
    """Answers every square with the same points, and remembers what it was shown."""

    def __init__(
        self,
        points: NDArray[np.float32],
        size: tuple[int, int] | None = (SIZE, SIZE),
        lopsided: float = 0.0,
    ) -> None:
        spec = InputSpec("RGB", "NCHW", (0.0, 0.0, 0.0), (1 / 255,) * 3, size)
        self.model = Model("mesh", Task.FACE_MESH, Path("mesh.onnx"), "", spec, "", "", {})
        self.points = points
        self.lopsided = np.float32(lopsided)
        self.presence: Callable[[NDArray[np.float32]], float] = lambda _: 0.75
        self.shown: list[NDArray[np.float32]] = []

    def run(self, tensor: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        self.shown.append(tensor)
        count = len(tensor)
        seen = np.repeat(self.points[None], count, axis=0)
        return {
            "mesh": seen,
            "mirrored": seen + self.lopsided,
            "presence": np.array([[self.presence(each)] for each in tensor], np.float32),
        }


def points() -> NDArray[np.float32]:
    """A face in the middle of the square, half as wide, its eyes level."""
    made = np.random.default_rng(1).uniform(64, 192, (MESH_POINTS, 3)).astype(np.float32)
    made[0, :2], made[1, :2] = 64, 192
    made[33, :2], made[263, :2] = (96, 110), (160, 110)
    return made


def face(box: BoundingBox, marks: NDArray[np.float32]) -> DetectedFace:
    return DetectedFace(box, Landmarks(marks), 99.0, Pose(0, 0, 0), Quality(50, 50))


def upright(box: BoundingBox) -> DetectedFace:
    return face(
        box, (ARCFACE_TEMPLATE / 112 * [box.width, box.height] + [box.left, box.top]).astype(np.float32)
    )


def test_a_square_shows_the_middle_in_the_middle() -> None:
    matrix = Square(70, 40, 128, 0.3).matrix(SIZE)
    assert matrix @ [127.5, 127.5, 1] == pytest.approx([70, 40])
    right = matrix @ [128.5, 127.5, 1] - matrix @ [127.5, 127.5, 1]
    assert np.linalg.norm(right) == pytest.approx(0.5)
    assert np.arctan2(right[1], right[0]) == pytest.approx(0.3)


@given(st.floats(-3, 3))
def test_the_first_square_turns_with_the_face(angle: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    marks = ((ARCFACE_TEMPLATE - 56) @ turn.T + 500) / 1000
    square = first_square(face(BoundingBox(0.4, 0.4, 0.2, 0.25), marks.astype(np.float32)), 1000, 1000)
    assert square.angle == pytest.approx(angle, abs=1e-3)
    assert (square.x, square.y) == pytest.approx((500, 525))


def test_landmarks_that_coincide_leave_it_upright() -> None:
    square = first_square(face(BoundingBox(0.4, 0.4, 0.2, 0.2), np.full((5, 2), 0.5, np.float32)), 100, 100)
    assert square.angle == 0


@given(st.floats(-3, 3), st.floats(0.1, 9))
def test_the_second_square_holds_the_level_points(angle: float, scale: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    plain = points()
    moved = plain.copy()
    moved[:, :2] = plain[:, :2] @ turn.T + [1000, 700]
    square, base = second_square(moved), second_square(plain)
    assert square.angle == pytest.approx(angle, abs=1e-3)
    assert square.side == pytest.approx(base.side * scale, rel=1e-3)
    assert (square.x, square.y) == pytest.approx(
        tuple(turn @ [base.x, base.y] + [1000, 700]), abs=1e-2 * scale + 1e-2
    )


BOX = BoundingBox(0.25, 0.25, 0.25, 0.25)


def placed(square: Square, shift: float = 0.0) -> NDArray[np.float32]:
    """The network's points, shifted, as they lie in the picture."""
    scale = square.side / SIZE
    flat = (points()[:, :2] + shift - 128) * scale + [square.x, square.y]
    return np.column_stack([flat, (points()[:, 2] + shift) * scale]).astype(np.float32)


def test_points_come_in_pixels_of_the_picture() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    mesh = FaceMesh(Network(points())).fit(pixels, [upright(BOX)])[0]  # type: ignore[arg-type]
    assert mesh.points.shape == (MESH_POINTS, 3) and mesh.points.dtype == np.float32
    assert mesh.presence == 0.75
    # The box is twice as large as the face in it: the second square is looked at twice.
    second = second_square(placed(first_square(upright(BOX), 400, 400)))
    np.testing.assert_allclose(mesh.points, placed(second), atol=0.01)


def test_the_mean_of_a_look_and_its_mirror_image_counts() -> None:
    network = Network(points(), lopsided=6)
    pixels = np.zeros((400, 400, 3), np.uint8)
    mesh = FaceMesh(network).fit(pixels, [upright(BOX)])[0]  # type: ignore[arg-type]
    second = second_square(placed(first_square(upright(BOX), 400, 400)))
    np.testing.assert_allclose(mesh.points, placed(second, shift=3), atol=0.01)


def test_the_second_look_is_at_the_mirror_image(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(points())
    # Every square is about the other: two looks.
    monkeypatch.setattr("app.inference.mesh.MOST_SHIFT", 9.0)
    monkeypatch.setattr("app.inference.mesh.SIDE_RATIO", (0.0, 9.0))
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:, 150:] = 255
    face_ = upright(BOX)
    mesh = FaceMesh(network).fit(pixels, [face_])[0]  # type: ignore[arg-type]
    straight, mirrored = network.shown
    assert straight[0, :, :, 0].max() < 0.01 and straight[0, :, :, -1].min() > 0.99
    assert mirrored[0, :, :, -1].max() < 0.01 and mirrored[0, :, :, 0].min() > 0.99
    first = first_square(face_, 400, 400)
    both = (placed(first) + placed(second_square(placed(first)))) / 2
    np.testing.assert_allclose(mesh.points, both, atol=0.01)


def test_faces_are_shown_in_batches_in_their_order() -> None:
    network = Network(points())
    boxes = [BoundingBox(0.05 * each, 0.1, 0.2, 0.2) for each in range(BATCH + 2)]
    pixels = np.zeros((300, 300, 3), np.uint8)
    meshes = FaceMesh(network).fit(pixels, [upright(box) for box in boxes])  # type: ignore[arg-type]
    assert [len(each) for each in network.shown] == [BATCH, 2] * 3
    places = [float(mesh.points[:, 0].mean()) for mesh in meshes]
    assert places == sorted(places)
    assert np.diff(places) == pytest.approx(15, abs=1)


def test_a_look_counts_as_much_as_it_sees_a_face() -> None:
    network = Network(points(), lopsided=6)
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:, :200] = 255
    # The mirror image has the light to the right: there the network sees next to nothing.
    network.presence = lambda chip: 0.9 if chip[0, 128, 20] > 0.5 else 0.0
    mesh = FaceMesh(network).fit(pixels, [upright(BoundingBox(0.4, 0.4, 0.2, 0.2))])[0]  # type: ignore[arg-type]
    second = second_square(placed(first_square(upright(BoundingBox(0.4, 0.4, 0.2, 0.2)), 400, 400)))
    np.testing.assert_allclose(mesh.points, placed(second), atol=0.1)
    assert mesh.presence > 0.88


def test_a_doubtful_face_is_looked_at_closer_and_turned() -> None:
    network = Network(points())
    network.presence = lambda _: 0.2
    pixels = np.zeros((400, 400, 3), np.uint8)
    face_ = upright(BOX)
    FaceMesh(network).fit(pixels, [face_])  # type: ignore[arg-type]
    assert sum(len(each) for each in network.shown) == 3 + 4
    # The network sees the face only in the closer square, where its points come nearest to the landmarks.
    seen: list[int] = []
    network.presence = lambda _: seen.append(1) or (0.9 if len(seen) == 4 else 0.2)  # type: ignore[func-returns-value]
    mesh = FaceMesh(network).fit(pixels, [face_])[0]  # type: ignore[arg-type]
    first = first_square(face_, 400, 400)
    close = Square(first.x, first.y, first.side * CLOSER, first.angle)
    np.testing.assert_allclose(mesh.points, placed(close), atol=0.01)
    assert mesh.presence == pytest.approx(0.9)


def test_no_faces_need_no_network() -> None:
    network = Network(points())
    assert FaceMesh(network).fit(np.zeros((9, 9, 3), np.uint8), []) == []  # type: ignore[arg-type]
    assert network.shown == []


def test_another_count_of_points_is_refused() -> None:
    network = Network(points()[:468])
    with pytest.raises(ModelError, match="478"):
        FaceMesh(network).fit(np.zeros((9, 9, 3), np.uint8), [upright(BoundingBox(0, 0, 1, 1))])  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="size"):
        FaceMesh(Network(points(), None))  # type: ignore[arg-type]
