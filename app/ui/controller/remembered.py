"""Where the person was in a library when its window was closed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from PySide6.QtCore import QSettings

_FIRST = "photos"
# A photo or a person may be gone by the next time: the page they were opened from stands for them.
_SHOWN_AS = {"photo": "photos", "person": "people"}
_PAGES = frozenset(
    (
        "photos",
        "faces",
        "people",
        "compare",
        "search",
        "analyse",
        "metrics",
        "history",
        "models",
        "settings",
    )
)


class Remembered:
    """The page and the collection, for each library apart."""

    def __init__(self, state: QSettings | None, folder: Path) -> None:
        """Without `state` nothing is remembered."""
        self._state = state
        mark = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
        self._page, self._collection = f"library-{mark}/page", f"library-{mark}/collection"

    def read(self) -> tuple[str, int | None]:
        """(page key, row of the collection or None)"""
        if self._state is None:
            return _FIRST, None
        page, pk = str(self._state.value(self._page)), str(self._state.value(self._collection))
        return page if page in _PAGES else _FIRST, int(pk) if pk.isdecimal() else None

    def write(self, page: str, collection_pk: int | None) -> None:
        if self._state is None:
            return
        page = _SHOWN_AS.get(page, page)
        if page in _PAGES:
            self._state.setValue(self._page, page)
        if collection_pk is not None:
            self._state.setValue(self._collection, collection_pk)
        self._state.sync()
