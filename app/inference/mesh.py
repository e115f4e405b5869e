"""The dense landmarks of faces: 478 points with the irises, from one look or the mean of two.

The first look is at the square where the detector's five landmarks say that the points will lie. It is enough
for a face that is seen from ahead, is a face for sure, and lies in that square as expected. Others are looked
at again: at the mirror image of the square around the points of the first look, for the network errs to one
side or the other, and the mean of both errs less. docs/adr/0060 and 0076 have the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace
from app.inference.mesh_pose import mesh_pose
from app.inference.mesh_squares import Square, box_square, likely_square, points_square
from app.inference.patch import Patch
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import MESH_POINTS

# One look is enough of this presence, with the head turned aside by at most so many degrees, where its square
# was about that around its points: the shift in sides of the latter, the ratio of the sides, the angle in
# radians.
SURE: Final = 0.9
MOST_YAW: Final = 25.0
NEAR: Final = (0.06, 1.13, 0.13)
# Where the first square was further off than this, as where the landmarks are a guess from a box that a
# person drew, the first look counts for nothing, and the second square is looked at twice.
ABOUT: Final = (0.1, 1.2, 0.3)
# Below this presence other looks are taken, so much closer and turned by so many radians, and the best is
# kept: its presence less so many times its distance from the detector's landmarks.
DOUBTFUL: Final = 0.5
STRAYING: Final = 2.0
CLOSER: Final = 0.8
TURN: Final = 0.26
# Points of the mesh whose mean is near each of the detector's five landmarks.
FIVE: Final = ((33, 133), (362, 263), (4, 4), (61, 61), (291, 291))
# Of the patch, in sides of the first square: that one turned any way, and the second a little aside.
REACH: Final = 0.78
# Faces in one run of the network: more do not fit the cache.
BATCH: Final = 4


@dataclass(frozen=True, eq=False, slots=True)
class Mesh:
    """points: float32 (478, 3) as FaceView has them. presence: 0-1, that there is a face at all. patch: the
    part of the photo that was looked at."""

    points: NDArray[np.float32]
    presence: float
    patch: Patch


class FaceMesh:
    """The mesh network."""

    def __init__(self, session: Session, sure: float = SURE) -> None:
        """`sure`: the presence of which one look may be enough; above 1 for two looks at every face. Raises
        ModelError if the manifest does not say how large the network's input is."""
        self._session = session
        self._sure = sure
        if session.model.input.size is None:
            raise ModelError(f"The entry of the model {session.model.id} lacks the size of its input.")
        self._size = session.model.input.size[0]

    def fit(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[Mesh]:
        """The mesh of each face of uint8 (H, W, 3) RGB, upright.

        Raises:
            ModelError: the model's file is missing, altered or gives another count of points.
        """
        width, height = pixels.shape[1], pixels.shape[0]
        fives = [face.landmarks.to_pixels(width, height) for face in faces]
        squares = [
            likely_square(five) or box_square(face, width, height)
            for five, face in zip(fives, faces, strict=True)
        ]
        patches = [Patch(pixels, square.x, square.y, square.side * REACH) for square in squares]
        found = self._look(patches, squares)
        again = [number for number, mesh in enumerate(found) if not self._enough(mesh, squares[number])]
        for number, (first, second) in zip(again, self._second_looks(again, found, squares), strict=True):
            found[number] = mesh = _together(first, second)
            if mesh.presence >= DOUBTFUL:
                continue
            box = box_square(faces[number], width, height)
            seen = [first, second, *self._other_looks(patches[number], box)]
            merits = [each.presence - STRAYING * _strayed(each.points, fives[number]) for each in seen]
            found[number] = seen[int(np.argmax(merits))]
        return found

    def _enough(self, mesh: Mesh, square: Square) -> bool:
        """Whether one look at the square gave points as good as the mean of two."""
        return bool(
            mesh.presence >= self._sure
            and abs(mesh_pose(mesh.points).yaw) <= MOST_YAW
            and _agree(square, points_square(mesh.points), NEAR)
        )

    def _second_looks(
        self, which: Sequence[int], found: Sequence[Mesh], squares: Sequence[Square]
    ) -> list[tuple[Mesh, Mesh]]:
        """Both looks at the faces of those numbers; the first anew where it was far off."""
        better = {number: points_square(found[number].points) for number in which}
        off = [number for number in which if not _agree(squares[number], better[number], ABOUT)]
        mirrored = self._look([found[n].patch for n in which], [better[n] for n in which], mirrored=True)
        anew = dict(
            zip(off, self._look([found[n].patch for n in off], [better[n] for n in off]), strict=True)
        )
        return [(anew.get(n, found[n]), second) for n, second in zip(which, mirrored, strict=True)]

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


def _agree(square: Square, other: Square, bounds: tuple[float, float, float]) -> bool:
    shift = np.hypot(square.x - other.x, square.y - other.y) / other.side
    ratio = square.side / other.side
    turn = abs((square.angle - other.angle + np.pi) % (2 * np.pi) - np.pi)
    return bool(shift < bounds[0] and 1 / bounds[1] < ratio < bounds[1] and turn < bounds[2])
