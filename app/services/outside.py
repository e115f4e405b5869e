"""What other processes changed in the library, for a window that shows it."""

from __future__ import annotations

from app.domain.records import ChangeSet
from app.storage.database import Database
from app.storage.repositories import changes


class OutsideChanges:
    """Reads the journal past what was seen last. What this process did itself is in it too: a view
    that refreshes once more is cheaper than a record of who did what."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.read() as connection:
            self._seen = changes.last_row(connection)

    def poll(self) -> ChangeSet | None:
        """What was touched since the last call; None for nothing."""
        with self._database.read() as connection:
            newest = changes.last_row(connection)
            if newest == self._seen:
                return None
            touched = changes.touched_since(connection, self._seen)
        self._seen = newest
        return touched
