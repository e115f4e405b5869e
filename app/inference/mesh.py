"""The dense landmarks of faces: 478 points with the irises, the mean of two looks.

The first look is at a square around the detector's box, turned upright; the second at the mirror image of
one around the points of the first. The network errs to one side or the other, and the mean of both errs
less. docs/adr/0060 has the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.inference.alignment import ARCFACE_TEMPLATE, similarity_transform
from app.inference.patch import Patch
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import MESH_POINTS

# Sides of the squares, in sides of what they are laid around: the detector's box, the box of the points.
FIRST_REACH: Final = 1.5
SECOND_REACH: Final = 1.4
# The first look counts where its square was about the second one: the shift in sides of the second, and the
# ratio of the sides. Else, as where a person drew the box wide, the second square is looked at twice.
MOST_SHIFT: Final = 0.08
SIDE_RATIO: Final = (0.95, 1.3)
# Below this presence other looks are taken, so much closer and turned by so many radians, and the best is
# kept: its presence less so many times its distance from the detector's landmarks.
DOUBTFUL: Final = 0.5
STRAYING: Final = 2.0
CLOSER: Final = 0.8
TURN: Final = 0.26
# Points of the mesh whose mean is near each of the detector's five landmarks.
FIVE: Final = ((33, 133), (362, 263), (4, 4), (61, 61), (291, 291))
# Of the patch, in sides of the first square: that square turned any way, and the second one a little aside.
REACH: Final = 0.78
# Faces in one run of the network: more do not fit the cache.
BATCH: Final = 4
# Outer corners of the eyes, the viewer's left one first.
OUTER_CORNERS: Final = (33, 263)
# The skin's points without the irises, which closed eyes and dark glasses leave anywhere.
SKIN: Final = 468


@dataclass(frozen=True, eq=False, slots=True)
class Mesh:
    """points: float32 (478, 3) as FaceView has them. presence: 0-1, that there is a face at all. patch: the
    part of the photo that was looked at."""

    points: NDArray[np.float32]
    presence: float
    patch: Patch


@dataclass(frozen=True, slots=True)
class Square:
    """A square in the picture: centre and side in pixels, turned clockwise by `angle` (radians)."""

    x: float
    y: float
    side: float
    angle: float

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3): from pixels of the square seen with `size` pixels to those of the picture."""
        step = self.side / size
        cosine, sine = np.cos(self.angle) * step, np.sin(self.angle) * step
        middle = (size - 1) / 2
        return np.array(
            [
                [cosine, -sine, self.x - (cosine - sine) * middle],
                [sine, cosine, self.y - (sine + cosine) * middle],
            ]
        )


class FaceMesh:
    """The mesh network."""

    def __init__(self, session: Session) -> None:
        """Raises ModelError if the manifest does not say how large the network's input is."""
        self._session = session
        if session.model.input.size is None:
            raise ModelError(f"The entry of the model {session.model.id} lacks the size of its input.")
        self._size = session.model.input.size[0]

    def fit(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[Mesh]:
        """The mesh of each face of uint8 (H, W, 3) RGB, upright.

        Raises:
            ModelError: the model's file is missing, altered or gives another count of points.
        """
        squares = [first_square(face, pixels.shape[1], pixels.shape[0]) for face in faces]
        patches = [Patch(pixels, square.x, square.y, square.side * REACH) for square in squares]
        first = self._look(patches, squares)
        better = [second_square(mesh.points) for mesh in first]
        mirrored = self._look(patches, better, mirrored=True)
        off = [number for number, square in enumerate(squares) if not _about(square, better[number])]
        again = self._look([patches[number] for number in off], [better[number] for number in off])
        for number, mesh in zip(off, again, strict=True):
            first[number] = mesh
        found = [_together(one, two) for one, two in zip(first, mirrored, strict=True)]
        for number, mesh in enumerate(found):
            if mesh.presence >= DOUBTFUL:
                continue
            five = faces[number].landmarks.to_pixels(pixels.shape[1], pixels.shape[0])
            seen = [first[number], mirrored[number], *self._other_looks(patches[number], squares[number])]
            merits = [mesh.presence - STRAYING * _strayed(mesh.points, five) for mesh in seen]
            found[number] = seen[int(np.argmax(merits))]
        return found

    def _other_looks(self, patch: Patch, square: Square) -> list[Mesh]:
        """Closer, from both sides, and turned either way: what helps with faces seen from the side."""
        close = replace(square, side=square.side * CLOSER)
        turned = [replace(close, angle=close.angle + turn) for turn in (-TURN, TURN)]
        return self._look([patch] * 3, [close, *turned]) + self._look([patch], [close], mirrored=True)

    def _look(
        self, patches: Sequence[Patch], squares: Sequence[Square], mirrored: bool = False
    ) -> list[Mesh]:
        """What the network sees in each square, or in its mirror image, in the picture's pixels."""
        meshes: list[Mesh] = []
        for start in range(0, len(squares), BATCH):
            part, photos = squares[start : start + BATCH], patches[start : start + BATCH]
            matrices = [square.matrix(self._size) for square in part]
            chips = np.stack(
                [photo.square(matrix, self._size) for photo, matrix in zip(photos, matrices, strict=True)]
            )
            if mirrored:
                chips = chips[:, :, ::-1]
            answer = self._session.run(tensor_of(chips, self._session.model.input))
            points, presence = answer.get("mirrored" if mirrored else "mesh"), answer.get("presence")
            if points is None or presence is None or points.shape != (len(part), MESH_POINTS, 3):
                raise ModelError(
                    f"The model {self._session.model.id} does not give {MESH_POINTS} points as “mesh” and "
                    "“mirrored” and their “presence”."
                )
            for photo, matrix, square, own, chance in zip(
                photos, matrices, part, points, presence, strict=True
            ):
                placed = np.empty((MESH_POINTS, 3), np.float32)
                placed[:, :2] = (own[:, :2] - 0.5) @ matrix[:, :2].T + matrix[:, 2]
                placed[:, 2] = own[:, 2] * (square.side / self._size)
                meshes.append(Mesh(placed, float(chance.item()), photo))
        return meshes


def _together(one: Mesh, two: Mesh) -> Mesh:
    """The mean of two looks, each of the weight of its presence: from the side often only one sees a face."""
    share = np.float32((one.presence + 1e-3) / (one.presence + two.presence + 2e-3))
    points = share * one.points + (1 - share) * two.points
    return Mesh(points, float(share) * one.presence + (1 - float(share)) * two.presence, one.patch)


def _strayed(points: NDArray[np.float32], five: NDArray[np.float32]) -> float:
    """How far the mesh is from the detector's five landmarks, in diagonals of their box."""
    own = points[np.array(FIVE), :2].mean(axis=1)
    room = float(np.linalg.norm(five.max(axis=0) - five.min(axis=0)))
    return float(np.linalg.norm(own - five, axis=1).mean()) / max(room, 1e-6)


def _about(square: Square, other: Square) -> bool:
    shift = np.hypot(square.x - other.x, square.y - other.y) / other.side
    return bool(shift < MOST_SHIFT and SIDE_RATIO[0] < square.side / other.side < SIDE_RATIO[1])


def first_square(face: DetectedFace, width: int, height: int) -> Square:
    """Around the detector's box, turned by the angle of the five landmarks."""
    left, top, box_width, box_height = face.box.to_pixels(width, height)
    try:
        turn = similarity_transform(ARCFACE_TEMPLATE, face.landmarks.to_pixels(width, height))
        angle = float(np.arctan2(turn[1, 0], turn[0, 0]))
    except ValueError:
        angle = 0.0
    side = max(box_width, box_height, 1.0) * FIRST_REACH
    return Square(left + box_width / 2, top + box_height / 2, side, angle)


def second_square(points: NDArray[np.float32]) -> Square:
    """Around the points as they lie when the eyes are level."""
    across = points[OUTER_CORNERS[1], :2] - points[OUTER_CORNERS[0], :2]
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    level = points[:SKIN, :2] @ turn.T
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = (low + high) / 2 @ turn
    return Square(float(x), float(y), max(1.0, float((high - low).max())) * SECOND_REACH, angle)
