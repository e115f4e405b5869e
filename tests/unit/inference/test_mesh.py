"""The looks of the mesh network, with a network of known answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.domain.geometry import BoundingBox, Landmarks, Pose, Quality
from app.inference.alignment import ARCFACE_TEMPLATE
from app.inference.manifest import InputSpec, Model, Task
from app.inference.mesh import BATCH, CLOSER, FaceMesh
from app.inference.mesh_pose import _AXES, _PLACES, _POINTS
from app.inference.mesh_squares import Square, box_square, likely_square, points_square
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


BOX = BoundingBox(0.25, 0.25, 0.25, 0.25)


def first_square(face_: DetectedFace) -> Square:
    """In a picture of 400 pixels."""
    square = likely_square(face_.landmarks.to_pixels(400, 400))
    assert square is not None
    return square


def filling(yaw: float = 0.0) -> NDArray[np.float32]:
    """A face turned aside by so many degrees, as large as it is in the square around its own points."""
    turn = np.radians(yaw)
    aside = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    made = np.full((MESH_POINTS, 3), 128, np.float32)
    made[_POINTS] += (_PLACES @ aside.T) * _AXES * 6
    spare = [number for number in range(MESH_POINTS - 10) if number not in _POINTS][:4]
    reach = 128 / 1.4
    made[spare, :2] += np.array([[-reach, 0], [reach, 0], [0, -reach], [0, reach]])
    return made


@pytest.mark.parametrize(
    ("yaw", "presence", "looks"), [(0, 0.95, 1), (20, 0.95, 1), (30, 0.95, 2), (-30, 0.95, 2), (0, 0.8, 2)]
)
def test_one_look_is_enough_for_a_sure_face_from_ahead(yaw: float, presence: float, looks: int) -> None:
    network = Network(filling(yaw))
    network.presence = lambda _: presence
    mesh = FaceMesh(network).fit(np.zeros((400, 400, 3), np.uint8), [upright(BOX)])[0]  # type: ignore[arg-type]
    assert len(network.shown) == looks
    np.testing.assert_allclose(mesh.points, laid(filling(yaw), first_square(upright(BOX))), atol=0.5)


def test_two_looks_can_be_asked_for() -> None:
    network = Network(filling())
    network.presence = lambda _: 1.0
    pixels = np.zeros((400, 400, 3), np.uint8)
    FaceMesh(network, sure=2.0).fit(pixels, [upright(BOX)])  # type: ignore[arg-type]
    assert len(network.shown) == 2


def test_a_face_that_lies_elsewhere_in_its_square_is_looked_at_again() -> None:
    network = Network(points())
    network.presence = lambda _: 1.0
    FaceMesh(network).fit(np.zeros((400, 400, 3), np.uint8), [upright(BOX)])  # type: ignore[arg-type]
    assert len(network.shown) == 3


def test_only_the_faces_that_need_it_are_looked_at_again() -> None:
    network = Network(filling())
    network.presence = lambda chip: 0.95 if chip.max() > 0.5 else 0.6
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:, 200:] = 255
    faces = [upright(BoundingBox(left, 0.4, 0.1, 0.1)) for left in (0.1, 0.8, 0.2)]
    meshes = FaceMesh(network).fit(pixels, faces)  # type: ignore[arg-type]
    assert [len(each) for each in network.shown] == [3, 2]
    assert [mesh.presence for mesh in meshes] == pytest.approx([0.6, 0.95, 0.6])
    assert [float(mesh.points[:, 0].mean()) > 200 for mesh in meshes] == [False, True, False]


def placed(square: Square, shift: float = 0.0) -> NDArray[np.float32]:
    """The network's points, shifted, as they lie in the picture."""
    return laid(points() + np.float32(shift), square)


def laid(seen: NDArray[np.float32], square: Square) -> NDArray[np.float32]:
    scale = square.side / SIZE
    cosine, sine = np.cos(square.angle), np.sin(square.angle)
    turn = np.array([[cosine, sine], [-sine, cosine]]) * scale
    flat = (seen[:, :2] - 128) @ turn + [square.x, square.y]
    return np.column_stack([flat, seen[:, 2] * scale]).astype(np.float32)


def test_points_come_in_pixels_of_the_picture() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    mesh = FaceMesh(Network(points())).fit(pixels, [upright(BOX)])[0]  # type: ignore[arg-type]
    assert mesh.points.shape == (MESH_POINTS, 3) and mesh.points.dtype == np.float32
    assert mesh.presence == 0.75
    # The box is twice as large as the face in it: the second square is looked at twice.
    second = points_square(placed(first_square(upright(BOX))))
    np.testing.assert_allclose(mesh.points, placed(second), atol=0.01)


def test_the_mean_of_a_look_and_its_mirror_image_counts() -> None:
    network = Network(points(), lopsided=6)
    pixels = np.zeros((400, 400, 3), np.uint8)
    mesh = FaceMesh(network).fit(pixels, [upright(BOX)])[0]  # type: ignore[arg-type]
    second = points_square(placed(first_square(upright(BOX))))
    np.testing.assert_allclose(mesh.points, placed(second, shift=3), atol=0.01)


def test_the_second_look_is_at_the_mirror_image(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(points())
    # Every square is about the other: two looks.
    monkeypatch.setattr("app.inference.mesh.ABOUT", (9.0, 9.0, 9.0))
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[:, 150:] = 255
    face_ = upright(BOX)
    mesh = FaceMesh(network).fit(pixels, [face_])[0]  # type: ignore[arg-type]
    straight, mirrored = network.shown
    assert straight[0, :, :, 0].max() < 0.01 and straight[0, :, :, -1].min() > 0.99
    assert mirrored[0, :, :, -1].max() < 0.01 and mirrored[0, :, :, 0].min() > 0.99
    first = first_square(face_)
    both = (placed(first) + placed(points_square(placed(first)))) / 2
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
    second = points_square(placed(first_square(upright(BoundingBox(0.4, 0.4, 0.2, 0.2)))))
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
    first = box_square(face_, 400, 400)
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
