"""A library on disk: a folder with the database, the caches and the pictures that have no file.

library.db      the truth
cache/          thumbnails and vector indexes, made again when lost
originals/      pasted or dragged pictures that exist nowhere else
backups/        copies of library.db from before each migration
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.domain.errors import LibraryCorrupt, LibraryError, LibraryReadOnly, LibraryTooNew
from app.storage.database import Database, translated, way_back
from app.storage.tables import metadata
from app.storage.thumbnails import ThumbnailCache

SCHEMA_REVISION = "0004"
_APPLICATION_ID = 0x4C494B45  # "LIKE"
# A full check of a large file would hold up the window; a small one is read in a blink.
_CHECKED_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Library:
    folder: Path
    database: Database
    thumbnails: ThumbnailCache

    @property
    def originals(self) -> Path:
        return self.folder / "originals"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def close(self) -> None:
        self.thumbnails.close()
        self.database.close()


def open_library(folder: Path) -> Library:
    """Open the library in `folder`, or make one there. Migrates an older one after a backup.

    Raises LibraryTooNew, LibraryCorrupt, LibraryReadOnly or LibraryError with a plain sentence;
    nothing is changed then.
    """
    path = folder / "library.db"
    try:
        for part in (folder, folder / "cache", folder / "originals", folder / "backups"):
            part.mkdir(parents=True, exist_ok=True)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise LibraryReadOnly(
            f"The library {folder} cannot be made or written there. Choose a folder of your own."
        ) from error
    except OSError as error:
        raise LibraryError(f"The library {folder} cannot be opened: {error.strerror}.") from error
    _require_writable(folder)
    with translated(path):
        revision = _revision(path)
    if revision is None:
        _create(path)
    elif int(revision) > int(SCHEMA_REVISION):
        raise LibraryTooNew(
            f"The library {folder} was made by a newer Likeness. Update the program to open it; "
            "nothing in it was changed."
        )
    elif revision != SCHEMA_REVISION:
        _migrate(path, revision)
    return Library(folder, Database(path), ThumbnailCache(folder / "cache" / "thumbnails.db"))


def require_library(folder: Path) -> None:
    """For those who would not make one by a mistyped name. Raises LibraryError."""
    if not os.path.lexists(folder / "library.db") and not _backups(folder):
        raise LibraryError(
            f"There is no library in {folder}. Check the path; indexing photographs there would make one."
        )


def _backups(folder: Path) -> list[Path]:
    return list((folder / "backups").glob("library-*.db"))


def is_current(folder: Path) -> bool:
    """Whether there is a library that is opened as it is: it need not be made, brought back or migrated."""
    path = folder / "library.db"
    try:
        with translated(path):
            return path.is_file() and _revision(path) == SCHEMA_REVISION
    except (LibraryError, OSError):
        return False


def back_up_if_due(library: Library, *, every_days: int = 7, keep: int = 3) -> Path | None:
    """Copy the database into backups/ when the newest copy is older than that; None if it is not.

    Takes seconds for a large library: call it from a job. Raises DiskFull.
    """
    copies = sorted(_backups(library.folder), key=lambda copy: copy.stat().st_mtime)
    now = datetime.now(UTC)
    if copies and now.timestamp() - copies[-1].stat().st_mtime < every_days * 86_400:
        return None
    made = _back_up(library.database.path, SCHEMA_REVISION)
    for old in copies[: max(0, len(copies) + 1 - keep)]:
        old.unlink(missing_ok=True)
    return made


def _back_up(path: Path, revision: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    backup = path.parent / "backups" / f"library-{revision}-{stamp}.db"
    partial = backup.with_suffix(".partial")
    try:
        with translated(path):
            with (
                closing(sqlite3.connect(path, timeout=30)) as source,
                closing(sqlite3.connect(partial)) as copy,
            ):
                source.backup(copy)
            return partial.rename(backup)
    except BaseException:
        # On a full disk the half of a copy takes the room that is wanted.
        partial.unlink(missing_ok=True)
        raise


def _require_writable(folder: Path) -> None:
    # Of its own for each process and thread: two may open the library in the same moment.
    probe = folder / f".writable-{os.getpid()}-{threading.get_ident()}"
    try:
        probe.touch()
        probe.unlink()
        if (folder / "library.db").exists():
            (folder / "library.db").open("r+b").close()
    except OSError as error:
        raise LibraryReadOnly(
            f"The library {folder} can be read but not written. "
            "Check its permissions, or copy it to a folder of your own."
        ) from error


def _revision(path: Path) -> str | None:
    """None when there is no database yet. Raises LibraryCorrupt when it is not one of ours, or is gone."""
    if not path.exists() or path.stat().st_size == 0:
        if _backups(path.parent):
            # An empty library in its place would look as if nothing had ever been there.
            raise LibraryCorrupt(
                f"The library {path.parent} has lost its file library.db: it is missing or empty. "
                f"{way_back(path.parent)}"
            )
        return None
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not tables:
                return None
            raise LibraryCorrupt(f"{path} is a database, but not a library of Likeness.")
        if path.stat().st_size <= _CHECKED_BYTES:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError("database disk image is malformed")
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            row = None
    if row is None or not str(row[0]).isdecimal():
        raise sqlite3.DatabaseError("database disk image is malformed")
    return str(row[0])


def _create(path: Path) -> None:
    """A new library needs no migration: the tables as they are now, stamped as the newest."""
    database = Database(path)
    try:
        with database.write() as connection:
            # Another process may have made it between the look and the lock.
            found = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
            if not found:
                metadata.create_all(connection)
                connection.exec_driver_sql(
                    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
                )
                connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (SCHEMA_REVISION,))
                connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION_ID}")
    finally:
        database.close()


def _migrate(path: Path, revision: str) -> None:
    # Alembic takes 0.2 s to import, and an up-to-date library never needs it.
    from app.storage.migrations import upgrade

    _back_up(path, revision)
    with translated(path):
        upgrade(path)
