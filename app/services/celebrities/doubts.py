"""What looks wrong in a pack: a picture of someone else, one person under two names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.celebrities import PackEntry
from app.domain.embedding import SimilarityScale
from app.services.celebrities.gallery import folded_name
from app.services.search.groups import similarity_to_others

# Two photos of one person hardly ever lie below, two people of different names hardly ever above.
UNLIKE: Final = 40.0
SAME: Final = 99.5
_ROWS: Final = 1024


def unlike_pictures(
    entries: Sequence[PackEntry],
    people: NDArray[np.int32],
    vectors: NDArray[np.float32],
    files: Sequence[str],
    scale: SimilarityScale,
) -> list[str]:
    """Of vectors (n, dimension), which are of people[n] and come from files[n]: those unlike the person's
    others, in sentences. They are used all the same: of three faces one wrong one does little."""
    told = []
    for place in np.unique(people).tolist():
        rows = np.flatnonzero(people == place)
        name = entries[place].celebrity.name
        similarities = similarity_to_others(vectors[rows], scale)
        if len(rows) == 2 and similarities[0] < UNLIKE:
            told.append(f"{name}: {files[rows[0]]} and {files[rows[1]]} seem to show different people.")
        elif len(rows) > 2:
            told += [
                f"{name}: {files[row]} seems to show someone else than the other pictures."
                for row, similarity in zip(rows.tolist(), similarities.tolist(), strict=True)
                if similarity < UNLIKE
            ]
    return told


def same_people(
    entries: Sequence[PackEntry],
    people: NDArray[np.int32],
    vectors: NDArray[np.float32],
    scale: SimilarityScale,
) -> list[str]:
    """Pairs of people of different names with one face: neither will be recognised."""
    known = np.unique(people)
    sums = np.zeros((len(known), vectors.shape[1]), np.float64)
    np.add.at(sums, np.searchsorted(known, people), vectors.astype(np.float64))
    means = (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)
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
