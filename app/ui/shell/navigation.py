"""The rows of the sidebar: collections with their pages as a tree, tools as a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.ui.shell.views import COLLECTION_PAGES, SidebarCollection
from app.ui.theme import Radius, Size, Theme
from app.ui.widgets.painting import elided

_Index = QModelIndex | QPersistentModelIndex
_USER = int(Qt.ItemDataRole.UserRole)
KEY, PK, COUNT, ICON, GROUP = _USER + 1, _USER + 2, _USER + 3, _USER + 4, _USER + 5
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class NavDelegate(QStyledItemDelegate):
    """A row of 32: icon or caret, name, count; the active page on the tint."""

    def __init__(self, theme: Theme, view: QAbstractItemView) -> None:
        super().__init__(view)
        self.theme, self._view = theme, view
        self.active: tuple[str, int | None] = ("", None)
        self.drop_row = QPersistentModelIndex()
        self.shows_focus = False

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, Size.NAV_ROW)

    def is_active(self, index: _Index) -> bool:
        key, pk = self.active
        return index.data(KEY) == key and bool(key) and (index.data(PK) is None or index.data(PK) == pk)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, group = self.theme, bool(index.data(GROUP))
        row = option.rect.adjusted(8, 0, -8, 0)
        active, expanded = self.is_active(index), bool(option.state & QStyle.StateFlag.State_Open)
        current = group and index.data(PK) == self.active[1] and expanded
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = ""
        if active:
            ground = "tint"
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = "hover"
        if self.drop_row == index:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(theme.color("tint"))
            painter.drawRoundedRect(QRectF(row).adjusted(1, 1, -1, -1), Radius.ROW, Radius.ROW)
        elif ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(ground))
            painter.drawRoundedRect(QRectF(row), Radius.ROW, Radius.ROW)
        if option.state & QStyle.StateFlag.State_HasFocus and self.shows_focus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(row).adjusted(1, 1, -1, -1), Radius.ROW - 1, Radius.ROW - 1)
        x = row.left() + 8
        if group:
            place = QRect(x, row.top(), 12, row.height())
            theme.paint_icon(painter, place, "caret-down" if expanded else "caret-right", "t3", 12)
            x += 20
        else:
            x += 20 if index.data(PK) is not None else 0
            place = QRect(x, row.top(), 16, row.height())
            theme.paint_icon(painter, place, index.data(ICON), "accent_text" if active else "t3", 16)
            x += 24
        right = row.right() + 1 - 8
        count = index.data(COUNT)
        if count is not None:
            text = f"{count:,}"
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("t2" if active else "t3"))
            painter.drawText(row.adjusted(0, 0, -8, 0), _RIGHT, text)
            right -= painter.fontMetrics().horizontalAdvance(text) + 8
        font = theme.font("body", 600 if active or current else 500)
        painter.setFont(font)
        painter.setPen(theme.color("t1" if active or current else "t2"))
        shown = elided(str(index.data()), font, right - x)
        painter.drawText(QRect(x, row.top(), right - x, row.height()), _LEFT, shown)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("small", True)
        editor.setAccessibleName("Name of the collection")
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        editor.setGeometry(option.rect.adjusted(28, 2, -12, -2))


class CollectionModel(QStandardItemModel):
    """Collections with their three pages below; names can be edited, which asks and changes nothing."""

    rename_asked = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[int] = []

    def set_collections(self, collections: Sequence[SidebarCollection]) -> bool:
        """Show these; True when rows were made anew (else only counts and names changed)."""
        pks = [collection.pk for collection in collections]
        anew = pks != self._shown
        if anew:
            self.clear()
            self._shown = pks
            for collection in collections:
                self.appendRow(self._group(collection))
        for row, collection in enumerate(collections):
            self._fill(self.item(row), collection)
        return anew

    def _group(self, collection: SidebarCollection) -> QStandardItem:
        group = QStandardItem()
        group.setData(True, GROUP)
        group.setData(collection.pk, PK)
        for key, text, icon in COLLECTION_PAGES:
            page = QStandardItem(text)
            page.setEditable(False)
            page.setData(key, KEY)
            page.setData(collection.pk, PK)
            page.setData(icon, ICON)
            group.appendRow(page)
        return group

    def _fill(self, group: QStandardItem, collection: SidebarCollection) -> None:
        super().setData(group.index(), collection.name, int(Qt.ItemDataRole.DisplayRole))
        group.setData(collection.faces, COUNT)
        same = collection.name == collection.id
        group.setToolTip(collection.name if same else f"{collection.name} ({collection.id})")
        words = f"{collection.name}, {collection.faces:,} faces"
        group.setData(words, int(Qt.ItemDataRole.AccessibleTextRole))
        for row, count in enumerate((collection.photos, collection.faces, collection.people)):
            page = group.child(row)
            page.setData(count, COUNT)
            words = f"{COLLECTION_PAGES[row][1]}, {count:,}"
            page.setData(words, int(Qt.ItemDataRole.AccessibleTextRole))

    def setData(self, index: _Index, value: object, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        if role == Qt.ItemDataRole.EditRole:
            name = str(value).strip()
            if name and name != index.data():
                self.rename_asked.emit(index.data(PK), name)
            return False
        return super().setData(index, value, role)


def tool_model(pages: Sequence[tuple[str, str, str]], parent: QWidget) -> QStandardItemModel:
    """A list of (key, text, icon)."""
    model = QStandardItemModel(parent)
    for key, text, icon in pages:
        item = QStandardItem(text)
        item.setEditable(False)
        item.setData(key, KEY)
        item.setData(icon, ICON)
        model.appendRow(item)
    return model


class NavKeys:
    """Enter opens, letters go on to the window; for both views of the sidebar."""

    @staticmethod
    def goes_on(event: QKeyEvent) -> bool:
        """True for keys that are the window's: with Ctrl or Alt, function keys, characters."""
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        return bool(held) or (bool(event.text().strip()) and event.text().isprintable())


def rows_height(model: QAbstractItemModel, expanded: Sequence[bool] = ()) -> int:
    """Height of a tree's rows in sight: 32 a row, children of expanded ones too."""
    rows = model.rowCount()
    for row, is_open in enumerate(expanded):
        rows += model.rowCount(model.index(row, 0)) if is_open else 0
    return rows * Size.NAV_ROW


__all__ = [
    "COUNT",
    "GROUP",
    "ICON",
    "KEY",
    "PK",
    "CollectionModel",
    "NavDelegate",
    "NavKeys",
    "rows_height",
    "tool_model",
]
