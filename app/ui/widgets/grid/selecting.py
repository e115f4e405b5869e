"""Selecting with the keyboard, and the selection as rows and ids."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    Qt,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence

from app.ui.widgets.grid.layout import Move
from app.ui.widgets.grid.surface import GridSurface

_Flag = QItemSelectionModel.SelectionFlag
_MOVES = {
    Qt.Key.Key_Left: Move.LEFT,
    Qt.Key.Key_Right: Move.RIGHT,
    Qt.Key.Key_Up: Move.UP,
    Qt.Key.Key_Down: Move.DOWN,
    Qt.Key.Key_Home: Move.HOME,
    Qt.Key.Key_End: Move.END,
    Qt.Key.Key_PageUp: Move.PAGE_UP,
    Qt.Key.Key_PageDown: Move.PAGE_DOWN,
}
_NOTED = 5000  # selected ids carried over a reset of the model
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


class SelectingGrid(GridSurface):
    """The keyboard of the grid and its selection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._anchor_row = -1
        self._noted: list[Any] = []

    # -- the selection ------------------------------------------------------------------------------

    def selected_rows(self) -> list[int]:
        """All selected rows, rising."""
        rows: list[int] = []
        for part in self._parts():
            rows.extend(range(part.top(), part.bottom() + 1))
        return sorted(rows)

    def selected_count(self) -> int:
        """How many are selected, without listing them."""
        return sum(part.height() for part in self._parts())

    def selected_ids(self) -> list[Any]:
        """Ids of the selected rows, in order."""
        return [self.id_at(row) for row in self.selected_rows()]

    def _parts(self) -> list[QItemSelectionRange]:
        return list(self.selectionModel().selection())  # type: ignore[call-overload,no-any-return]

    def select_rows(self, rows: list[int], *, replace: bool = True) -> None:
        """Select these rows; with `replace` nothing else stays selected."""
        runs: list[tuple[int, int]] = []
        for row in sorted(set(rows)):
            if runs and runs[-1][1] == row - 1:
                runs[-1] = (runs[-1][0], row)
            else:
                runs.append((row, row))
        self._select_runs(runs, _Flag.ClearAndSelect if replace else _Flag.Select)

    def select_none(self) -> None:
        self.selectionModel().clearSelection()

    def set_current_row(self, row: int, *, select: bool = True) -> None:
        """Make a row the current one, in sight, and (by default) the only selected one."""
        self._go(row)
        self._anchor_row = row
        if select:
            self._select_runs([(row, row)], _Flag.ClearAndSelect)

    def _selection_of(self, runs: list[tuple[int, int]]) -> QItemSelection:
        model, selection = self.model(), QItemSelection()
        for first, last in runs:
            selection.select(model.index(first, 0), model.index(last, 0))
        return selection

    def _select_runs(self, runs: list[tuple[int, int]], how: _Flag) -> None:
        self.selectionModel().select(self._selection_of(runs), how)

    def _go(self, row: int) -> None:
        index = self.model().index(row, 0)
        self.selectionModel().setCurrentIndex(index, _Flag.NoUpdate)
        self.scrollTo(index)
        self.viewport().update()

    def setModel(self, model: QAbstractItemModel | None) -> None:
        old = self.model()
        if old is not None:
            old.modelAboutToBeReset.disconnect(self._note_selection)
            old.modelReset.disconnect(self._select_noted)
        super().setModel(model)
        if model is not None:
            model.modelAboutToBeReset.connect(self._note_selection)
            model.modelReset.connect(self._select_noted)  # after the selection model's own

    def _note_selection(self) -> None:
        self._noted = self.selected_ids() if self.selected_count() <= _NOTED else []

    def _select_noted(self) -> None:
        """The model is a new one: select again what was selected and is still there."""
        row_of = getattr(self.model(), "row_of", None)
        rows = [row_of(identity) for identity in self._noted] if row_of is not None else []
        self._noted, self._anchor_row = [], -1
        if rows:
            self.select_rows([row for row in rows if row >= 0])

    # -- keys -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        current = self.currentIndex().row()
        if not self.count():
            event.ignore()
        elif key in _MOVES and not held & ~(_SHIFT | _CTRL):
            self._move(current, _MOVES[key], held)
        elif key == Qt.Key.Key_Space and not held & ~_CTRL and current >= 0:
            self._select_runs([(current, current)], _Flag.Toggle)
            self._anchor_row = current
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not held and current >= 0:
            self.activated.emit(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self._select_runs([(0, self.count() - 1)], _Flag.ClearAndSelect)
        elif key == Qt.Key.Key_Escape and not held and self.selectionModel().hasSelection():
            self.select_none()
        elif key == Qt.Key.Key_F10 and held == _SHIFT:
            self.context_menu.emit(self._menu_point())
        else:
            event.ignore()
            return
        self.shows_focus = True
        self.viewport().update()

    def _move(self, current: int, move: Move, held: Qt.KeyboardModifier) -> None:
        row = self.grid.move(current, move, self.viewport().height())
        if held & _SHIFT:
            anchor = self._anchor_row if 0 <= self._anchor_row < self.count() else max(current, 0)
            self._anchor_row = anchor
            how = _Flag.Select if held & _CTRL else _Flag.ClearAndSelect
            self._select_runs([(min(anchor, row), max(anchor, row))], how)
        elif not held & _CTRL:
            self._anchor_row = row
            self._select_runs([(row, row)], _Flag.ClearAndSelect)
        self._go(row)

    def _menu_point(self) -> QPoint:
        index = self.currentIndex()
        place = self.visualRect(index).center() if index.isValid() else self.viewport().rect().center()
        inside = self.viewport().rect().adjusted(8, 8, -8, -8)
        x = min(max(place.x(), inside.left()), inside.right())
        y = min(max(place.y(), inside.top()), inside.bottom())
        return self.viewport().mapToGlobal(QPoint(x, y))

    def focusInEvent(self, event: QFocusEvent) -> None:
        keyboard = (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
            Qt.FocusReason.ShortcutFocusReason,
            Qt.FocusReason.OtherFocusReason,
        )
        if event.reason() in keyboard:
            self.shows_focus = True
            if self.count() and not self.currentIndex().isValid():
                first = max(self._shown()[0], 0)
                self.selectionModel().setCurrentIndex(self.model().index(first, 0), _Flag.NoUpdate)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.viewport().update()
