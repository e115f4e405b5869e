"""Groups of faces that are probably one person each (docs/adr/0052).

Agglomeration along a graph of near pairs. In every round each group looks for the neighbour whose
members are most like its own, by the mean cosine of all pairs of members; two groups that choose each
other join. The mean needs no matrix: it is the product of the sums of the members' vectors over the
product of their numbers. Joining mutual choices together, instead of one best pair at a time, gives the
same groups, because the mean of two links is never above the better one (a "reducible" linkage:
Murtagh 1983, "A survey of recent advances in hierarchical clustering algorithms").
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.search.neighbours import Edges

_CHUNK: Final = 1 << 16
# A group this many times smaller than its choice joins it unasked: it hardly moves the mean, and large
# groups would else take in one face a round.
_MUCH_SMALLER: Final = 4

Int = NDArray[np.int64]


def grouped(
    vectors: NDArray[np.float32],
    edges: Edges,
    cut: float,
    photos: Int | None = None,
) -> Int:
    """Group numbers (n,) for vectors (n, dimension) of length 1; numbers rise with the first member.

    Args:
        edges: near pairs; groups without an edge between them never join. Every pair with a cosine of
            `cut` or more is enough: a mean that high has a member that high.
        cut: the least mean cosine of two groups that join.
        photos: (n,) where each face is; two faces of one photo never come into one group.
    """
    count = len(vectors)
    labels = np.arange(count)
    sums = vectors.astype(np.float32, copy=True)
    sizes = np.ones(count, np.int64)
    first, second = edges.first.astype(np.int64), edges.second.astype(np.int64)
    if photos is not None:
        apart = photos[first] != photos[second]
        first, second = first[apart], second[apart]
    links = _links(sums, sizes, first, second)
    while True:
        chosen, target, joiner = _choices(first, second, links, sizes, cut)
        if photos is not None and len(chosen):
            barred, postponed = _clashes(labels, photos, target, joiner)
            keep = np.ones(len(first), np.bool_)
            keep[chosen[barred]] = False
            stay = ~(barred | postponed)
            target, joiner = target[stay], joiner[stay]
            first, second, links = first[keep], second[keep], links[keep]
            if not len(target) and barred.any():
                continue
        if not len(target):
            break
        parent = np.arange(len(sums))
        parent[joiner] = target
        while True:
            further = parent[parent]
            if np.array_equal(further, parent):
                break
            parent = further
        roots, number = np.unique(parent, return_inverse=True)
        changed = np.zeros(len(roots), np.bool_)
        changed[number[joiner]] = True
        # Joiners in order, so that the sums are the same in every run.
        fresh = sums[roots]
        np.add.at(fresh, number[joiner], sums[joiner])
        sizes = np.bincount(number, sizes, len(roots)).astype(np.int64)
        sums, labels = fresh, number[labels]
        first, second, links = _renumbered(number, first, second, links, len(roots))
        again = changed[first] | changed[second]
        links[again] = _links(sums, sizes, first[again], second[again])
    _, start, number = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(start))[number]


def _links(sums: NDArray[np.float32], sizes: Int, first: Int, second: Int) -> NDArray[np.float32]:
    """The mean cosine of all pairs of members of each pair of groups."""
    links = np.empty(len(first), np.float32)
    for start in range(0, len(first), _CHUNK):
        a, b = first[start : start + _CHUNK], second[start : start + _CHUNK]
        links[start : start + _CHUNK] = np.einsum("ij,ij->i", sums[a], sums[b])
    links /= (sizes[first] * sizes[second]).astype(np.float32)
    return links


def _choices(
    first: Int, second: Int, links: NDArray[np.float32], sizes: Int, cut: float
) -> tuple[Int, Int, Int]:
    """(edge, group that stays, group that joins it) for this round."""
    able = np.flatnonzero(links >= cut)
    a, b = first[able], second[able]
    order = np.lexsort((b, a, -links[able]))
    able, a, b = able[order], a[order], b[order]
    # Edges are in order of rank by now: the first that names a group is the group's choice. Of
    # several assignments to one place the last counts, hence backwards.
    rank = np.arange(len(able))
    best = np.full(len(sizes), len(able))
    best[a[::-1]] = rank[::-1]
    other = np.full(len(sizes), len(able))
    other[b[::-1]] = rank[::-1]
    best = np.minimum(best, other)
    by_a, by_b = best[a] == rank, best[b] == rank
    joins_b = by_a & (by_b & (sizes[a] <= sizes[b]) | (sizes[a] * _MUCH_SMALLER <= sizes[b]))
    joins_a = by_b & ~joins_b & (by_a | (sizes[b] * _MUCH_SMALLER <= sizes[a]))
    chosen = np.flatnonzero(joins_a | joins_b)
    swapped = joins_b[chosen]
    target = np.where(swapped, b[chosen], a[chosen])
    joiner = np.where(swapped, a[chosen], b[chosen])
    return able[chosen], target, joiner


def _clashes(
    labels: Int, photos: Int, target: Int, joiner: Int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of each joining: whether both groups have a face in one photo (never to join), and whether an
    earlier joiner of the same target brings a face of the same photo (look again next round)."""
    width = int(photos.max()) + 1
    taken = np.sort(labels * width + photos)
    of_joiner = np.full(int(labels.max()) + 1, -1)
    of_joiner[joiner] = np.arange(len(joiner))
    faces = np.flatnonzero(of_joiner[labels] >= 0)
    edge = of_joiner[labels[faces]]
    keys = target[edge] * width + photos[faces]
    barred = np.zeros(len(target), np.bool_)
    barred[edge[taken[np.minimum(np.searchsorted(taken, keys), len(taken) - 1)] == keys]] = True
    order = np.lexsort((edge, keys))
    same = keys[order][1:] == keys[order][:-1]
    postponed = np.zeros(len(target), np.bool_)
    postponed[edge[order][1:][same]] = True
    # A target that joins another one itself would bring faces that were not looked at.
    postponed |= of_joiner[target] >= 0
    return barred, postponed


def _renumbered(
    number: Int, first: Int, second: Int, links: NDArray[np.float32], groups: int
) -> tuple[Int, Int, NDArray[np.float32]]:
    """Edges between the new groups, one for each pair."""
    a, b = number[first], number[second]
    low, high = np.minimum(a, b), np.maximum(a, b)
    between = low != high
    keys, index = np.unique(low[between] * groups + high[between], return_index=True)
    low, high = np.divmod(keys, groups)
    return low, high, links[between][index]
