"""Exact search among unit vectors by their product with all of them (docs/adr/0050)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.search.id_map import ABSENT, IdMap
from app.search.lock import ReadWriteLock
from app.search.selection import ROUNDING, candidates, ranked

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]
Columns = Mapping[str, NDArray[np.int64]]
Allow = Callable[[Ids, Columns], NDArray[np.bool_]]

# A product over many small blocks is several times slower than one over few large ones: the threads
# of the BLAS meet after each. Later blocks are an eighth of what is there, so there are few, and what
# is reserved but not yet filled is never touched.
_SMALLEST_BLOCK: Final = 8192
_BATCH_SCORES: Final = 1 << 22
_GATHER_ROWS: Final = 8192


@dataclass(frozen=True, slots=True)
class Hits:
    """ids int64 (m,) and scores float32 (m,), the highest first, ties by id."""

    ids: Ids
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


class ExactIndex:
    """Rows of an id, a float32 vector and small whole numbers ("columns") that a search can filter by.

    Any number of threads may read while one writes; each call sees one consistent state. Vectors are
    expected to have length 1, so that a score is a cosine (-1 to 1).
    """

    def __init__(self, dimension: int, columns: Sequence[str] = (), *, capacity: int = 0) -> None:
        if dimension < 1:
            raise ValueError("an index needs vectors of one dimension or more")
        self.dimension = dimension
        self._lock = ReadWriteLock()
        self._blocks: list[Vectors] = []
        self._count = 0
        self._ids = np.empty(capacity, np.int64)
        self._columns = {name: np.empty(capacity, np.int64) for name in columns}
        self._map = IdMap()
        self._version = 0
        self._scratch: list[NDArray[np.float32]] = []
        self._scratch_lock = threading.Lock()
        if capacity:
            self._blocks.append(np.empty((capacity, dimension), np.float32))

    @classmethod
    def adopt(cls, ids: Ids, vectors: Vectors, columns: Columns) -> ExactIndex:
        """An index over arrays that it may keep: no copy of the vectors is made."""
        index = cls(vectors.shape[1], tuple(columns))
        index._blocks = [vectors] if len(vectors) else []
        index._count = len(ids)
        index._ids = ids
        index._columns = dict(columns)
        index._map.rebuild(ids)
        return index

    def __len__(self) -> int:
        return self._count

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(self._columns)

    @property
    def version(self) -> int:
        """Rises with every change."""
        return self._version

    @property
    def nbytes(self) -> int:
        """Bytes held, reserved space included."""
        floats = sum(array.nbytes for array in (*self._blocks, *self._scratch))
        return floats + sum(array.nbytes for array in (self._ids, *self._columns.values())) + self._map.nbytes

    # Writing

    def upsert(self, ids: Ids, vectors: Vectors, columns: Columns | None = None) -> None:
        """Put rows in or in place: ids (n,), vectors (n, dimension), each column (n,). Of an id that
        comes twice the last counts."""
        ids = np.asarray(ids, np.int64)
        given = columns or {}
        if vectors.shape != (len(ids), self.dimension) or given.keys() != self._columns.keys():
            raise ValueError(
                f"{len(ids)} rows of {self.dimension} dimensions and {self.column_names} expected"
            )
        _, last = np.unique(ids[::-1], return_index=True)
        if len(last) != len(ids):
            keep = np.sort(len(ids) - 1 - last)
            ids, vectors = ids[keep], vectors[keep]
            given = {name: np.asarray(values)[keep] for name, values in given.items()}
        if not len(ids):
            return
        with self._lock.writing():
            positions = self._map.find(ids)
            new = positions == ABSENT
            added = int(new.sum())
            self._reserve(self._count + added)
            positions[new] = np.arange(self._count, self._count + added)
            self._count += added
            for part, rows in self._parts(positions):
                self._blocks[part][rows[1]] = vectors[rows[0]]
            self._ids[positions] = ids
            for name, values in given.items():
                self._columns[name][positions] = values
            if added:
                self._map.put(ids[new], positions[new], self._ids[: self._count])
            self._version += 1

    def remove(self, ids: Ids) -> int:
        """Take rows out; the last rows move into their places. Says how many there were."""
        with self._lock.writing():
            gone = np.unique(self._map.find(np.asarray(ids, np.int64)))
            gone = gone[gone != ABSENT]
            if not len(gone):
                return 0
            left = self._count - len(gone)
            removed = self._ids[gone]
            holes = gone[gone < left]
            movers = np.setdiff1d(np.arange(left, self._count), gone, assume_unique=True)
            for start in range(0, len(holes), _GATHER_ROWS):
                to, source = holes[start : start + _GATHER_ROWS], movers[start : start + _GATHER_ROWS]
                moved = self._gathered(source)
                for part, rows in self._parts(to):
                    self._blocks[part][rows[1]] = moved[rows[0]]
                self._ids[to] = self._ids[source]
                for values in self._columns.values():
                    values[to] = values[source]
            self._count = left
            changed = np.concatenate((removed, self._ids[holes]))
            places = np.concatenate((np.full(len(removed), ABSENT, np.int64), holes))
            self._map.put(changed, places, self._ids[:left])
            while len(self._blocks) > 1 and self._capacity() - len(self._blocks[-1]) >= left:
                self._blocks.pop()
            self._version += 1
            return len(removed)

    # Reading

    def search(
        self, query: NDArray[np.float32], k: int, *, floor: float = -np.inf, allow: Allow | None = None
    ) -> Hits:
        """The k rows of the highest score with query (dimension,), of those >= floor.

        `allow` is called with the ids and columns of all rows and says by a mask which may be chosen;
        it must not call the index.
        """
        query = self._checked(query, 1)
        with self._lock.reading():
            count = self._count
            k = min(k, count)
            if k < 1:
                return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
            scores = self._take_scratch(count)
            try:
                for start, block in self._filled():
                    np.dot(block, query, out=scores[start : start + len(block)])
                if allow is not None:
                    scores[:count][~self._mask(allow)] = -np.inf
                return self._hits(query, candidates(scores[:count], k, floor), k, floor)
            finally:
                self._return_scratch(scores)

    def search_many(
        self, queries: NDArray[np.float32], k: int, *, floor: float = -np.inf, allow: Allow | None = None
    ) -> list[Hits]:
        """`search` for each of queries (q, dimension), in products of bounded size."""
        queries = self._checked(queries, 2)
        with self._lock.reading():
            k = min(k, self._count)
            if k < 1:
                return [Hits(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in queries]
            mask = None if allow is None else self._mask(allow)
            found: list[list[NDArray[np.int64]]] = [[] for _ in queries]
            floors = np.full(len(queries), floor)
            step = max(_BATCH_SCORES // max(len(queries), 1), 1024)
            for start, block in self._filled():
                for low in range(0, len(block), step):
                    part = block[low : low + step]
                    scores = np.dot(queries, part.T)
                    if mask is not None:
                        scores[:, ~mask[start + low : start + low + len(part)]] = -np.inf
                    hopeful = np.flatnonzero(scores.max(axis=1) >= floors - ROUNDING)
                    for index in hopeful.tolist():
                        near = candidates(scores[index], k, float(floors[index]))
                        found[index].append(near + (start + low))
                        if len(near) >= k:
                            kth = float(np.partition(scores[index, near], len(near) - k)[len(near) - k])
                            floors[index] = max(floors[index], kth - ROUNDING)
            empty = np.empty(0, np.int64)
            return [
                self._hits(query, np.concatenate([empty, *places]), k, floor)
                for query, places in zip(queries, found, strict=True)
            ]

    def scores(self, query: NDArray[np.float32]) -> Hits:
        """Every row's score with query (dimension,), in no order."""
        query = self._checked(query, 1)
        with self._lock.reading():
            scores = np.empty(self._count, np.float32)
            for start, block in self._filled():
                np.dot(block, query, out=scores[start : start + len(block)])
            return Hits(self._ids[: self._count].copy(), scores)

    def vectors(self, ids: Ids) -> tuple[NDArray[np.bool_], Vectors]:
        """Which of ids (n,) are there, bool (n,), and the vectors of those, float32 (m, dimension)."""
        with self._lock.reading():
            positions = self._map.find(np.asarray(ids, np.int64))
            there = positions != ABSENT
            return there, self._gathered(positions[there])

    def values(self, name: str, ids: Ids | None = None, *, absent: int = ABSENT) -> NDArray[np.int64]:
        """A column's value for each of ids (n,), `absent` for those that are not there; of all rows, in
        the order of `ids()`, when none are named."""
        with self._lock.reading():
            if ids is None:
                return self._columns[name][: self._count].copy()
            positions = self._map.find(np.asarray(ids, np.int64))
            found = np.full(len(positions), absent, np.int64)
            there = positions != ABSENT
            found[there] = self._columns[name][positions[there]]
            return found

    def ids(self) -> Ids:
        """A copy, in no order."""
        with self._lock.reading():
            return self._ids[: self._count].copy()

    def visit(self, visitor: Callable[[Ids, Vectors, Columns], None], rows: int = 65536) -> None:
        """Call `visitor` with views of all rows, part by part; it must keep no view and not call the
        index."""
        with self._lock.reading():
            for start, block in self._filled():
                for low in range(0, len(block), rows):
                    part = block[low : low + rows]
                    span = slice(start + low, start + low + len(part))
                    visitor(
                        self._ids[span], part, {name: values[span] for name, values in self._columns.items()}
                    )

    # The rest expects the lock

    def _checked(self, query: NDArray[np.float32], axes: int) -> NDArray[np.float32]:
        query = np.ascontiguousarray(query, np.float32)
        if query.ndim != axes or query.shape[-1] != self.dimension:
            raise ValueError(f"a query of {self.dimension} dimensions expected, got shape {query.shape}")
        return query

    def _capacity(self) -> int:
        return sum(len(block) for block in self._blocks)

    def _reserve(self, rows: int) -> None:
        missing = rows - self._capacity()
        if missing > 0:
            size = max(missing, _SMALLEST_BLOCK, self._capacity() // 8)
            self._blocks.append(np.empty((size, self.dimension), np.float32))
        if rows > len(self._ids):
            size = max(rows, len(self._ids) + max(_SMALLEST_BLOCK, len(self._ids) // 8))
            self._ids = _grown(self._ids, size)
            self._columns = {name: _grown(values, size) for name, values in self._columns.items()}

    def _filled(self) -> Iterator[tuple[int, Vectors]]:
        """(position of the first row, the rows in use) of each block."""
        start = 0
        for block in self._blocks:
            rows = min(len(block), self._count - start)
            if rows <= 0:
                return
            yield start, block[:rows]
            start += len(block)

    def _parts(self, positions: Ids) -> Iterator[tuple[int, tuple[Ids, Ids]]]:
        """Split positions by block: (block, (which of the positions, rows in the block))."""
        start = 0
        for part, block in enumerate(self._blocks):
            which = np.flatnonzero((positions >= start) & (positions < start + len(block)))
            if len(which):
                yield part, (which, positions[which] - start)
            start += len(block)

    def _gathered(self, positions: Ids) -> Vectors:
        rows = np.empty((len(positions), self.dimension), np.float32)
        for part, (which, places) in self._parts(positions):
            rows[which] = self._blocks[part][places]
        return rows

    def _mask(self, allow: Allow) -> NDArray[np.bool_]:
        ids = self._ids[: self._count]
        return allow(ids, {name: values[: self._count] for name, values in self._columns.items()})

    def _hits(self, query: NDArray[np.float32], positions: Ids, k: int, floor: float) -> Hits:
        """Scores again in float64, so that they depend neither on where a row lies nor on its
        neighbours."""
        ids = self._ids[positions]
        scores = np.empty(len(positions), np.float32)
        for start in range(0, len(positions), _GATHER_ROWS):
            rows = self._gathered(positions[start : start + _GATHER_ROWS])
            exact = np.einsum("ij,j->i", rows, query, dtype=np.float64)
            scores[start : start + _GATHER_ROWS] = exact
        order = ranked(ids, scores, len(scores))
        order = order[scores[order] >= floor][:k]
        return Hits(ids[order], scores[order])

    def _take_scratch(self, count: int) -> NDArray[np.float32]:
        with self._scratch_lock:
            while self._scratch:
                buffer = self._scratch.pop()
                if len(buffer) >= count:
                    return buffer
        return np.empty(count + count // 8, np.float32)

    def _return_scratch(self, buffer: NDArray[np.float32]) -> None:
        with self._scratch_lock:
            if len(self._scratch) < 2:
                self._scratch.append(buffer)


def _grown(values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    grown = np.empty(size, np.int64)
    grown[: len(values)] = values
    return grown
