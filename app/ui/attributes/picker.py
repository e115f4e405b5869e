"""A chip that opens a list with a field above it: type to find, Enter or a click to take, several at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.theme import Radius, Theme
from app.ui.widgets.chip import Chip
from app.ui.widgets.field import TextField
from app.ui.widgets.painting import elided
from app.ui.widgets.text import Paragraph

_USER = int(Qt.ItemDataRole.UserRole)
_DETAIL, _HEAD = _USER + 1, _USER + 2
_WIDTH, _ROW, _HEAD_ROW, _MOST_ROWS = 264, 28, 26, 12
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Item:
    """A line to choose: its text is its key. `detail` stands at the right, `group` is the heading."""

    text: str
    detail: str = ""
    group: str = ""


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(_WIDTH - 24, _HEAD_ROW if index.data(_HEAD) else _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, rect = self._theme, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(_HEAD):
            painter.setFont(theme.font("label", 600))
            painter.setPen(theme.color("t3"))
            painter.drawText(rect.adjusted(8, 4, -8, 0), _LEFT, index.data())
            painter.restore()
            return
        checked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if current or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("tint" if current else "hover"))
            painter.drawRoundedRect(QRectF(rect), Radius.ROW, Radius.ROW)
        if checked:
            theme.paint_icon(
                painter, QRect(rect.x() + 8, rect.y(), 12, rect.height()), "check", "accent_text", 12
            )
        painter.setFont(theme.font("small", 500 if checked else 400))
        painter.setPen(theme.color("accent_text" if checked else "t1"))
        words = elided(index.data(), theme.font("small", 500), rect.width() - 28 - 56)
        painter.drawText(rect.adjusted(28, 0, -56, 0), _LEFT, words)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("t3"))
        painter.drawText(rect.adjusted(0, 0, -8, 0), _RIGHT, index.data(_DETAIL) or "")
        painter.restore()


class PickPopup(QFrame):
    """The field and the list. `toggled` carries the text of what was taken or given up."""

    toggled = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, placeholder: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.theme = theme
        self.extra: Callable[[str], str | None] = lambda _typed: None
        """What is offered for typed words that are no item: its text, or None."""
        self.finds: Callable[[str, str], bool] = lambda text, typed: typed.casefold() in text.casefold()
        self._items: tuple[Item, ...] = ()
        self._chosen: tuple[str, ...] = ()
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        self.field = TextField(theme, placeholder, icon="magnifying-glass", height=28)
        self.field.textChanged.connect(lambda _text: self._fill())
        self.field.installEventFilter(self)
        column.addWidget(self.field)
        self._model = QStandardItemModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(placeholder)
        self.list.viewport().setAutoFillBackground(False)
        self.list.clicked.connect(self._take)
        column.addWidget(self.list)
        self.note = Paragraph(theme, "", role="small", token="t3")
        self.note.setContentsMargins(8, 0, 8, 0)
        column.addWidget(self.note)
        self.note.hide()

    def set_items(self, items: Sequence[Item], note: str = "") -> None:
        """`note` stands below the list: why it is short, or empty."""
        self._items = tuple(items)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._fill()

    def set_chosen(self, chosen: Sequence[str]) -> None:
        self._chosen = tuple(chosen)
        self._fill()

    def texts(self) -> list[str]:
        """What is listed now, without the headings."""
        rows = (self._model.item(row) for row in range(self._model.rowCount()))
        return [item.text() for item in rows if not item.data(_HEAD)]

    def _fill(self) -> None:
        typed = self.field.text().strip()
        current = self.list.currentIndex().data() if self.list.currentIndex().isValid() else None
        found = [item for item in self._items if not typed or self.finds(item.text, typed)]
        extra = self.extra(typed) if typed else None
        if extra is not None and all(item.text != extra for item in found):
            found.insert(0, Item(extra))
        known = {item.text for item in self._items}
        if not typed:
            # What was typed before and taken is no line of its own: it is kept in sight to be given up.
            found = [Item(text) for text in self._chosen if text not in known] + found
        self._model.clear()
        group = ""
        for item in found:
            if item.group != group and item.group:
                self._add(item.group, "", head=True)
            group = item.group
            self._add(item.text, item.detail)
        place = self._row_of(current) if current is not None and not typed else -1
        self._go(place if place >= 0 else self._next(-1, 1) if typed else -1)
        self._fit()

    def _add(self, text: str, detail: str, head: bool = False) -> None:
        item = QStandardItem(text)
        item.setData(detail, _DETAIL)
        item.setData(head, _HEAD)
        item.setEditable(False)
        item.setSelectable(not head)
        if not head:
            checked = text in self._chosen
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            state = ", chosen" if checked else ""
            item.setData(
                f"{text}{', ' + detail if detail else ''}{state}", Qt.ItemDataRole.AccessibleTextRole
            )
        self._model.appendRow(item)

    def _fit(self) -> None:
        rows = [self._model.item(row) for row in range(self._model.rowCount())]
        height = sum(_HEAD_ROW if item.data(_HEAD) else _ROW for item in rows)
        self.list.setFixedHeight(min(max(height, _ROW), _MOST_ROWS * _ROW) + 2)
        self.adjustSize()

    def _row_of(self, text: str) -> int:
        return next(
            (row for row in range(self._model.rowCount()) if self._model.item(row).text() == text), -1
        )

    def _next(self, row: int, by: int) -> int:
        row += by
        while 0 <= row < self._model.rowCount():
            if not self._model.item(row).data(_HEAD):
                return row
            row += by
        return -1

    def _go(self, row: int) -> None:
        index = self._model.index(row, 0) if row >= 0 else QModelIndex()
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)

    def _take(self, index: QModelIndex) -> None:
        if index.isValid() and not index.data(_HEAD):
            self.toggled.emit(index.data())
            self.field.clear()

    def eventFilter(self, watched: object, event: object) -> bool:
        """Keys of the field that mean the list."""
        if not isinstance(event, QKeyEvent) or event.type() != QKeyEvent.Type.KeyPress:
            return False
        row = self.list.currentIndex().row() if self.list.currentIndex().isValid() else -1
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            place = self._next(row, 1 if event.key() == Qt.Key.Key_Down else -1)
            if place >= 0:
                self._go(place)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.list.currentIndex().isValid():
                self._take(self.list.currentIndex())
            elif not self.field.text():
                self.close()
        elif event.key() == Qt.Key.Key_Escape and not self.field.text():
            self.close()
        elif event.key() == Qt.Key.Key_Backspace and not self.field.text() and self._chosen:
            self.toggled.emit(self._chosen[-1])
        else:
            return False
        return True

    def open_at(self, chip: Chip) -> None:
        self.field.clear()
        self._go(-1)
        self._fit()
        point = chip.menu_point()
        screen = chip.screen().availableGeometry()
        point.setX(max(min(point.x(), screen.right() - self.width()), screen.left()))
        self.move(point)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Square, as the platform's menus are: round corners need a compositor behind them.
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.setBrush(self.theme.color("raised"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class PickChip(Chip):
    """`chosen` carries the values to put into a filter, as a ChoiceChip's does; `opening` comes before the
    list is shown."""

    chosen = Signal(object)
    opening = Signal()

    def __init__(self, theme: Theme, text: str, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, parent)
        self.picked: tuple[str, ...] = ()
        self.popup = PickPopup(theme, placeholder, self)
        self.popup.toggled.connect(self._toggle)
        self.clicked.connect(self.showMenu)
        self.cleared.connect(self.clear)

    def values(self, picked: tuple[str, ...]) -> dict[str, object]:
        """The fields of the filter for what is picked."""
        raise NotImplementedError

    def joined(self, added: str) -> Sequence[str]:
        """What is picked once that is picked, too."""
        return (*self.picked, added)

    def pick(self, picked: Sequence[str]) -> None:
        """Choose just these."""
        self.picked = tuple(picked)
        words = ", ".join(self.picked[:2])
        self.set_value(f"{words} +{len(self.picked) - 2}" if len(self.picked) > 2 else words)
        self.popup.set_chosen(self.picked)
        self.chosen.emit(self.values(self.picked))

    def clear(self) -> None:
        self.pick(())

    def showMenu(self) -> None:
        """In the place of a menu, so that whoever opens a chip's menu opens this."""
        self.opening.emit()
        self.popup.open_at(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.showMenu()
        else:
            super().keyPressEvent(event)

    def _toggle(self, text: str) -> None:
        if text in self.picked:
            self.pick([each for each in self.picked if each != text])
        else:
            self.pick(self.joined(text))
