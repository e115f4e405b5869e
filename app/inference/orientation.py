"""Photos that lie on their side or their head, and say so nowhere: told by their faces.

A detector that learned upright faces finds many turned ones all the same, and then its landmarks are wrong
as often as not: a face on its head gets eyes where its mouth is. What tells is how sure it is. Each large
face is cut out and shown to both networks in the four quarter turns; the turn in which they are surest is
the upright one for 99 faces in 100 (docs/adr/0068). The faces of a photo vote together, so one child that
does a handstand turns nothing, and upright wins when they are nearly as sure of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.domain.geometry import Pose, turned_points
from app.inference.candidates import Candidates
from app.inference.merging import voted
from app.inference.refinement import OFF_CENTRE, SIDE, BatchNetwork, square_around
from app.inference.resampling import halved

# Faces that vote, the largest first; smaller ones than this (pixels) have nothing to say.
VOTERS: Final = 4
LEAST_SIDE: Final = 20.0
# A largest face of this confidence (0-100) whose landmarks are rolled by no more than this (degrees) needs no
# look at all: 40 % of upright faces are such, and hardly a turned one.
EVIDENT_CONFIDENCE: Final = 99.9984
EVIDENT_ROLL: Final = 25.0
# In sums of log-odds of both networks. A largest face this sure of being upright settles it: three in four
# upright faces are, and 0.2 % of turned ones.
SURELY_UPRIGHT: Final = 7.0
# So far upright must lead to be believed at once; else the mirror images are asked too, and another turn must
# lead by the margin in the mean. None of 433 upright faces is turned so, and 99 % of turned ones are noticed.
LEAD: Final = 2.0
MARGIN: Final = 1.0
# Without a face as the photo lies, one of this score in a turned copy of about this area is looked at.
SEEN: Final = 0.8
COPY_AREA: Final = 320 * 240
# Candidates below this are not asked for; scores beyond the others say nothing more.
_FLOOR: Final = 0.02
_LOWEST, _HIGHEST = 0.005, 0.998


class Network(Protocol):
    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates: ...


class CloseNetwork(BatchNetwork, Network, Protocol): ...


@dataclass(frozen=True, slots=True)
class TurnedFaces:
    """Faces in the coordinates of the picture as it is, the largest first.

    `degrees` is 0, 90, 180 or 270: so far its content lies counter-clockwise (Rekognition's ROTATE_90 and
    so on). Turned clockwise by as much it stands upright.
    """

    faces: list[DetectedFace]
    degrees: int


def upright(pixels: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, -(degrees // 90)))


def evident(face: DetectedFace) -> bool:
    """Whether the face stands upright beyond doubt. Sure is not enough: a face on its side may be found as
    surely as an upright one, but then its landmarks are rolled."""
    return face.confidence >= EVIDENT_CONFIDENCE and abs(face.pose.roll) <= EVIDENT_ROLL


def lying(face: DetectedFace, degrees: int) -> DetectedFace:
    """A face of the upright picture as one of the picture whose content lies so many degrees
    counter-clockwise. Its left eye stays its left eye, wherever that comes to lie."""
    back = -degrees % 360
    roll = (face.pose.roll - degrees + 180) % 360 - 180
    return DetectedFace(
        face.box.turned(back),
        face.landmarks.turned(back),
        face.confidence,
        Pose(roll, face.pose.yaw, face.pose.pitch),
        face.quality,
    )


class TurnFinder:
    """Which way up a photo's content lies."""

    def __init__(self, close: CloseNetwork, first: Network) -> None:
        self._close = close
        self._first = first

    def degrees(self, pixels: NDArray[np.uint8], boxes: NDArray[np.float32]) -> int:
        """0, 90, 180 or 270 as in TurnedFaces, 0 where nothing tells.

        Args:
            pixels: uint8 (H, W, 3).
            boxes: float32 (n, 4), what was taken for faces as the picture lies: left, top, right, bottom.
        """
        sides = np.sqrt(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1))
        order = np.argsort(-sides, kind="stable")
        boxes = boxes[order][sides[order] >= LEAST_SIDE][:VOTERS]
        if len(boxes):
            first = self._sureness(square_around(pixels, boxes[0])[0], (0,))[0]
            if first >= SURELY_UPRIGHT:
                return 0
        votes = self._votes(pixels, boxes)
        if not len(boxes) or votes.max() <= 0:
            # Nothing that looks like a face any way up: others may be seen when the picture is turned.
            boxes = self._seen_turned(pixels)
            votes = self._votes(pixels, boxes)
        if not len(boxes) or votes[0] - votes[1:].max() >= LEAD:
            return 0
        votes = (votes + self._votes(pixels, boxes, mirrored=True)) / 2
        best = int(np.argmax(votes))
        return best * 90 if votes[best] > votes[0] + MARGIN else 0

    def _votes(
        self, pixels: NDArray[np.uint8], boxes: NDArray[np.float32], mirrored: bool = False
    ) -> NDArray[np.float64]:
        """(4,): how much the faces, or their mirror images, say for each turn clockwise."""
        total = np.zeros(4)
        for box in boxes:
            square = square_around(pixels, box)[0]
            if mirrored:
                # In a mirror what lies to the left lies to the right.
                total += self._sureness(np.ascontiguousarray(square[:, ::-1]), (0, 3, 2, 1))
            else:
                total += self._sureness(square, (0, 1, 2, 3))
        return total

    def _sureness(self, square: NDArray[np.uint8], turns: tuple[int, ...]) -> NDArray[np.float64]:
        """Log-odds that there is a face in the middle, of both networks together, in each turn clockwise."""
        pictures = np.stack([np.rot90(square, -turn) for turn in turns])
        close = [_middle_score(found) for found in self._close.batch(pictures, _FLOOR)]
        first = [_middle_score(self._first.candidates(picture, _FLOOR)) for picture in pictures]
        return _odds(np.array(close)) + _odds(np.array(first))

    def _seen_turned(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Boxes of likely faces in small copies of the picture in the three other turns."""
        small = pixels
        while small.shape[0] * small.shape[1] > 2 * COPY_AREA:
            small = halved(small)
        height, width = small.shape[:2]
        multiple = 32
        padded = np.zeros((-(-height // multiple) * multiple, -(-width // multiple) * multiple, 3), np.uint8)
        padded[:height, :width] = small
        boxes: list[NDArray[np.float32]] = []
        for turn in (1, 2, 3):
            seen = voted(self._close.candidates(np.ascontiguousarray(np.rot90(padded, -turn)), SEEN))
            for box in seen.boxes[:VOTERS]:
                corners = box.reshape(2, 2).astype(np.float64)
                shape = padded.shape[:2] if turn == 2 else padded.shape[1::-1]
                back = turned_points(corners / [shape[1], shape[0]], 360 - turn * 90)
                back *= np.array(padded.shape[1::-1]) * pixels.shape[1::-1] / (width, height)
                boxes.append(np.concatenate([back.min(axis=0), back.max(axis=0)]).astype(np.float32))
        return np.array(boxes, np.float32).reshape(-1, 4)


def _middle_score(candidates: Candidates) -> float:
    if not len(candidates):
        return 0.0
    merged = voted(candidates)
    off = np.linalg.norm((merged.boxes[:, :2] + merged.boxes[:, 2:]) / 2 - SIDE / 2, axis=1)
    return float(merged.scores[off <= OFF_CENTRE * SIDE].max(initial=0.0))


def _odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(scores, _LOWEST, _HIGHEST)
    return np.log(inside / (1 - inside))
