"""The library's database: one SQLite file in WAL mode, read by many, written by one at a time."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from app.domain.errors import DiskFull, LibraryCorrupt, LibraryError, LibraryReadOnly
from app.domain.records import ChangeKind, ChangeSet, Origin
from app.storage import journal
from app.storage.gate import Priority, WriteGate
from app.storage.unit_of_work import UnitOfWork

_BUSY_SECONDS = 30


class Act:
    """An open unit of work and, once it has been committed, what it touched."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.changes = ChangeSet()


class Database:
    """Hands out read connections and units of work. Thread-safe; a second process may write too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._gate = WriteGate()
        self._engine = _engine(path)
        # The transaction that this thread is in, made by `together`.
        self._joined = threading.local()

    @property
    def engine(self) -> Engine:
        return self._engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent state."""
        joined = self._own_transaction()
        if joined is not None:
            yield joined
            return
        with translated(self.path), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, priority: Priority = Priority.INTERACTIVE) -> Iterator[Connection]:
        """A transaction without a journal: facts, caches, jobs. Committed at the end of the block."""
        joined = self._own_transaction()
        if joined is not None:
            with _within(joined):
                yield joined
            return
        with translated(self.path), self._gate.entered(priority), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def together(self) -> Iterator[Connection]:
        """One transaction for all that this thread reads and writes in the block: all of it is kept, or
        nothing. What fails inside and is caught there is taken back alone.

        Short acts only, none that waits for another thread to write: the library's one writer is taken.
        What is published inside is told too early; hold it back (EventHub.held).
        """
        with self.write() as connection:
            outer = self._own_transaction()
            self._joined.connection = connection
            try:
                yield connection
            finally:
                self._joined.connection = outer

    def _own_transaction(self) -> Connection | None:
        found: Connection | None = getattr(self._joined, "connection", None)
        return found

    @contextmanager
    def act(
        self,
        kind: ChangeKind,
        origin: Origin,
        collection_pk: int | None = None,
        *,
        change_pk: int | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Iterator[Act]:
        """One journalled transaction. `change_pk` continues an open change (a running job's).

        Set `act.work.summary` inside the block; read `act.changes` after it.
        """
        with self.write(priority) as connection:
            act = Act(UnitOfWork(connection, kind, origin, collection_pk, change_pk=change_pk))
            yield act
            act.changes = act.work.finish()

    def reverse(self, change_pk: int, origin: Origin) -> ChangeSet:
        """Undo a change, or redo an undo. Raises DependedOn or Conflict, and then nothing is done."""
        with self.write() as connection:
            return journal.reverse(connection, change_pk, origin)

    def close(self) -> None:
        self._engine.dispose()


def database_url(path: Path) -> URL:
    """Not as one string: a ? in the name of a folder would begin the options."""
    return URL.create("sqlite", database=str(path))


def _engine(path: Path) -> Engine:
    engine = create_engine(
        database_url(path), connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        # SQLAlchemy emits BEGIN itself; the driver's own implicit BEGIN would start as a reader.
        connection.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "cache_size=-16384",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def _within(connection: Connection) -> Iterator[None]:
    """A part of a transaction that can fail alone. SQLite nests savepoints of one name."""
    connection.exec_driver_sql("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK TO part")
        connection.exec_driver_sql("RELEASE part")
        raise
    connection.exec_driver_sql("RELEASE part")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into sentences."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise _sentence(path, error) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(_full(path)) from error
        raise


def _full(path: Path) -> str:
    return (
        f"The disk that holds the library {path.parent} is full. Free some space there, then do this again; "
        "all that was done before is kept."
    )


def way_back(folder: Path) -> str:
    """What helps a library that is damaged. The log of a damaged database must go with it: it would be
    played into the copy that takes its place."""
    try:
        newest = max((folder / "backups").glob("library-*.db"), key=lambda copy: copy.stat().st_mtime)
    except (OSError, ValueError):
        return (
            "It has no backup yet: put back a copy of your own, or index the photographs into a new library."
        )
    return (
        f"Move library.db, library.db-wal and library.db-shm out of its folder, then copy {newest.name} "
        "from its backups folder there and name it library.db."
    )


def _sentence(path: Path, error: Exception) -> Exception:
    cause = getattr(error, "orig", error)
    text = str(cause).lower()
    if "disk is full" in text or ("disk i/o" in text and "full" in text):
        return DiskFull(_full(path))
    if "readonly" in text or "read-only" in text:
        return LibraryReadOnly(
            f"The library {path.parent} can be read but not written. "
            "Check its permissions, or copy it to a folder of your own."
        )
    if "malformed" in text or "not a database" in text:
        return LibraryCorrupt(
            f"The library {path.parent} is damaged; nothing in it was changed. {way_back(path.parent)}"
        )
    if "locked" in text or "busy" in text:
        return LibraryError(
            f"Another program has held the library {path.parent} for {_BUSY_SECONDS} seconds. "
            "Close it there, then try again."
        )
    if isinstance(error, OperationalError) and "unable to open" in text:
        return LibraryError(f"The library {path.parent} could not be opened. Check that its folder is there.")
    return error
