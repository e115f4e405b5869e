"""The changes as a flat list of day headings and rows; rows are fetched when they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from app.services.history import HistoryRow, HistoryService
from app.services.listing import Listing
from app.ui.controller import TaskRunner

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
HEADING_ROLE = int(Qt.ItemDataRole.UserRole) + 2
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Heading:
    title: str
    count: int


class HistoryModel(QAbstractListModel):
    """Entries are headings and ids of changes. `ROW_ROLE` is None until the row has come."""

    def __init__(self, history: HistoryService, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history, self._tasks = history, tasks
        self._entries: list[Heading | int] = []
        self._places: dict[int, int] = {}
        self._rows: dict[int, HistoryRow] = {}
        self._wanted: dict[int, None] = {}
        self._asked: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._ask)

    def show(self, listing: Listing) -> None:
        self.beginResetModel()
        self._entries = []
        ids = listing.ids.tolist()
        for section in listing.sections:
            self._entries.append(Heading(section.title, section.count))
            self._entries.extend(ids[section.start : section.start + section.count])
        self._places = {
            entry: place for place, entry in enumerate(self._entries) if not isinstance(entry, Heading)
        }
        # A change is written once; only whether it is undone can alter, so all rows are asked again.
        self._rows.clear()
        self._asked.clear()
        self.endResetModel()

    @property
    def changes(self) -> int:
        return len(self._places)

    def place(self, change_pk: int) -> int:
        """The entry of a change, -1 when it is not shown."""
        return self._places.get(change_pk, -1)

    def id_at(self, place: int) -> int | None:
        """The change of an entry; None for a heading."""
        entry = self._entries[place]
        return None if isinstance(entry, Heading) else entry

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if isinstance(self._entries[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        entry = self._entries[index.row()]
        if isinstance(entry, Heading):
            if role == HEADING_ROLE:
                return entry
            return entry.title if role == Qt.ItemDataRole.DisplayRole else None
        if role == HEADING_ROLE:
            return None
        row = self._rows.get(entry)
        if row is None and entry not in self._asked:
            self._wanted[entry] = None
            self._timer.start()
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) and row is not None:
            return row.change.summary + (", undone" if row.undone else "")
        return None

    def _ask(self) -> None:
        ids = [pk for pk in self._wanted if pk not in self._asked]
        self._wanted.clear()
        if ids:
            self._asked.update(ids)
            self._tasks.run(self._history.rows, ids, done=self._provide, failed=lambda _error: None)

    def _provide(self, rows: dict[int, HistoryRow]) -> None:
        for pk, row in rows.items():
            place = self._places.get(pk)
            if place is not None:
                self._rows[pk] = row
                index = self.index(place)
                self.dataChanged.emit(index, index)

    def ids(self) -> Sequence[int]:
        return list(self._places)
