"""History: what was done, in words, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import DependedOn
from app.domain.records import Change, ChangeKind, ChangeSet, Origin
from app.services.calls import Calls
from app.services.events import EventHub
from app.services.history_calls import equal_calls
from app.services.history_lines import before_and_after, equal_command
from app.services.listing import MONTHS, Listing, Section
from app.storage import journal
from app.storage.clock import from_ms
from app.storage.database import Database
from app.storage.repositories import changes
from app.storage.repositories.changes import HistoryFilter
from app.storage.repositories.rows import Connection

__all__ = ["DependedOn", "HistoryDetail", "HistoryFilter", "HistoryRow", "HistoryService"]

_CROPS = 3


@dataclass(frozen=True)
class HistoryRow:
    """`faces`: up to three to picture it with (they may be deleted by now: their crops stay in the
    cache); `count`: all faces that the change touched. `undone` also for a redo taken back again."""

    change: Change
    undone: bool
    faces: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class HistoryDetail:
    """`dependents`: what must be undone first, newest first. `equal_command`: a shell line, or several,
    that does the same; None where the command line has no such act. `calls`: what Rekognition would have
    been asked."""

    row: HistoryRow
    before: list[str]
    after: list[str]
    dependents: list[Change]
    equal_command: str | None
    calls: Calls


class HistoryService:
    """Thread-safe."""

    def __init__(self, database: Database, events: EventHub, origin: Origin) -> None:
        self._database = database
        self._events = events
        self._origin = origin

    def listing(self, wanted: HistoryFilter | None = None) -> NDArray[np.int64]:
        """Ids of the changes, newest first."""
        with self._database.read() as connection:
            return changes.newest_first(connection, wanted or HistoryFilter())[0]

    def by_day(self, wanted: HistoryFilter | None = None, today: date | None = None) -> Listing:
        """As `listing`, with a section a day on this machine's clock: "Today", "Yesterday",
        "14 August 2024"."""
        with self._database.read() as connection:
            ids, moments = changes.newest_first(connection, wanted or HistoryFilter())
        now = today or date.today()
        days = [from_ms(moment).astimezone().date() for moment in moments.tolist()]
        sections: list[Section] = []
        for place, day in enumerate(days):
            if place and day == days[place - 1]:
                continue
            end = next((later for later in range(place, len(days)) if days[later] != day), len(days))
            sections.append(Section(_day(day, now), place, end - place))
        return Listing(ids, sections)

    def rows(self, ids: Sequence[int]) -> dict[int, HistoryRow]:
        with self._database.read() as connection:
            found = changes.by_pks(connection, ids)
            return {pk: _row(connection, change) for pk, change in found.items()}

    def detail(self, change_pk: int) -> HistoryDetail:
        """Raises ResourceNotFound."""
        with self._database.read() as connection:
            change = journal.get_change(connection, change_pk)
            before, after = before_and_after(connection, change)
            row = _row(connection, change)
            return HistoryDetail(
                row=row,
                before=before,
                after=after,
                dependents=[] if row.undone else journal.dependents(connection, change_pk),
                equal_command=equal_command(connection, change),
                calls=equal_calls(connection, change),
            )

    def undo(self, change_pk: int) -> ChangeSet:
        """Take one change back, or bring it back when it is an undo. Raises DependedOn (which names
        what rests on it), Conflict, ResourceNotFound; then nothing is done."""
        return self._told(self._database.reverse(change_pk, self._origin))

    def undo_with_dependents(self, change_pk: int) -> ChangeSet:
        """Take back what rests on the change, newest first, and then the change: all or nothing."""
        with self._database.write() as connection:
            touched = journal.reverse_with_dependents(connection, change_pk, self._origin)
        return self._told(touched)

    def undo_last(self) -> ChangeSet | None:
        """Take back the newest act that is not undone; None when there is none."""
        return self._reverse_newest(undo=True)

    def redo_last(self) -> ChangeSet | None:
        """Bring back what was undone last; None when nothing was, or when something new was done since."""
        return self._reverse_newest(undo=False)

    def _reverse_newest(self, *, undo: bool) -> ChangeSet | None:
        with self._database.write() as connection:
            find = journal.last_undoable if undo else journal.last_redoable
            newest = find(connection)
            if newest is None:
                return None
            touched = journal.reverse(connection, newest.id, self._origin)
        return self._told(touched)

    def _told(self, touched: ChangeSet) -> ChangeSet:
        self._events.publish(touched)
        return touched


def _row(connection: Connection, change: Change) -> HistoryRow:
    undone = change.undone_by is not None
    if change.kind is ChangeKind.REDO:
        # A redo stands for its act, which may have been undone again.
        undone = journal.act_if_redo(connection, change).undone_by is not None
    return HistoryRow(
        change=change,
        undone=undone,
        faces=tuple(changes.shown_faces(connection, change, _CROPS)),
        count=changes.face_count(connection, change.id),
    )


def _day(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if (today - day).days == 1:
        return "Yesterday"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
