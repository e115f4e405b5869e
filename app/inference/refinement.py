"""Landmarks from a second look at each face, all faces at one size.

The passes that find small faces see them with some 10 pixels, and landmarks found there are off by a tenth of
the face. A look at the face alone, brought to a size the network knows well, and one at its mirror image for
the network's own lopsidedness, cost one to three milliseconds a face. Two portraits of one person, in a crowd
with faces of 50 pixels, have a mean cosine of 0.69 with it and 0.58 without it, 0.70 with the landmarks of
the full portraits (`python -m tests.benchmarks.landmarks --crowds`, docs/adr/0012).
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.inference.candidates import Candidates
from app.inference.merging import voted
from app.inference.resampling import resized

# Side of the square looked at, and the share of it that the face's box takes. Faces smaller than this in the
# picture are looked at with the other side: less than half the price, and nothing is lost.
SIDE: Final = 128
SHARE: Final = 0.7
TINY: Final = 30.0
TINY_SIDE: Final = 64
SCORE: Final = 0.3
# The face must lie in the middle: no farther from it than this share of the side.
OFF_CENTRE: Final = 0.2
BATCH: Final = 8
# Eyes, nose, corners of the mouth as a mirror shows them.
MIRRORED: Final = [1, 0, 2, 4, 3]


class BatchNetwork(Protocol):
    """A detector network that takes several pictures of one size at once."""

    def batch(self, pictures: NDArray[np.uint8], threshold: float) -> list[Candidates]: ...


def refined(
    network: BatchNetwork, pixels: NDArray[np.uint8], faces: Candidates, chosen: NDArray[np.intp]
) -> Candidates:
    """The same faces, the landmarks of the chosen ones found anew; those not found keep theirs."""
    points = faces.points.copy()
    tiny = faces.sides[chosen] < TINY
    for side, some in ((SIDE, chosen[~tiny]), (TINY_SIDE, chosen[tiny])):
        for start in range(0, len(some), BATCH):
            part = some[start : start + BATCH]
            squares = [square_around(pixels, faces.boxes[index], side) for index in part]
            pictures = np.stack([picture for picture, _, _ in squares])
            straight = network.batch(pictures, SCORE)
            mirrored = network.batch(np.ascontiguousarray(pictures[:, :, ::-1]), SCORE)
            for row, index in enumerate(part):
                _, corner, scale = squares[row]
                looks = [_middle(straight[row], side), _turned_back(_middle(mirrored[row], side), side)]
                seen = [look for look in looks if look is not None]
                if seen:
                    points[index] = np.mean(seen, axis=0) * scale + corner
    return Candidates(faces.boxes, faces.scores, points)


def _turned_back(points: NDArray[np.float32] | None, side: int) -> NDArray[np.float32] | None:
    """Landmarks of the mirrored square as ones of the square: what was left is right."""
    if points is None:
        return None
    turned = points[MIRRORED]
    turned[:, 0] = side - turned[:, 0]
    return turned


def _middle(candidates: Candidates, side: int) -> NDArray[np.float32] | None:
    """The landmarks of the face in the middle of the square, in its pixels."""
    merged = voted(candidates)
    if not len(merged):
        return None
    off = np.linalg.norm((merged.boxes[:, :2] + merged.boxes[:, 2:]) / 2 - side / 2, axis=1)
    best = int(np.argmin(off))
    return merged.points[best] if off[best] <= OFF_CENTRE * side else None


def square_around(
    pixels: NDArray[np.uint8], box: NDArray[np.float32], side: int = SIDE
) -> tuple[NDArray[np.uint8], NDArray[np.float32], np.float32]:
    """uint8 (side, side, 3) around a box, black outside the picture; its corner and pixel in the picture."""
    reach = float(np.sqrt(max(1.0, float(np.prod(box[2:] - box[:2]))))) / SHARE
    extent = max(2, round(reach))
    left, top = (round(float(edge)) for edge in (box[:2] + box[2:]) / 2 - extent / 2)
    inner = pixels[max(0, top) : max(0, top + extent), max(0, left) : max(0, left + extent)]
    if inner.shape[:2] != (extent, extent):
        whole = np.zeros((extent, extent, 3), np.uint8)
        y, x = max(0, -top), max(0, -left)
        whole[y : y + inner.shape[0], x : x + inner.shape[1]] = inner
        inner = whole
    return (
        resized(np.ascontiguousarray(inner), side, side),
        np.array([left, top], np.float32),
        np.float32(extent / side),
    )
