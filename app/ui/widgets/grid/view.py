"""The grid that pages use: the surface, the keyboard, and the pointer on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPen,
    QPixmap,
)

from app.ui.widgets.grid.selecting import SelectingGrid

_Flag = QItemSelectionModel.SelectionFlag
_SHIFT, _CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_LEFT = Qt.MouseButton.LeftButton
_EDGE, _STEP = 24, 16  # of the band near the viewport's edge: where it scrolls, and how far each time


class GridView(SelectingGrid):
    """A grid of equal cells in sections, for any list model; GridModel adds sections and fetching.

    Cells are painted by a CellDelegate. Keys: arrows, Home, End, Page Up and Down move; with Shift
    they extend the selection, with Ctrl they move without selecting; Space selects or deselects,
    Enter activates (`activated`, like a double click), Ctrl+A selects all, Esc none, Menu or
    Shift+F10 asks for the context menu. Other keys go on to the page. The pointer: click, Shift and
    Ctrl click, a rubber band from any gap, drag out (the model's mimeData), drop in (`can_drop`).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pressed = -1
        self._press_point = QPoint()
        self._select_on_release = False
        self._band: QRect | None = None
        self._band_from = QPoint()
        self._band_base = QItemSelection()
        self._band_timer = QTimer(self)
        self._band_timer.setInterval(16)
        self._band_timer.timeout.connect(self._band_scroll)

    # -- clicks ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        row, held = self.row_at(point), event.modifiers()
        self.shows_focus = False
        self._pressed, self._press_point, self._select_on_release = row, point, False
        if event.button() == Qt.MouseButton.RightButton:
            if row >= 0 and not self.selectionModel().isSelected(self.model().index(row, 0)):
                self.set_current_row(row)
            return
        if event.button() != _LEFT:
            event.ignore()
            return
        if row < 0:
            if self._headings.link_at(self.grid, point, self.verticalOffset()) is None:
                self._start_band(point, keep=bool(held & (_SHIFT | _CTRL)))
            return
        self._press_cell(row, held)

    def _press_cell(self, row: int, held: Qt.KeyboardModifier) -> None:
        index = self.model().index(row, 0)
        if held & _SHIFT:
            anchor = self._anchor_row if 0 <= self._anchor_row < self.count() else row
            self._anchor_row = anchor
            how = _Flag.Select if held & _CTRL else _Flag.ClearAndSelect
            self._select_runs([(min(anchor, row), max(anchor, row))], how)
        elif held & _CTRL:
            self._select_runs([(row, row)], _Flag.Toggle)
            self._anchor_row = row
        else:
            self._anchor_row = row
            if self.selectionModel().isSelected(index):
                self._select_on_release = True  # it may become a drag of all that is selected
            else:
                self._select_runs([(row, row)], _Flag.ClearAndSelect)
        self._go(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._band is not None:
            self._stretch_band(point)
            return
        if event.buttons() & _LEFT and self._pressed >= 0:
            far = (point - self._press_point).manhattanLength()
            if far >= QGuiApplication.styleHints().startDragDistance():
                self._pressed, self._select_on_release = -1, False
                self.startDrag(Qt.DropAction.CopyAction)
            return
        if not event.buttons():
            self._set_hover(self.row_at(point))
            hot = self._headings.link_at(self.grid, point, self.verticalOffset())
            if hot != self._headings.hot:
                self._headings.hot = hot
                shape = Qt.CursorShape.PointingHandCursor if hot else Qt.CursorShape.ArrowCursor
                self.viewport().setCursor(shape)
                self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if event.button() != _LEFT:
            return
        if self._band is not None:
            self._band = None
            self._band_timer.stop()
            self.viewport().update()
        elif self._select_on_release:
            self._select_runs([(self._pressed, self._pressed)], _Flag.ClearAndSelect)
        elif self._pressed < 0:
            link = self._headings.link_at(self.grid, point, self.verticalOffset())
            if link is not None and link == self._headings.link_at(
                self.grid, self._press_point, self.verticalOffset()
            ):
                self.link_clicked.emit(*link)
        elif self._pressed == self.row_at(point):
            self.clicked.emit(self.model().index(self._pressed, 0))
        self._pressed, self._select_on_release = -1, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().toPoint())
        if event.button() == _LEFT and row >= 0 and not event.modifiers():
            self._pressed = -1
            self.activated.emit(self.model().index(row, 0))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_menu.emit(self._menu_point())
        else:
            self.context_menu.emit(event.globalPos())

    # -- hover ----------------------------------------------------------------------------------------

    def hovered_row(self) -> int:
        """The row under the pointer, or -1."""
        return self._hover

    def set_hovered_row(self, row: int) -> None:
        """Show a row as hovered from elsewhere (a list linked to this grid); emits nothing."""
        if row != self._hover:
            for one in (self._hover, row):
                if 0 <= one < self.grid.count:
                    self.viewport().update(self.cell_rect(one))
            self._hover = row

    def _set_hover(self, row: int) -> None:
        if row != self._hover:
            self.set_hovered_row(row)
            self.hovered.emit(row)

    def _scrolled(self) -> None:
        self._set_hover(-1)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(-1)
        if self._headings.hot is not None:
            self._headings.hot = None
            self.viewport().update()

    # -- rubber band --------------------------------------------------------------------------------

    def _start_band(self, point: QPoint, *, keep: bool) -> None:
        if not keep:
            self.select_none()
        if not self.count():
            return
        self._band_base = QItemSelection(self.selectionModel().selection())
        self._band_from = point + QPoint(0, self.verticalOffset())
        self._band = QRect(self._band_from, self._band_from)

    def _stretch_band(self, point: QPoint) -> None:
        here = point + QPoint(0, self.verticalOffset())
        self._band = band = QRect(self._band_from, here).normalized()
        runs = self.grid.touched(band.left(), band.top(), band.right(), band.bottom())
        selection = self._selection_of(runs)
        selection.merge(self._band_base, _Flag.Select)
        self.selectionModel().select(selection, _Flag.ClearAndSelect)
        if runs:
            self._anchor_row = runs[0][0]
        near = point.y() < _EDGE or point.y() > self.viewport().height() - _EDGE
        if near and not self._band_timer.isActive():
            self._band_timer.start()
        elif not near:
            self._band_timer.stop()
        self.viewport().update()

    def _band_scroll(self) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        bar = self.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + (-_STEP if point.y() < _EDGE else _STEP))
        if bar.value() != before and self._band is not None:
            self._stretch_band(point)

    def _paint_over(self, painter: QPainter) -> None:
        if self._band is None:
            return
        fill = QColor(self.theme.color("accent"))
        fill.setAlpha(40)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(self.theme.color("accent"), 1))
        painter.setBrush(fill)
        painter.drawRect(self._band.translated(0, -self.verticalOffset()))

    # -- drag and drop --------------------------------------------------------------------------------

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the selection out, as the model's mimeData describes it."""
        rows = self.selected_rows()
        mime = self.model().mimeData([self.model().index(row, 0) for row in rows]) if rows else None
        if mime is None or not mime.formats():
            return
        drag = QDrag(self)
        drag.setMimeData(mime)
        picture = self._drag_picture(rows)
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(16, 16))
        drag.exec(actions | Qt.DropAction.MoveAction, Qt.DropAction.CopyAction)

    def _drag_picture(self, rows: list[int]) -> QPixmap:
        """The first cell at 96 pixels, and how many there are."""
        first = next((row for row in rows if self.cell_rect(row).intersects(self.viewport().rect())), rows[0])
        cell = self.cell_rect(first)
        square = QRect(cell.left(), cell.top(), cell.width(), cell.width())
        ratio = self.devicePixelRatioF()
        shot = (
            self.viewport()
            .grab(square)
            .scaledToWidth(round(96 * ratio), Qt.TransformationMode.SmoothTransformation)
        )
        shot.setDevicePixelRatio(ratio)
        if len(rows) > 1:
            painter = QPainter(shot)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self.theme.font("label", 600))
            text = f"{len(rows):,}"
            width = painter.fontMetrics().horizontalAdvance(text) + 12
            place = QRect(96 - width - 4, 4, width, 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("accent"))
            painter.drawRoundedRect(place, 9, 9)
            painter.setPen(self.theme.color("on_accent"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)
            painter.end()
        return shot

    def _drop_target(self, event: QDropEvent) -> tuple[bool, int]:
        row = self.row_at(event.position().toPoint())
        return self.can_drop is not None and self.can_drop(event.mimeData(), row), row

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        takes, row = self._drop_target(event)
        self._show_drop(row if takes else -1)
        if takes:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        takes, row = self._drop_target(event)
        self._show_drop(-1)
        if takes:
            event.acceptProposedAction()
            self.dropped.emit(event.mimeData(), row)
        else:
            event.ignore()

    def _show_drop(self, row: int) -> None:
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()
