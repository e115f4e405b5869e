"""One vector for each person: the mean of the unit vectors of the person's faces, of length 1.

Chosen by measurement (python -m tests.benchmarks.aggregation, docs/adr/0051).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.search.exact import Columns, ExactIndex, Hits, Ids, Vectors
from app.search.selection import ranked

_SHORTEST = 1e-6


@dataclass(frozen=True)
class PeopleVectors:
    """keys int64 (m,) rising, vectors float32 (m, dimension) of length 1, counts of faces int64 (m,)."""

    keys: NDArray[np.int64]
    vectors: NDArray[np.float32]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {key: place for place, key in enumerate(self.keys.tolist())}

    def vector(self, key: int) -> NDArray[np.float32] | None:
        """None for a person without a face."""
        place = self._places.get(key)
        return None if place is None else self.vectors[place]

    def count(self, key: int) -> int:
        """How many faces the person has."""
        place = self._places.get(key)
        return 0 if place is None else int(self.counts[place])

    def search(
        self, query: NDArray[np.float32], k: int, *, floor: float = -np.inf, without: int | None = None
    ) -> Hits:
        """The k people of the highest cosine with query (dimension,), of those >= floor."""
        scores = np.asarray(self.vectors @ np.asarray(query, np.float32), np.float32)
        chosen = np.flatnonzero((scores >= floor) & (self.keys != (-1 if without is None else without)))
        order = chosen[ranked(self.keys[chosen], scores[chosen], k)]
        return Hits(self.keys[order], scores[order])

    def replaced(self, keys: Iterable[int], fresh: PeopleVectors) -> PeopleVectors:
        """These with `keys` taken out and `fresh` put in."""
        stay = ~np.isin(self.keys, np.fromiter(keys, np.int64))
        merged = np.concatenate((self.keys[stay], fresh.keys))
        order = np.argsort(merged, kind="stable")
        return PeopleVectors(
            merged[order],
            np.concatenate((self.vectors[stay], fresh.vectors))[order],
            np.concatenate((self.counts[stay], fresh.counts))[order],
        )


def people_vectors(index: ExactIndex, column: str, only: Iterable[int] | None = None) -> PeopleVectors:
    """The people that a column of the index names (negative = nobody); `only` those, when given."""
    if only is None:
        keys = np.unique(index.values(column))
    else:
        # Without sorting the whole column: naming one face among a million must stay instant.
        keys = np.unique(np.fromiter(only, np.int64))
    keys = keys[keys >= 0]
    # float64, so that the order of the rows does not show.
    sums = np.zeros((len(keys), index.dimension), np.float64)
    counts = np.zeros(len(keys), np.int64)

    def add(_ids: Ids, vectors: Vectors, columns: Columns) -> None:
        if not len(keys):
            return
        values = columns[column]
        places = np.minimum(np.searchsorted(keys, values), len(keys) - 1)
        rows = np.flatnonzero(keys[places] == values)
        order = rows[np.argsort(places[rows], kind="stable")]
        if not len(order):
            return
        groups, starts = np.unique(places[order], return_index=True)
        sums[groups] += np.add.reduceat(vectors[order].astype(np.float64), starts, axis=0)
        counts[groups] += np.diff(np.append(starts, len(order)))

    index.visit(add, rows=16384)
    lengths = np.linalg.norm(sums, axis=1)
    usable = lengths > _SHORTEST
    vectors = (sums[usable] / lengths[usable, None]).astype(np.float32)
    return PeopleVectors(keys[usable], vectors, counts[usable])
