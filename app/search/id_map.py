"""Where each id's row lies, in 12 bytes a row."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ABSENT: Final = -1
_SMALLEST_MERGE: Final = 4096


class IdMap:
    """int64 ids to row positions. A Python dict would take 100 bytes a row; this keeps two sorted
    arrays, and a dict only of what has moved since they were last sorted."""

    def __init__(self) -> None:
        self._ids = np.empty(0, np.int64)
        self._positions = np.empty(0, np.int32)
        self._recent: dict[int, int] = {}

    @property
    def nbytes(self) -> int:
        """Bytes held, the dict by estimate."""
        return self._ids.nbytes + self._positions.nbytes + 150 * len(self._recent)

    def rebuild(self, ids: NDArray[np.int64]) -> None:
        """Take ids (n,) whose positions are 0 to n-1."""
        self._recent = {}
        if len(ids) < 2 or bool(np.all(ids[1:] > ids[:-1])):
            self._ids, self._positions = ids.copy(), np.arange(len(ids), dtype=np.int32)
        else:
            order = np.argsort(ids, kind="stable")
            self._ids, self._positions = ids[order], order.astype(np.int32)

    def find(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Positions of ids (n,), ABSENT for those that are not there."""
        found = np.full(len(ids), ABSENT, np.int64)
        if len(self._ids):
            places = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
            hit = self._ids[places] == ids
            found[hit] = self._positions[places[hit]]
        if self._recent:
            for index, key in enumerate(ids.tolist()):
                found[index] = self._recent.get(key, found[index])
        return found

    def put(self, ids: NDArray[np.int64], positions: NDArray[np.int64], all_ids: NDArray[np.int64]) -> None:
        """Note that ids lie at positions (or ABSENT). `all_ids` are the ids of all rows by now."""
        if len(self._recent) + len(ids) > max(_SMALLEST_MERGE, len(all_ids) // 64):
            self.rebuild(all_ids)
        else:
            self._recent.update(zip(ids.tolist(), positions.tolist(), strict=True))
