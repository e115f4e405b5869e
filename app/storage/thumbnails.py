"""A cache of small JPEG pictures beside the library: lost or damaged, it is made again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from app.storage.database import translated

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
            self._connection().execute("SELECT count(*) FROM (SELECT 1 FROM pictures LIMIT 1)")
        except sqlite3.DatabaseError:
            self._recreate()

    def get(self, kind: str, key: int) -> bytes | None:
        with translated(self.path):
            row = (
                self._connection()
                .execute("SELECT jpeg FROM pictures WHERE kind = ? AND key = ?", (kind, key))
                .fetchone()
            )
        return row[0] if row else None

    def has(self, kind: str, keys: Sequence[int]) -> set[int]:
        """Those of the keys that are cached."""
        found: set[int] = set()
        with translated(self.path):
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
        """One transaction; replaces what stands there."""
        with translated(self.path), self._lock:
            connection = self._connection()
            with connection:
                connection.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?)", pictures)

    def drop(self, kind: str, keys: Iterable[int]) -> None:
        with translated(self.path), self._lock:
            connection = self._connection()
            with connection:
                connection.executemany(
                    "DELETE FROM pictures WHERE kind = ? AND key = ?", ((kind, key) for key in keys)
                )

    def clear(self) -> None:
        """Forget every picture and give the room back to the disk."""
        with translated(self.path), self._lock:
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
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-4096")
        connection.execute(_SCHEMA)
        self._local.connection = connection
        self._connections.append(connection)
        return connection

    def _recreate(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).unlink()
        with translated(self.path):
            self._connection()
