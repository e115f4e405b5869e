"""Models of the grid: they hold ids; the rows behind them are fetched when they are shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from app.ui.widgets.grid.layout import Section
from app.ui.widgets.grid.rearranging import Rearrangement, rearranged, runs

_Index = QModelIndex | QPersistentModelIndex

CELL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ID_ROLE = int(Qt.ItemDataRole.UserRole) + 2


class CellState(StrEnum):
    """What there is to show of a cell's picture."""

    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CellBox:
    """A face's box in ratios of the whole picture, in a person's colour number (None: not named)."""

    left: float
    top: float
    width: float
    height: float
    color: int | None = None


@dataclass(frozen=True, slots=True)
class CellContent:
    """What one cell shows; the delegates of this package paint it.

    `name` is read out and shown in the tooltip. `caption` stands under the picture with a dot in the
    person's colour number; `value` (a similarity, "98.7") at its right. `badge` is the count of
    faces, shown from two on. `tag` lies on the picture in warn colours ("61.8"). `boxes` are drawn
    while hovered. `aspect` is width / height of the picture (boxes need it). `subject` is anything
    the page wants back.
    """

    name: str
    image: Hashable | None = None
    focus: tuple[float, float] = (0.5, 0.5)
    aspect: float = 1.0
    state: CellState = CellState.READY
    reason: str = ""
    caption: str = ""
    caption_token: str = "t1"
    dot: int | None = None
    value: str = ""
    badge: int = 0
    tag: str = ""
    boxes: tuple[CellBox, ...] = ()
    tooltip: str = ""
    subject: Any = None


class GridModel(QAbstractListModel):
    """A list of ids in sections. Subclass it, or use IdListModel."""

    sections_changed = Signal()

    def sections(self) -> Sequence[Section]:
        """Sections that cover all rows in order; empty for one section without a heading."""
        return ()

    def cell(self, row: int) -> CellContent | None:
        """What a row shows, or None while it is fetched (a skeleton is painted)."""
        raise NotImplementedError

    def fetch(self, first: int, last: int) -> None:
        """Rows first..last (inclusive) are in sight: get what is not there yet."""

    def id_at(self, row: int) -> Any:
        raise NotImplementedError

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == ID_ROLE:
            return self.id_at(index.row())
        if role == CELL_ROLE:
            return self.cell(index.row())
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            content = self.cell(index.row())
            if content is None:
                return ""
            if role == Qt.ItemDataRole.ToolTipRole:
                return content.tooltip or content.name
            return content.name
        return None


class IdListModel(GridModel):
    """Ids given whole, contents given later: `wanted(ids)` asks, `provide({id: content})` answers.

    `set_ids` turns a new list into insertions and removals where it can, so that selection, current
    cell and scroll position stay; ids must be unique and hashable. At most `keep` contents are held.
    """

    wanted = Signal(list)

    def __init__(self, parent: QObject | None = None, *, keep: int = 6000) -> None:
        super().__init__(parent)
        self._ids: list[Hashable] = []
        self._rows: dict[Hashable, int] | None = {}
        self._sections: tuple[Section, ...] = ()
        self._cells: OrderedDict[Hashable, CellContent] = OrderedDict()
        self._asked: set[Hashable] = set()
        self._keep = keep
        self._pending: dict[Hashable, None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._ask)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def sections(self) -> Sequence[Section]:
        return self._sections

    def ids(self) -> list[Hashable]:
        """All ids in order: the model's own list, not to be changed."""
        return self._ids

    def id_at(self, row: int) -> Any:
        return self._ids[row]

    def row_of(self, identity: Hashable) -> int:
        """The row of an id, or -1."""
        if self._rows is None:
            self._rows = {identity: row for row, identity in enumerate(self._ids)}
        return self._rows.get(identity, -1)

    def set_ids(self, ids: Sequence[Hashable], sections: Sequence[Section] = ()) -> None:
        """Show these ids in this order under these sections (they must cover all, in order).

        For a list of many thousands `rearrange` does the same with the work done on another thread.
        """
        self.rearrange(rearranged(self._ids, ids), sections)

    def rearrange(self, plan: Rearrangement, sections: Sequence[Section] = ()) -> None:
        """Show the ids of a plan that was made from `ids()`; one made from an older list is made anew."""
        if plan.before is not self._ids:
            plan = rearranged(self._ids, plan.ids)
        if plan.changes:
            self._sections = ()
            self._apply(plan)
        self._sections = tuple(sections)
        self.sections_changed.emit()

    def _apply(self, plan: Rearrangement) -> None:
        if plan.reset:
            self.beginResetModel()
            self._ids, self._rows = plan.ids, plan.rows
            self.endResetModel()
        else:
            self._rows = None
            for first, last in reversed(plan.gone):
                self.beginRemoveRows(QModelIndex(), first, last)
                self._ids = self._ids[:first] + self._ids[last + 1 :]
                self.endRemoveRows()
            for first, last in plan.come:
                self.beginInsertRows(QModelIndex(), first, last)
                self._ids = self._ids[:first] + plan.ids[first : last + 1] + self._ids[first:]
                self.endInsertRows()
            self._ids, self._rows = plan.ids, plan.rows
        if plan.gone or plan.reset:
            self._asked = {i for i in self._asked if i in plan.rows}
            for identity in [i for i in self._cells if i not in plan.rows]:
                del self._cells[identity]

    def cell(self, row: int) -> CellContent | None:
        return self._cells.get(self._ids[row])

    def fetch(self, first: int, last: int) -> None:
        missing = [i for i in self._ids[first : last + 1] if i not in self._cells and i not in self._asked]
        if missing:
            self._pending.update(dict.fromkeys(missing))
            self._timer.start()

    def provide(self, contents: Mapping[Any, CellContent]) -> None:
        """The answer to `wanted`, or news about cells. Ids no longer shown are ignored."""
        rows = []
        for identity, content in contents.items():
            self._asked.discard(identity)
            row = self.row_of(identity)
            if row < 0:
                continue
            self._cells[identity] = content
            self._cells.move_to_end(identity)
            rows.append(row)
        while len(self._cells) > self._keep:
            self._cells.popitem(last=False)
        for first, last in runs(np.array(sorted(rows), np.int64)):
            self.dataChanged.emit(self.index(first), self.index(last))

    def refresh(self, ids: Iterable[Hashable] | None = None) -> None:
        """Ask again for these ids (None: for all); what is shown stays until the answer comes."""
        for identity in list(self._cells) if ids is None else ids:
            self._asked.discard(identity)
            if identity in self._cells and self.row_of(identity) >= 0:
                self._pending[identity] = None
        self._timer.start()

    def _ask(self) -> None:
        ids = [i for i in self._pending if i not in self._asked]
        self._pending.clear()
        if ids:
            self._asked.update(ids)
            self.wanted.emit(ids)
