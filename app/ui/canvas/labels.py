"""Where the names go: beside their boxes, never over one another. Without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.ui.canvas.geometry import Box

GAP = 4.0
"""Between a box and its label, in view pixels; the box's strokes lie in it."""

MIN_BOX = 24.0
"""A box with a side under this has no label, unless `always`."""

MOST_COVERED = 0.25
"""The share of another face's box that a label may hide."""

EDGE = 4.0
"""A label is moved in to stay this far from the view's edge."""


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """A label wanted for a box. Everything in view pixels. A higher rank is placed first."""

    box: Box
    width: float
    height: float
    rank: int = 0
    always: bool = False


def place_labels(requests: Sequence[LabelRequest], view: Box) -> list[Box | None]:
    """A rectangle for each request in order, or None where it is hidden.

    Tried in turn: above the box, below it; each centred, then flush with the box's left or right side;
    taken where it covers no label and no other box, else where it covers the least of another face, up
    to MOST_COVERED (any share for `always`). A box out of sight or under MIN_BOX has none. No two
    rectangles overlap.
    """
    placed: list[Box | None] = [None] * len(requests)
    if not requests:
        return placed
    boxes = np.array([(r.box.left, r.box.top, r.box.right, r.box.bottom) for r in requests], np.float64)
    taken = np.empty((len(requests), 4), np.float64)
    count = 0
    order = sorted(range(len(requests)), key=lambda i: (-requests[i].rank, -requests[i].box.area, i))
    for index in order:
        request = requests[index]
        if not _wants_label(request, view):
            continue
        others = np.delete(boxes, index, axis=0)
        spot = _first_free(request, view, taken[:count], others)
        if spot is not None:
            placed[index] = spot
            taken[count] = (spot.left, spot.top, spot.right, spot.bottom)
            count += 1
    return placed


def _wants_label(request: LabelRequest, view: Box) -> bool:
    if not request.box.overlaps(view):
        return False
    return request.always or min(request.box.width, request.box.height) >= MIN_BOX


def _first_free(
    request: LabelRequest, view: Box, taken: NDArray[np.float64], boxes: NDArray[np.float64]
) -> Box | None:
    fallback: Box | None = None
    least = float("inf") if request.always else MOST_COVERED
    for candidate in _candidates(request, view):
        if _hits(candidate, taken):
            continue
        covered = _covered(candidate, boxes)
        if covered == 0:
            return candidate
        if covered < least:
            fallback, least = candidate, covered
    return fallback


def _candidates(request: LabelRequest, view: Box) -> list[Box]:
    box, width, height = request.box, request.width, request.height
    lefts = (box.center[0] - width / 2, box.left, box.right - width)
    above, below = box.top - GAP - height, box.bottom + GAP
    tops = [top for top in (above, below) if view.top <= top and top + height <= view.bottom]
    if not tops:
        # The box fills the view: its label goes inside, at the top of what is seen of it.
        tops = [max(box.top + GAP, view.top + EDGE)]
    spots = []
    for top in tops:
        for left in lefts:
            left = max(min(left, view.right - EDGE - width), view.left + EDGE)
            spots.append(Box(left, top, left + width, top + height))
    return spots


def _hits(candidate: Box, rectangles: NDArray[np.float64]) -> bool:
    return bool(
        np.any(
            (candidate.left < rectangles[:, 2])
            & (rectangles[:, 0] < candidate.right)
            & (candidate.top < rectangles[:, 3])
            & (rectangles[:, 1] < candidate.bottom)
        )
    )


def _covered(candidate: Box, boxes: NDArray[np.float64]) -> float:
    """The largest share of any of the boxes that lies under the candidate, 0-1."""
    if not len(boxes):
        return 0.0
    width = np.minimum(boxes[:, 2], candidate.right) - np.maximum(boxes[:, 0], candidate.left)
    height = np.minimum(boxes[:, 3], candidate.bottom) - np.maximum(boxes[:, 1], candidate.top)
    common = np.clip(width, 0, None) * np.clip(height, 0, None)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return float(np.max(common / np.maximum(area, 1e-9)))
