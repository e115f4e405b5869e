"""One face out of many: the boxes that a pass, and several passes, drew around the same face."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.candidates import Candidates, overlaps

# Boxes that overlap this much are the same face; those over the second bar also vote on where it is.
SAME: Final = 0.4
VOTES: Final = 0.5
# Inside a larger, surer face by this share of its own area, no smaller than this share of that face,
# and less sure than this: a part of it.
PART: Final = 0.75
PART_AREA: Final = 0.05
PART_SCORE: Final = 0.99


def voted(candidates: Candidates) -> Candidates:
    """One pass: the best of every heap, its box and landmarks the mean of the heap's, by score.

    The mean is steadier than the best anchor alone (same-person cosines rise from 0.713 to 0.719).
    The score stays that of the best. Best first; equal scores keep their order.
    """
    heaps = _heaps(candidates)
    return _averaged(candidates, heaps, np.array([candidates.scores[heap[0]] for heap in heaps], np.float32))


def fused(passes: Sequence[Candidates], trust: Sequence[float]) -> Candidates:
    """Several passes over one picture, in the same pixels: each pass that saw a face adds to its score.

    Scores combine as independent evidence, 1 - product of (1 - score), one score for each pass.
    `trust` weighs each pass's landmarks (its boxes all count alike), for networks differ in them.
    """
    voted_passes = [voted(found) for found in passes]
    together = Candidates.joined(voted_passes)
    source = np.repeat(np.arange(len(voted_passes)), [len(found) for found in voted_passes])
    heaps = _heaps(together)
    scores = np.empty(len(heaps), np.float32)
    for row, heap in enumerate(heaps):
        # A heap is sorted by score: the first of each pass is its best.
        _, first = np.unique(source[heap], return_index=True)
        scores[row] = 1 - np.prod(1 - together.scores[heap[first]], dtype=np.float64)
    merged = _averaged(together, heaps, scores, np.asarray(trust, np.float32)[source])
    return _without_parts(merged.taken(np.argsort(-merged.scores, kind="stable")))


def _without_parts(candidates: Candidates) -> Candidates:
    """Drop what is a part of a larger, surer face: an eye and a cheek taken for a face of its own.

    Close-ups give such candidates. Two real faces hardly ever share this much of the smaller one.
    """
    boxes = candidates.boxes
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    share = np.prod(np.maximum(high - low, 0), axis=2) / np.maximum(area, 1e-9)[:, None]
    surer = np.arange(len(candidates))[None] < np.arange(len(candidates))[:, None]
    sized = (area[:, None] < area[None]) & (area[:, None] >= PART_AREA * area[None])
    part = ((share >= PART) & surer & sized).any(axis=1)
    return candidates.taken(~(part & (candidates.scores < PART_SCORE)))


def _heaps(candidates: Candidates) -> list[NDArray[np.intp]]:
    """Greedy suppression: the indices of each best candidate and those that overlap it, best first."""
    order = np.argsort(-candidates.scores, kind="stable")
    same = overlaps(candidates.boxes[order], candidates.boxes[order]) >= SAME
    left = np.ones(len(order), np.bool_)
    heaps = []
    for row, index in enumerate(same):
        if left[row]:
            heap = index & left
            heap[row] = True
            left &= ~heap
            heaps.append(order[heap])
    return heaps


def _averaged(
    candidates: Candidates,
    heaps: list[NDArray[np.intp]],
    scores: NDArray[np.float32],
    trust: NDArray[np.float32] | None = None,
) -> Candidates:
    boxes = np.empty((len(heaps), 4), np.float32)
    points = np.empty((len(heaps), 5, 2), np.float32)
    for row, heap in enumerate(heaps):
        if len(heap) == 1:
            boxes[row], points[row] = candidates.boxes[heap[0]], candidates.points[heap[0]]
            continue
        near = heap[overlaps(candidates.boxes[heap[:1]], candidates.boxes[heap])[0] >= VOTES]
        voters = near if len(near) else heap[:1]
        weight = candidates.scores[voters] / candidates.scores[voters].sum()
        boxes[row] = weight @ candidates.boxes[voters]
        if trust is not None:
            weight = weight * trust[voters]
            weight /= weight.sum()
        points[row] = np.tensordot(weight, candidates.points[voters], axes=1)
    return Candidates(boxes, scores, points)
