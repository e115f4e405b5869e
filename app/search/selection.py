"""Picking the largest of many scores without sorting them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Products of float32 unit vectors differ by less than this between the ways to sum them, so a cut
# that leaves this much room loses nothing that belongs above it.
ROUNDING: Final = np.float32(2e-6)


def candidates(scores: NDArray[np.float32], k: int, floor: float) -> NDArray[np.int64]:
    """Positions that include the k largest of scores (n,) that are >= floor, ascending.

    More than k come back where scores tie within ROUNDING. -inf marks what may not be chosen.

    The k-th largest of the maxima of equal groups is a lower bound of the k-th largest score: k groups
    have a member that high. Finding maxima reads the scores once, at the speed of memory; a partition
    of all of them takes as long as computing them.
    """
    bound = np.float32(max(floor, float(np.finfo(np.float32).min)))
    size = min(1024, len(scores) // (4 * k)) if k else 0
    if size >= 8:
        groups = len(scores) // size
        maxima = scores[: groups * size].reshape(groups, size).max(axis=1)
        bound = max(bound, np.float32(np.partition(maxima, groups - k)[groups - k]))
    found = np.flatnonzero(scores >= bound - ROUNDING)
    if len(found) > 2 * k:
        values = scores[found]
        kth = np.partition(values, len(values) - k)[len(values) - k] if k else np.float32(np.inf)
        found = found[values >= kth - ROUNDING]
    return found


def ranked(ids: NDArray[np.int64], scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Order of the first k: highest score first, then lowest id, so that the answer is always the same."""
    return np.lexsort((ids, -scores))[:k]
