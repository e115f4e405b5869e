"""The two views of the sidebar: the tree of collections and the list of tools."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu, QTreeView, QWidget

from app.ui.shell.navigation import (
    GROUP,
    KEY,
    PK,
    CollectionModel,
    NavDelegate,
    NavKeys,
    rows_height,
    tool_model,
)
from app.ui.shell.views import SidebarCollection
from app.ui.theme import Theme
from app.ui.widgets.drop import can_take, content_of

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)


def _set_up(view: QAbstractItemView, theme: Theme) -> NavDelegate:
    delegate = NavDelegate(theme, view)
    view.setItemDelegate(delegate)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setMouseTracking(True)
    view.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
    view.viewport().setAutoFillBackground(False)
    theme.changed.connect(view.viewport().update)
    return delegate


class CollectionTree(QTreeView):
    """Collections, each with Photos, Faces and People. As high as its rows; the sidebar scrolls."""

    page_asked = Signal(str, object)
    rename_asked = Signal(int, str)
    delete_asked = Signal(int)
    dropped = Signal(object, object)
    """(DroppedContent, pk of the collection)"""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.nav = _set_up(self, theme)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(True)
        self.setExpandsOnDoubleClick(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAnimated(False)
        self.setAccessibleName("Collections")
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        self._collections = CollectionModel(self)
        self._collections.rename_asked.connect(self.rename_asked)
        self.setModel(self._collections)
        self.expanded.connect(self._fit)
        self.collapsed.connect(self._fit)
        self._fit()

    def set_collections(self, collections: Sequence[SidebarCollection]) -> None:
        """Show these; what was open stays open."""
        was_open = self.open_pks()
        if self._collections.set_collections(collections):
            for row in range(self._collections.rowCount()):
                index = self._collections.index(row, 0)
                self.setExpanded(index, index.data(PK) in was_open)
        self._fit()

    def open_pks(self) -> set[int]:
        """The collections whose pages are shown."""
        model = self._collections
        return {
            model.index(row, 0).data(PK)
            for row in range(model.rowCount())
            if self.isExpanded(model.index(row, 0))
        }

    def set_active(self, key: str, pk: int | None) -> None:
        """Mark the page in sight; its collection opens."""
        self.nav.active = (key, pk)
        for row in range(self._collections.rowCount()):
            index = self._collections.index(row, 0)
            if index.data(PK) == pk and key:
                self.expand(index)
        self.viewport().update()

    def _fit(self) -> None:
        model = self._collections
        opened = [self.isExpanded(model.index(row, 0)) for row in range(model.rowCount())]
        self.setFixedHeight(rows_height(model, opened))

    def edit_name(self, pk: int) -> None:
        """Let the person type the name of a collection, a new one for instance."""
        for row in range(self.model().rowCount()):
            index = self.model().index(row, 0)
            if index.data(PK) == pk:
                self.setCurrentIndex(index)
                self.edit(index)

    def _open(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        if not index.data(GROUP):
            self.page_asked.emit(index.data(KEY), index.data(PK))
        elif self.isExpanded(index):
            self.collapse(index)
        else:
            self.expand(index)
            if index.data(PK) != self.nav.active[1]:
                self.page_asked.emit("photos", index.data(PK))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.nav.shows_focus = False
        index = self.indexAt(event.position().toPoint())
        self.setCurrentIndex(index)
        if event.button() == Qt.MouseButton.LeftButton:
            self._open(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A second click is another single one: nothing to do twice."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        opens = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self.state() == QAbstractItemView.State.EditingState and key in opens:
            return  # the field of a name keeps it, and lets it through to here
        self.nav.shows_focus = True
        if key in opens and not event.modifiers():
            self._open(index)
        elif key == Qt.Key.Key_F2 and index.data(GROUP):
            self.edit(index)
        elif key == Qt.Key.Key_Delete and index.data(GROUP):
            self.delete_asked.emit(index.data(PK))
        elif NavKeys.goes_on(event) or key in (Qt.Key.Key_Escape, Qt.Key.Key_Delete):
            event.ignore()
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _BY_KEYBOARD:
            self.nav.shows_focus = True
            if not self.currentIndex().isValid():
                self.setCurrentIndex(self._active_index())
        super().focusInEvent(event)

    def _active_index(self) -> QModelIndex:
        for row in range(self._collections.rowCount()):
            group = self._collections.index(row, 0)
            for child in range(self._collections.rowCount(group)):
                index = self._collections.index(child, 0, group)
                if self.nav.is_active(index):
                    return index
        return self._collections.index(0, 0)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if keyboard else self.indexAt(event.pos())
        if index.isValid() and not index.data(GROUP):
            index = index.parent()
        if not index.isValid():
            return
        menu, pk = QMenu(self), index.data(PK)
        menu.addAction(self.theme.icon("pencil-simple"), "Rename\tF2", lambda: self.edit(index))
        menu.addSeparator()
        menu.addAction(self.theme.icon("trash", "danger"), "Delete\tDel", lambda: self.delete_asked.emit(pk))
        point = self.visualRect(index).bottomLeft() + QPoint(28, 0) if keyboard else event.pos()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(point))

    # -- drops ----------------------------------------------------------------------------------------

    def _target(self, event: QDropEvent) -> QModelIndex:
        if event.source() is not None or not can_take(event.mimeData()):
            return QModelIndex()
        index = self.indexAt(event.position().toPoint())
        return index if not index.isValid() or index.data(GROUP) else index.parent()

    def _show_target(self, index: QModelIndex) -> None:
        self.nav.drop_row = QPersistentModelIndex(index)
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self._target(event)
        self._show_target(index)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.setAccepted(index.isValid())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_target(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        index, content = self._target(event), content_of(event.mimeData())
        self._show_target(QModelIndex())
        if index.isValid() and content:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(content, index.data(PK))
        else:
            event.ignore()


class ToolList(QListView):
    """Compare, Search, History."""

    page_asked = Signal(str)

    def __init__(
        self, theme: Theme, pages: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.nav = _set_up(self, theme)
        self.setAccessibleName("Tools")
        model = tool_model(pages, self)
        self.setModel(model)
        self.setFixedHeight(rows_height(model))

    def set_active(self, key: str) -> None:
        self.nav.active = (key, None)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.nav.shows_focus = False
        index = self.indexAt(event.position().toPoint())
        self.setCurrentIndex(index)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.page_asked.emit(index.data(KEY))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.nav.shows_focus = True
        opens = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if opens and not event.modifiers() and self.currentIndex().isValid():
            self.page_asked.emit(self.currentIndex().data(KEY))
        elif NavKeys.goes_on(event) or event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() in _BY_KEYBOARD:
            self.nav.shows_focus = True
            if not self.currentIndex().isValid():
                self.setCurrentIndex(self.model().index(0, 0))
        super().focusInEvent(event)
