"""The surface of the grid: a list view that lays out and paints only what is in sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip, QWidget

from app.ui.theme import Size, Space, Theme
from app.ui.widgets.grid.delegate import CellDelegate, CellLook
from app.ui.widgets.grid.headings import HeadingPainter
from app.ui.widgets.grid.images import ImageStore
from app.ui.widgets.grid.layout import GridLayout, Measures
from app.ui.widgets.grid.model import ID_ROLE

_Index = QModelIndex | QPersistentModelIndex
_Hint = QAbstractItemView.ScrollHint


class GridSurface(QListView):
    """Layout, scrolling and painting of the grid; selecting and the pointer are added on top.

    Built on QListView for its selection model, editing, accessibility and drag support, with a layout
    and painting of its own. `GridView` is what pages use.
    """

    hovered = Signal(int)
    """The row under the pointer, -1 for none."""
    selection_changed = Signal()
    """The selection is another one now; see `selected_rows`."""
    context_menu = Signal(QPoint)
    """Asked for a menu on the selection, at a global position."""
    link_clicked = Signal(int, str)
    """A link of a heading: (section, key of the link)."""
    dropped = Signal(object, int)
    """A drop that `can_drop` accepted: (QMimeData, row or -1)."""
    cell_side_changed = Signal(int)

    def __init__(
        self,
        theme: Theme,
        delegate: CellDelegate,
        images: ImageStore | None = None,
        parent: QWidget | None = None,
        *,
        side: int = Size.CELL_PHOTO,
        heading: int = 40,
        top: int = Space.XS,
    ) -> None:
        """`side` is the cell's width at the start, `heading` the height of section headings."""
        super().__init__(parent)
        self.theme = theme
        self._images = images
        self._side = side
        self._heading, self._top = heading, top
        self._sides = (Size.CELL_MIN, Size.CELL_MAX)
        self._cells = delegate
        self._headings = HeadingPainter(theme)
        self._layout = GridLayout(self.width(), 0, (), Measures(side, side))
        self._stale = True
        self._kept: tuple[QPersistentModelIndex | None, int] | None = None
        self._dpr = 1.0
        self.can_drop: Callable[[Any, int], bool] | None = None
        self._prefetch = QTimer(self)
        self._prefetch.setSingleShot(True)
        self._prefetch.setInterval(30)
        self._prefetch.timeout.connect(self._look_ahead)
        self.shows_focus = False
        self._hover = -1
        self._drop_row = -1
        self._came: set[Any] = set()
        self._show_came = QTimer(self)
        self._show_came.setSingleShot(True)
        self._show_came.setInterval(0)
        self._show_came.timeout.connect(self._show_images)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(0)
        self._settle.timeout.connect(self.relayout)
        self.setItemDelegate(delegate)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.viewport().setMouseTracking(True)
        # Every pixel is painted here, so scrolling may move what is there and paint only the new strip.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAcceptDrops(True)
        theme.changed.connect(self.viewport().update)
        if images is not None:
            images.ready.connect(self._image_ready)

    # -- model and layout -------------------------------------------------------------------------

    def setModel(self, model: QAbstractItemModel | None) -> None:
        old = self.model()
        if old is not None:
            old.rowsAboutToBeInserted.disconnect(self._hold)
            if hasattr(old, "sections_changed"):
                old.sections_changed.disconnect(self.relayout)
        super().setModel(model)
        if model is not None:
            model.rowsAboutToBeInserted.connect(self._hold)
            if hasattr(model, "sections_changed"):
                model.sections_changed.connect(self.relayout)
        self.selectionModel().selectionChanged.connect(self.selection_changed)
        self.relayout()

    def count(self) -> int:
        model = self.model()
        return model.rowCount() if model is not None else 0

    @property
    def grid(self) -> GridLayout:
        """The layout now."""
        if self._stale:
            self._rebuild()
        return self._layout

    def cell_side(self) -> int:
        return self._side

    def set_cell_side(self, side: int) -> None:
        """Change the size of the cells (clamped to the allowed sides); what is in sight stays."""
        side = min(max(side, self._sides[0]), self._sides[1])
        if side != self._side:
            self._side = side
            self.relayout()
            self.cell_side_changed.emit(side)

    def set_delegate(self, delegate: CellDelegate) -> None:
        """Paint the cells in another way from now on."""
        if delegate is not self._cells:
            self._cells = delegate
            self.setItemDelegate(delegate)
            self.relayout()

    def set_side_range(self, smallest: int, largest: int) -> None:
        self._sides = (smallest, largest)

    def relayout(self) -> None:
        """Lay out again, keeping the topmost row in sight where it is."""
        anchor, offset = self._kept or self._anchor()
        self._kept = None
        self._stale = True
        self.updateGeometries()
        if anchor is not None and anchor.isValid():
            self.verticalScrollBar().setValue(self.grid.rect(anchor.row()).y - offset)
        self.viewport().update()

    def _anchor(self) -> tuple[QPersistentModelIndex | None, int]:
        model, top = self.model(), self.verticalScrollBar().value()
        if model is None or top <= self._layout.measures.top or not self._layout.count:
            return None, 0
        first, last = self._layout.span(top, top + self.viewport().height())
        current = self.currentIndex()
        row = current.row() if first <= current.row() <= last else first
        if row >= min(self._layout.count, model.rowCount()):
            return None, 0
        return QPersistentModelIndex(model.index(row, 0)), self._layout.rect(row).y - top

    def _rebuild(self) -> None:
        model = self.model()
        count = self.count()
        sections = model.sections() if model is not None and hasattr(model, "sections") else ()
        if sum(section.count for section in sections) != count:
            sections = ()  # rows are being inserted or removed; the sections follow
        cell = self._cells.cell_size(self._side)
        measures = Measures(
            cell.width(),
            cell.height(),
            heading=self._heading,
            top=self._top,
            section_gap=max(44 - self._heading, 0),
            right=Space.PAGE_RIGHT - (self.width() - self.viewport().width()),
            gap=Space.GRID_GAP,
        )
        self._layout = GridLayout(self.viewport().width(), count, sections, measures)
        self._stale = False

    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        layout = self.grid
        bar.setPageStep(max(height - layout.measures.heading, 1))
        bar.setSingleStep(max(layout.pitch // 3, 1))
        bar.setRange(0, max(layout.height - height, 0))
        QAbstractItemView.updateGeometries(self)

    def doItemsLayout(self) -> None:
        self._stale = True
        QAbstractItemView.doItemsLayout(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self.relayout()
        else:
            self.updateGeometries()

    def _hold(self) -> None:
        """Rows will come or go: remember what is in sight, and lay out when the model has settled."""
        if self._kept is None:
            self._kept = self._anchor()
            self._settle.start()

    def rowsInserted(self, parent: _Index, start: int, end: int) -> None:
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self._stale = True

    def rowsAboutToBeRemoved(self, parent: _Index, start: int, end: int) -> None:
        self._hold()
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)
        self._stale = True

    def reset(self) -> None:
        QAbstractItemView.reset(self)
        self.relayout()

    def dataChanged(self, first: _Index, last: _Index, roles: Any = ()) -> None:
        shown = self._shown()
        if last.row() >= shown[0] and first.row() <= shown[1]:
            self.viewport().update()
        if self.currentIndex().isValid() and first.row() <= self.currentIndex().row() <= last.row():
            QAbstractItemView.dataChanged(self, first, last, roles)

    # -- what QAbstractItemView asks ----------------------------------------------------------------

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def horizontalOffset(self) -> int:
        return 0

    def isIndexHidden(self, index: _Index) -> bool:
        return False

    def visualRect(self, index: _Index) -> QRect:
        if not index.isValid() or index.row() >= self.grid.count:
            return QRect()
        return self.cell_rect(index.row())

    def cell_rect(self, row: int) -> QRect:
        """A cell in coordinates of the viewport."""
        box = self.grid.rect(row)
        return QRect(box.x, box.y - self.verticalOffset(), box.width, box.height)

    def row_at(self, point: QPoint) -> int:
        """The row under a point of the viewport, or -1."""
        return self.grid.index_at(point.x(), point.y() + self.verticalOffset())

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.row_at(point)
        model = self.model()
        return model.index(row, 0) if model is not None and row >= 0 else QModelIndex()

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def setSelection(self, rect: QRect, command: Any) -> None:
        """Selecting is done by SelectingGrid; Qt's own calls have nothing to add."""

    def scrollTo(self, index: _Index, hint: _Hint = _Hint.EnsureVisible) -> None:
        if not index.isValid() or index.row() >= self.grid.count:
            return
        box, bar, height = self.grid.rect(index.row()), self.verticalScrollBar(), self.viewport().height()
        top, gap = bar.value(), Space.GRID_GAP
        if hint == _Hint.PositionAtCenter:
            bar.setValue(box.y - (height - box.height) // 2)
        elif hint == _Hint.PositionAtTop or box.y - gap < top:
            section, row, _ = self.grid.place(index.row())
            heading = self.grid.heading(section)
            bar.setValue((heading.y if row == 0 else box.y) - gap)
        elif hint == _Hint.PositionAtBottom or box.y + box.height + gap > top + height:
            bar.setValue(box.y + box.height + gap - height)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._scrolled()
        self.viewport().scroll(dx, dy)
        self._prefetch.start()

    def viewportSizeHint(self) -> QSize:
        return QSize(640, 480)

    # -- painting -----------------------------------------------------------------------------------

    def _shown(self) -> tuple[int, int]:
        top = self.verticalOffset()
        return self.grid.span(top, top + self.viewport().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        model = self.model()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.theme.color("window"))
        if model is None:
            return
        dirty, region, offset, grid = event.rect(), event.region(), self.verticalOffset(), self.grid
        whole = dirty.height() >= self.viewport().height()
        self._dpr = self.devicePixelRatioF()
        if hasattr(model, "fetch") and grid.count:
            first, last = grid.span(offset + dirty.top(), offset + dirty.bottom())
            if last >= first:
                model.fetch(first, last)
        if whole and self._images is not None:
            self._images.begin_frame(self._cells)
        selection = self.selectionModel()
        focus = self.currentIndex().row() if self.hasFocus() and self.shows_focus else -1
        for section, heading, first, last in grid.bands(offset + dirty.top(), offset + dirty.bottom()):
            dim = grid.sections[section].dim
            if heading:
                self._headings.paint(painter, section, grid, offset)
            for row in range(first, last + 1):
                rect = self.cell_rect(row)
                if not region.intersects(rect):
                    continue
                index = model.index(row, 0)
                selected = selection.isSelected(index)
                look = CellLook(selected, row == focus, row == self._hover, dim, row == self._drop_row)
                self._cells.paint_cell(painter, rect, index, look)
        if whole and self._images is not None:
            self._images.end_frame(self._cells)
            self._prefetch.start()
        self._paint_over(painter)

    def _paint_over(self, painter: QPainter) -> None:
        """Paint on top of the cells."""

    def _scrolled(self) -> None:
        """The content is about to move under the pointer."""

    def _image_ready(self, key: Any) -> None:
        """A picture came: gather what comes in this turn, then look through the cells in sight once."""
        if self.isVisible():
            self._came.add(key)
            self._show_came.start()

    def _show_images(self) -> None:
        came, self._came = self._came, set()
        first, last = self._shown()
        content_of = getattr(self.model(), "cell", None)
        if content_of is None:
            self.viewport().update()
            return
        region = QRegion()
        for row in range(first, last + 1):
            content = content_of(row)
            if content is not None and content.image in came:
                region += self.cell_rect(row)
        self.viewport().update(region)

    def _look_ahead(self) -> None:
        """Fetch rows and pictures of a screen above and below what is in sight."""
        model, (first, last) = self.model(), self._shown()
        if model is None or last < first:
            return
        screen = last - first + 1
        low, high = max(first - screen, 0), min(last + screen, self.grid.count - 1)
        if hasattr(model, "fetch"):
            model.fetch(low, high)
        for row in (*range(last + 1, high + 1), *range(first - 1, low - 1, -1)):
            self._cells.prefetch(model.index(row, 0), self.cell_rect(row), self._dpr)

    # -- tooltips -----------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            text = index.data(Qt.ItemDataRole.ToolTipRole) if index.isValid() else ""
            if text:
                QToolTip.showText(event.globalPos(), text, self.viewport(), self.visualRect(index))
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def id_at(self, row: int) -> Any:
        """The id of a row, as the model's ID_ROLE gives it."""
        model = self.model()
        return model.index(row, 0).data(ID_ROLE) if model is not None else None
