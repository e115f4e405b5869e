"""What looks wrong in a pack: a picture of someone else, one person under two names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import PackEntry
from app.domain.embedding import SimilarityScale
from app.services.celebrities.gallery import folded_name

# Two photos of one person hardly ever lie below, two people of different names hardly ever above.
UNLIKE: Final = 40.0
SAME: Final = 99.5
# Everyone with everyone: beyond so many people it takes longer than it is worth.
MOST_COMPARED: Final = 20_000
_ROWS: Final = 1024
_SHORTEST: Final = 1e-9


def unlike_pictures(
    entries: Sequence[PackEntry],
    people: NDArray[np.int32],
    vectors: NDArray[np.float32],
    files: Sequence[str],
    scale: SimilarityScale,
) -> list[str]:
    """Of vectors (n, dimension), which are of people[n] and come from files[n]: those unlike the person's
    others, in sentences. They are used all the same: of three faces one wrong one does little."""
    sums, places, counts = _summed(people, vectors)
    others = sums[places] - vectors
    lengths = np.maximum(np.linalg.norm(others, axis=1), _SHORTEST)
    similarities = scale.similarity(np.einsum("ij,ij->i", others, vectors, dtype=np.float64) / lengths)
    told, pairs = [], set()
    for row in np.flatnonzero((similarities < UNLIKE) & (counts[places] > 1)).tolist():
        place = int(people[row])
        name = entries[place].celebrity.name
        if counts[places[row]] > 2:
            told.append(f"{name}: {files[row]} seems to show someone else than the other pictures.")
        elif place not in pairs:
            pairs.add(place)
            one, other = (files[each] for each in np.flatnonzero(people == place).tolist())
            told.append(f"{name}: {one} and {other} seem to show different people.")
    return told


def same_people(
    entries: Sequence[PackEntry],
    people: NDArray[np.int32],
    vectors: NDArray[np.float32],
    scale: SimilarityScale,
) -> list[str]:
    """Pairs of people of different names with one face: neither will be recognised. None are sought among
    more than 20,000 people."""
    known = np.unique(people)
    if len(known) > MOST_COMPARED:
        return []
    sums, _, _ = _summed(people, vectors)
    means = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), _SHORTEST)).astype(np.float32)
    least = scale.cosine(SAME)
    told = []
    for start in range(0, len(known), _ROWS):
        cosines = means[start : start + _ROWS] @ means.T
        for row, column in np.argwhere(cosines >= least).tolist():
            if start + row >= column:
                continue
            one, other = (entries[int(known[at])].celebrity.name for at in (start + row, column))
            if folded_name(one) != folded_name(other):
                told.append(f"{one} and {other} look like one person: neither will be recognised.")
    return told


def _summed(
    people: NDArray[np.int32], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The sum of each person's vectors, people rising; the row of each vector in it; the number of each."""
    _, places, counts = np.unique(people, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), vectors.shape[1]), np.float64)
    np.add.at(sums, places, vectors.astype(np.float64))
    return sums, np.asarray(places, np.int64), np.asarray(counts, np.int64)
