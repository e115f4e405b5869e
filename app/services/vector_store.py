"""One search index for each collection, kept in step with the database by reading its journal."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.domain.embedding import SimilarityScale
from app.domain.errors import Conflict, ModelError, ResourceNotFound
from app.inference.engine import Embedder, FaceEngine
from app.search.cache_file import open_index, save_index
from app.search.exact import ExactIndex
from app.search.people import PeopleVectors, people_vectors
from app.storage.library import Library
from app.storage.repositories import vectors
from app.storage.repositories.rows import Connection

_log = logging.getLogger(__name__)

USER: Final = "user"
PHOTO: Final = "photo"
NOBODY: Final = vectors.NOBODY

# Fewer vectors than this are read from the database sooner than a person can notice.
_WORTH_A_FILE: Final = 20_000
_JOURNAL_STEP: Final = 50_000
# Past this many journal rows, reading everything anew is faster than following them.
_TOO_FAR_BEHIND: Final = 500_000


@dataclass(frozen=True)
class CollectionVectors:
    """A collection as one search sees it: the index (columns USER and PHOTO), its people, and what its
    vectors mean: the contract (digest) and the scale of its model."""

    collection_pk: int
    index: ExactIndex
    people: PeopleVectors
    contract: str
    scale: SimilarityScale


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    digest: str = ""
    index: ExactIndex | None = None
    people: PeopleVectors | None = None
    seen: int = 0
    newest: int = 0
    saved: bool = False


class VectorStore:
    """Hands out indexes that hold what the database held when they were asked for, whoever wrote it:
    this process, another one, or an undo. Safe from any thread; call close() before the library's."""

    def __init__(self, library: Library, engine: FaceEngine) -> None:
        self._database = library.database
        self._cache = library.cache
        self._engine = engine
        self._lock = threading.Lock()
        self._entries: dict[int, _Entry] = {}

    def of(self, collection_pk: int) -> CollectionVectors:
        """Raises ResourceNotFound for a collection that is not there, Conflict for one whose vectors are
        of a model that is not installed."""
        entry = self._entry(collection_pk)
        with entry.lock, self._database.read() as connection:
            contract = vectors.contract_of(connection, collection_pk)
            if contract is None:
                self._forget(collection_pk, entry)
                raise ResourceNotFound("This collection is not in the library any more.")
            embedder = self._embedder(contract)
            index = self._in_step(connection, entry, collection_pk, contract, embedder.contract.dimension)
            if entry.people is None:
                entry.people = people_vectors(index, USER)
            return CollectionVectors(collection_pk, index, entry.people, contract.digest, embedder.scale)

    def close(self) -> None:
        """Write what changed, so that the next start need not read every vector."""
        with self._lock:
            entries = dict(self._entries)
        for collection_pk, entry in entries.items():
            with entry.lock:
                self._save(collection_pk, entry)

    def _embedder(self, contract: vectors.CollectionContract) -> Embedder:
        try:
            return self._engine.embedder(contract.digest)
        except ModelError as error:
            raise Conflict(
                f"The faces of “{contract.display_name}” were measured with the model "
                f"{contract.model_id}, which is not installed. Add it again on "
                "the Models page, or switch the collection to a model that is there: vectors of different "
                "models cannot be compared."
            ) from error

    def _entry(self, collection_pk: int) -> _Entry:
        with self._lock:
            return self._entries.setdefault(collection_pk, _Entry())

    def _forget(self, collection_pk: int, entry: _Entry) -> None:
        entry.index = entry.people = None
        entry.digest = ""
        entry.seen = entry.newest = 0
        for path in self._cache.glob(f"vectors-{collection_pk}-*.index"):
            with suppress(OSError):
                path.unlink()

    # In step with the database; the entry's lock is held

    def _in_step(
        self,
        connection: Connection,
        entry: _Entry,
        collection_pk: int,
        contract: vectors.CollectionContract,
        dimension: int,
    ) -> ExactIndex:
        if entry.digest != contract.digest:
            entry.index = entry.people = None
        if entry.index is None:
            self._open(connection, entry, collection_pk, contract, dimension)
        # A journal that ends earlier than what was seen is a restored copy.
        behind = contract.last_row - entry.seen
        restored = behind < 0 or contract.newest < entry.newest
        if entry.index is None or restored or behind > _TOO_FAR_BEHIND:
            return self._build(connection, entry, collection_pk, contract, dimension)
        # First what the journal does not have: a face that it tells of, too, is read again with that.
        measured = vectors.faces_measured(connection, contract.contract_pk, entry.newest, contract.newest)
        self._reread(
            connection, entry, entry.index, collection_pk, contract, np.unique(np.array(measured, np.int64))
        )
        entry.newest = contract.newest
        for start in range(entry.seen, contract.last_row, _JOURNAL_STEP):
            until = min(start + _JOURNAL_STEP, contract.last_row)
            touched = np.array(sorted(vectors.touched_faces(connection, start, until)), np.int64)
            self._reread(connection, entry, entry.index, collection_pk, contract, touched)
            entry.seen = until
        return entry.index

    def _reread(
        self,
        connection: Connection,
        entry: _Entry,
        index: ExactIndex,
        collection_pk: int,
        contract: vectors.CollectionContract,
        touched: np.ndarray[Any, np.dtype[np.int64]],
    ) -> None:
        if not len(touched):
            return
        users = set(index.values(USER, touched, absent=NOBODY).tolist())
        rows = vectors.of_faces(
            connection, collection_pk, contract.contract_pk, index.dimension, touched.tolist()
        )
        before = index.version
        index.remove(np.setdiff1d(touched, rows.ids))
        index.upsert(rows.ids, rows.vectors, {USER: rows.users, PHOTO: rows.photos})
        if index.version != before:
            entry.saved = False
        users = (users | set(rows.users.tolist())) - {NOBODY}
        if entry.people is not None and users:
            entry.people = entry.people.replaced(users, people_vectors(index, USER, users))

    def _build(
        self,
        connection: Connection,
        entry: _Entry,
        collection_pk: int,
        contract: vectors.CollectionContract,
        dimension: int,
    ) -> ExactIndex:
        """Read every vector, in parts, into space that is reserved once."""
        capacity = vectors.count(connection, collection_pk)
        index = ExactIndex(dimension, (USER, PHOTO), capacity=capacity)
        for rows in vectors.stream(connection, collection_pk, contract.contract_pk, index.dimension):
            index.upsert(rows.ids, rows.vectors, {USER: rows.users, PHOTO: rows.photos})
        if len(index) < capacity:
            _log.info("%d faces of %s have no vector", capacity - len(index), contract.display_name)
        entry.index, entry.people = index, None
        entry.digest, entry.seen, entry.saved = contract.digest, contract.last_row, False
        entry.newest = contract.newest
        # At once, for the program may be killed before it closes.
        self._save(collection_pk, entry)
        return index

    # The cache file

    def _path(self, collection_pk: int, digest: str) -> Path:
        return self._cache / f"vectors-{collection_pk}-{digest}.index"

    def _open(
        self,
        connection: Connection,
        entry: _Entry,
        collection_pk: int,
        contract: vectors.CollectionContract,
        dimension: int,
    ) -> None:
        """Take the cache file when the database still has the journal row that it was in step with."""
        opened = open_index(self._path(collection_pk, contract.digest))
        if opened is None:
            return
        index, stamp = opened
        seen, newest = stamp.get("seen"), stamp.get("newest")
        stale = (
            stamp.get("contract") != contract.digest
            or stamp.get("count") != len(index)
            or not isinstance(seen, int)
            or seen > contract.last_row
            or not isinstance(newest, int)
            or newest > contract.newest
            or stamp.get("mark") != vectors.row_mark(connection, seen)
            or index.dimension != dimension
            or set(index.column_names) != {USER, PHOTO}
        )
        if not stale:
            entry.index, entry.people = index, None
            entry.digest, entry.seen, entry.saved = contract.digest, int(seen or 0), True
            entry.newest = int(newest or 0)

    def _save(self, collection_pk: int, entry: _Entry) -> None:
        index = entry.index
        if index is None or entry.saved or len(index) < _WORTH_A_FILE:
            return
        with self._database.read() as connection:
            mark = vectors.row_mark(connection, entry.seen)
        stamp = {"contract": entry.digest, "count": len(index), "seen": entry.seen, "mark": mark}
        stamp["newest"] = entry.newest
        path = self._path(collection_pk, entry.digest)
        try:
            save_index(index, path, stamp)
        except OSError as error:
            # Only a cache: without it the next start takes a little longer.
            _log.info("%s was not written: %s", path, error)
            return
        entry.saved = True
        for other in self._cache.glob(f"vectors-{collection_pk}-*.index"):
            if other != path:
                with suppress(OSError):
                    other.unlink()
