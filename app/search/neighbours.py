"""Which of many vectors are near each other, found in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROWS: Final = 2048
_COLUMNS: Final = 8192


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs of rows, first < second: int32 (e,) each, in order of first, then of second."""

    first: NDArray[np.int32]
    second: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.first)


def near_pairs(
    vectors: NDArray[np.float32],
    floor: float,
    most: int,
    on_progress: Callable[[float], None] | None = None,
) -> Edges:
    """Pairs of vectors (n, dimension) of length 1 with a cosine >= floor; of each row's pairs with
    later rows only the `most` nearest.

    All pairs are looked at, once each. Memory: a block of 64 MiB and at most `most` pairs a row.
    `on_progress` hears the share that is done (0-1), and may raise to stop.
    """
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for top in range(0, len(vectors), _ROWS):
        rows = vectors[top : top + _ROWS]
        found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]] = []
        for left in range(top, len(vectors), _COLUMNS):
            scores = np.dot(rows, vectors[left : left + _COLUMNS].T)
            first, second = np.divmod(np.flatnonzero(scores >= floor), scores.shape[1])
            later = first + top < second + left
            first, second = first[later], second[later]
            found.append(_nearest(first + top, second + left, scores[first, second], most))
        first, second, scores = (np.concatenate(each) for each in zip(*found, strict=True))
        first, second, _ = _nearest(first, second, scores, most)
        parts.append((first, second))
        if on_progress is not None:
            # The rows get shorter: what is left is a triangle.
            left_over = max(len(vectors) - top - _ROWS, 0) / len(vectors)
            on_progress(1 - left_over**2)
    if not parts:
        return Edges(np.empty(0, np.int32), np.empty(0, np.int32))
    return Edges(
        np.concatenate([first for first, _ in parts]).astype(np.int32),
        np.concatenate([second for _, second in parts]).astype(np.int32),
    )


def _nearest(
    first: NDArray[np.int64], second: NDArray[np.int64], scores: NDArray[np.float32], most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """The `most` highest of each row, in order of first, then of second."""
    if len(first) > most:
        order = np.lexsort((second, -scores, first))
        ranks = np.arange(len(order)) - np.searchsorted(first[order], first[order])
        keep = np.sort(order[ranks < most])
        first, second, scores = first[keep], second[keep], scores[keep]
    order = np.lexsort((second, first))
    return first[order], second[order], scores[order]
