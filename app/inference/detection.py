"""Face detection: passes of two networks over scales chosen by the photo, merged.

A first look is cheap: RetinaFace on a small copy (large faces, and their landmarks) and YuNet on one of
about 640 x 480 (medium faces, and traces of small ones). Only where it leaves traces of small faces is
that part of the picture looked at again, larger, by both. Faces that were small in the close copy get their
landmarks from a look of their own. docs/adr/0011 and 0012 have the figures that led to this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.inference.candidates import Candidates, overlaps
from app.inference.merging import fused, voted
from app.inference.refinement import BatchNetwork, refined
from app.inference.resampling import halved, resized


class Network(Protocol):
    """A detector network: one pass over one picture whose sides are multiples of `multiple`."""

    @property
    def multiple(self) -> int: ...

    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates: ...


class CloseNetwork(Network, BatchNetwork, Protocol):
    """One that is also shown single faces."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of the copies in pixels (areas, so that every shape of picture costs the same)."""

    close: int = 320 * 240
    first: int = 640 * 480
    crowd_close: int = 640 * 480
    crowd: int = 1536 * 1152
    # A trace: a candidate of this score or more, smaller than this side in the 640 x 480 copy.
    trace_score: float = 0.1
    trace_side: float = 28.0
    # So many traces make a crowd: all of the picture is looked at again. With fewer it is the part
    # around them, which reaches this share of the picture beyond.
    crowd_traces: int = 3
    margin: float = 0.4
    # Small pictures are enlarged at most so much.
    enlarge: float = 2.0


FLOOR: Final = 0.1
# A drawn box is looked at with this side, the copy no larger than the other; a face in it needs this
# score and this overlap with the box. The person vouches for the face: the bar can be low.
BOX_SIDE: Final = 112.0
MOST_LOCAL: Final = 640
LOCAL_SCORE: Final = 0.2
LOCAL_FIT: Final = 0.3
# YuNet's landmarks count less where RetinaFace has its own.
LANDMARK_TRUST: Final = {"close": 1.0, "first": 0.3}
# Faces of less than this side in the close copy have their landmarks found anew, likely ones only.
REFINE_SIDE: Final = 72.0
REFINE_SCORE: Final = 0.5


class FaceDetector:
    """Chooses the scales, runs the networks on each, merges."""

    def __init__(self, close: CloseNetwork, first: Network, plan: Plan | None = None) -> None:
        """`close` sees large faces and gives the better landmarks, `first` is cheap and sees small ones."""
        self._close = close
        self._first = first
        self._plan = plan or Plan()

    def detect(self, pixels: NDArray[np.uint8]) -> Candidates:
        """Possible faces of uint8 (H, W, 3) RGB, in its pixels, best first; scores 0-1 from FLOOR up."""
        plan = self._plan
        height, width = pixels.shape[:2]
        area = height * width
        ratio = min(1.0, math.sqrt(plan.first / area))
        copy = resized(pixels, max(1, round(width * ratio)), max(1, round(height * ratio)))
        scale = (width / copy.shape[1], height / copy.shape[0])
        first = self._pass(self._first, copy, 1.0)
        small = copy
        while small.shape[0] * small.shape[1] > 2 * plan.close:
            small = halved(small)
        close = self._pass(self._close, small, 1.0).scaled(
            copy.shape[1] / small.shape[1], copy.shape[0] / small.shape[0]
        )
        passes = [close.scaled(*scale), first.scaled(*scale)]
        trust = [LANDMARK_TRUST["close"], LANDMARK_TRUST["first"]]
        region = self._region(first, close, copy.shape[1], copy.shape[0])
        if region is not None:
            left, top, right, bottom = (
                round(edge * factor) for edge, factor in zip(region, scale * 2, strict=True)
            )
            part = pixels[top:bottom, left:right]
            for network, target, weight in (
                (self._close, plan.crowd_close, LANDMARK_TRUST["close"]),
                (self._first, plan.crowd, LANDMARK_TRUST["first"]),
            ):
                ratio = min(plan.enlarge, math.sqrt(target / area))
                passes.append(self._pass(network, part, ratio).moved(left, top))
                trust.append(weight)
        found = fused(passes, trust)
        sides = found.sides * (small.shape[1] / width)
        chosen = np.flatnonzero((found.scores >= REFINE_SCORE) & (sides < REFINE_SIDE))
        return refined(self._close, pixels, found, chosen)

    def look_in(self, pixels: NDArray[np.uint8], box: NDArray[np.float32]) -> Candidates | None:
        """The one face that fits a box (left, top, right, bottom in pixels) that a person drew, or None.

        The surroundings of the box are looked at so large that the box has about BOX_SIDE pixels.
        """
        height, width = pixels.shape[:2]
        side = float(np.sqrt((box[2] - box[0]) * (box[3] - box[1])))
        left, top = (max(0, math.floor(edge - side)) for edge in box[:2])
        right = min(width, math.ceil(box[2] + side))
        bottom = min(height, math.ceil(box[3] + side))
        if right - left < 2 or bottom - top < 2:
            return None
        part = pixels[top:bottom, left:right]
        ratio = min(BOX_SIDE / side, MOST_LOCAL / max(part.shape[:2]))
        seen = [self._pass(network, part, ratio).moved(left, top) for network in (self._close, self._first)]
        found = fused(seen, [LANDMARK_TRUST["close"], LANDMARK_TRUST["first"]])
        if not len(found):
            return None
        fit = overlaps(box[None].astype(np.float32), found.boxes)[0]
        fit[found.scores < LOCAL_SCORE] = 0
        best = int(np.argmax(fit))
        if fit[best] < LOCAL_FIT:
            return None
        return refined(self._close, pixels, found.taken(np.array([best])), np.array([0]))

    def _region(
        self, first: Candidates, close: Candidates, width: int, height: int
    ) -> tuple[float, float, float, float] | None:
        """Left, top, right, bottom of the part of the copy where small faces left traces, or None."""
        plan = self._plan
        together = Candidates.joined([voted(first), voted(close)])
        traces = together.boxes[(together.scores >= plan.trace_score) & (together.sides < plan.trace_side)]
        if not len(traces):
            return None
        reach = (1.0 if len(traces) >= plan.crowd_traces else plan.margin) * max(width, height)
        return (
            max(0.0, float(traces[:, 0].min()) - reach),
            max(0.0, float(traces[:, 1].min()) - reach),
            min(float(width), float(traces[:, 2].max()) + reach),
            min(float(height), float(traces[:, 3].max()) + reach),
        )

    @staticmethod
    def _pass(network: Network, pixels: NDArray[np.uint8], ratio: float) -> Candidates:
        """One network on a copy of `ratio` times the size; the answer in the pixels given."""
        height, width = pixels.shape[:2]
        small = resized(pixels, max(1, round(width * ratio)), max(1, round(height * ratio)))
        step = network.multiple
        padded = np.zeros((-(-small.shape[0] // step) * step, -(-small.shape[1] // step) * step, 3), np.uint8)
        padded[: small.shape[0], : small.shape[1]] = small
        found = network.candidates(padded, FLOOR)
        return found.scaled(width / small.shape[1], height / small.shape[0])
