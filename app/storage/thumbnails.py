"""A cache of small JPEG pictures beside the library: lost or damaged, it is made again."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from app.domain.errors import DiskFull, LibraryCorrupt
from app.storage.database import translated

_log = logging.getLogger(__name__)

_SCHEMA = "CREATE TABLE IF NOT EXISTS pictures (kind TEXT, key INTEGER, jpeg BLOB, PRIMARY KEY (kind, key))"


class ThumbnailCache:
    """JPEG bytes by kind ("photo", "face") and row id. Thread-safe: a connection per thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False
        try:
            if self._damage_mark.exists():
                raise sqlite3.DatabaseError("found damaged when it was last used")
            self._connection().execute("SELECT count(*) FROM (SELECT 1 FROM pictures LIMIT 1)")
        except sqlite3.DatabaseError:
            self._recreate()

    def get(self, kind: str, key: int) -> bytes | None:
        row = None
        with self._unless_damaged():
            row = (
                self._connection()
                .execute("SELECT jpeg FROM pictures WHERE kind = ? AND key = ?", (kind, key))
                .fetchone()
            )
        return row[0] if row else None

    def has(self, kind: str, keys: Sequence[int]) -> set[int]:
        """Those of the keys that are cached."""
        found: set[int] = set()
        with self._unless_damaged():
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                rows = self._connection().execute(
                    f"SELECT key FROM pictures WHERE kind = ? AND key IN ({marks})", (kind, *part)
                )
                found.update(row[0] for row in rows)
        return found

    def put(self, kind: str, key: int, jpeg: bytes) -> None:
        self.put_many([(kind, key, jpeg)])

    def put_many(self, pictures: Iterable[tuple[str, int, bytes]]) -> None:
        """One transaction; replaces what stands there. Where there is no room nothing is kept: the
        pictures are made again when they are wanted."""
        with self._unless_damaged(), suppress(DiskFull), self._translated(), self._lock:
            connection = self._connection()
            with connection:
                connection.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)", pictures)

    def drop(self, kind: str, keys: Iterable[int]) -> None:
        with self._unless_damaged(), self._lock:
            connection = self._connection()
            with connection:
                connection.executemany(
                    "DELETE FROM pictures WHERE kind = ? AND key = ?", ((kind, key) for key in keys)
                )

    def clear(self) -> None:
        """Forget every picture and give the room back to the disk."""
        with self._translated(), self._lock:
            connection = self._connection()
            with connection:
                connection.execute("DELETE FROM pictures")
            connection.execute("VACUUM")

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    def _connection(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the thumbnail cache is closed")
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA cache_size=-4096")
            connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        self._local.connection = connection
        self._connections.append(connection)
        return connection

    @property
    def _damage_mark(self) -> Path:
        return self.path.with_suffix(".damaged")

    def _translated(self) -> AbstractContextManager[None]:
        """Errors speak of the library that the cache belongs to."""
        return translated(self.path.parent)

    @contextmanager
    def _unless_damaged(self) -> Iterator[None]:
        """A damaged cache holds nothing. Other threads are reading it, so it is made anew next time."""
        try:
            with self._translated():
                yield
        except LibraryCorrupt:
            _log.warning("the cache of thumbnails is damaged and will be made again at the next start")
            with suppress(OSError):
                self._damage_mark.touch()

    def _recreate(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).unlink()
        self._damage_mark.unlink(missing_ok=True)
        with self._translated():
            self._connection()
