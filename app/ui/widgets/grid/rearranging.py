"""How one list of ids becomes another, worked out without Qt so that any thread can do it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Every run is one signal and one copy of the list; past this a reset is quicker.
_MOST_RUNS: Final = 16


@dataclass(frozen=True, eq=False)
class Rearrangement:
    """From `before` to `ids`: first the runs `gone` of old rows leave, then the runs `come` of new rows
    arrive (first, last inclusive). `reset` when the rest changes order, or there are too many runs.
    `rows` is the row of each new id."""

    before: list[Hashable]
    ids: list[Hashable]
    rows: dict[Hashable, int]
    gone: list[tuple[int, int]]
    come: list[tuple[int, int]]
    reset: bool

    @property
    def changes(self) -> bool:
        return self.reset or bool(self.gone or self.come)


def rearranged(before: list[Hashable], after: Sequence[Hashable] | NDArray[np.int64]) -> Rearrangement:
    """The ids must be unique."""
    ids: list[Hashable] = after.tolist() if isinstance(after, np.ndarray) else list(after)
    if ids == before:
        rows = {identity: row for row, identity in enumerate(ids)}
        return Rearrangement(before, ids, rows, [], [], reset=False)
    rows = {identity: row for row, identity in enumerate(ids)}
    # Where each old id stands in the new list, -1 for gone.
    place = np.fromiter((rows.get(identity, -1) for identity in before), np.int64, len(before))
    kept = place[place >= 0]
    new = np.ones(len(ids), np.bool_)
    new[kept] = False
    gone, come = runs(np.flatnonzero(place < 0)), runs(np.flatnonzero(new))
    reset = bool(np.any(np.diff(kept) < 0)) or len(gone) + len(come) > _MOST_RUNS
    return Rearrangement(before, ids, rows, gone, come, reset)


def runs(rows: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Rising numbers as runs (first, last inclusive)."""
    if not len(rows):
        return []
    ends = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], ends + 1))].tolist()
    lasts = rows[np.concatenate((ends, [len(rows) - 1]))].tolist()
    return list(zip(firsts, lasts, strict=True))
