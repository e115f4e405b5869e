"""Go to: type a few letters, choose a page, an action, a person or a photo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.shell.actions import PAGE_ACTIONS, Actions, shortcut_text
from app.ui.shell.views import Hit, HitProvider
from app.ui.theme import Theme
from app.ui.widgets.field import TextField
from app.ui.widgets.keycap import keycap_width, paint_keycap
from app.ui.widgets.painting import elided
from app.ui.widgets.text import Label

_HIT = int(Qt.ItemDataRole.UserRole) + 1
_WIDTH, _ROW, _SHOWN = 560, 36, 10
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_LEFT_OUT = ("menu", "go_to")
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _SHOWN,
    Qt.Key.Key_PageUp: -_SHOWN,
}


def matches(text: str, title: str) -> bool:
    """True when every word typed begins a word of the title or occurs in it."""
    low = title.casefold()
    return all(word in low for word in text.casefold().split())


class ActionHits:
    """The window's own pages and actions."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def ask(self, text: str, answer: Callable[[list[Hit]], None]) -> None:
        found = []
        table = self._actions.all()
        for key in (*PAGE_ACTIONS, *(key for key in table if key not in PAGE_ACTIONS)):
            action = table[key]
            title = action.text().rstrip("…")
            if key in _LEFT_OUT or not action.isEnabled() or not matches(text, title):
                continue
            icon = action.property("glyph") or "caret-right"
            found.append(Hit(title, icon, action.trigger, key=shortcut_text(action)))
        found.sort(key=lambda hit: not hit.title.casefold().startswith(text.casefold()))
        answer(found)


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(_WIDTH - 16, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index) -> None:  # type: ignore[no-untyped-def]
        hit: Hit = index.data(_HIT)
        theme, rect = self._theme, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("tint"))
            painter.drawRoundedRect(QRectF(rect), 6, 6)
        token = "accent_text" if chosen else "t2"
        theme.paint_icon(painter, QRect(rect.left() + 8, rect.top(), 16, rect.height()), hit.icon, token)
        x, right = rect.left() + 36, rect.right() - 8
        if hit.key:
            text = hit.key.replace("+", " ")
            width = keycap_width(theme, text)
            cap = QRect(right - width, rect.center().y() - 8, width, 18)
            paint_keycap(painter, theme, cap, text)
            right -= width + 8
        font = theme.font("body", 500)
        painter.setFont(font)
        painter.setPen(theme.color("t1"))
        shown = elided(hit.title, font, right - x)
        painter.drawText(QRect(x, rect.top(), right - x, rect.height()), _LEFT, shown)
        x += painter.fontMetrics().horizontalAdvance(shown) + 8
        if hit.detail and x < right - 24:
            font = theme.font("small")
            painter.setFont(font)
            painter.setPen(theme.color("t3"))
            painter.drawText(
                QRect(x, rect.top(), right - x, rect.height()), _LEFT, elided(hit.detail, font, right - x)
            )
        painter.restore()


class GoTo(QFrame):
    """The list, over the window's upper part. Arrows choose, Enter goes, Esc closes."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.theme = theme
        self._providers: list[HitProvider] = []
        self._asked = 0
        self._answers: dict[int, list[Hit]] = {}
        self._before: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        self.field = TextField(
            theme, "Go to a page, person, photo or action", icon="magnifying-glass", clearable=True
        )
        self.field.textChanged.connect(self._ask)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setAccessibleName("Places to go to")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_HitDelegate(theme, self))
        self._model = QStandardItemModel(self)
        self.list.setModel(self._model)
        self.list.clicked.connect(self._go)
        self._nothing = Label(theme, "Nothing of that name", token="t3")
        self._nothing.setContentsMargins(8, 4, 8, 8)
        for part in (self.field, self.list, self._nothing):
            column.addWidget(part)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setOffset(0, 8)
        shadow.setBlurRadius(24)
        self._shadow = shadow
        self.setGraphicsEffect(shadow)
        self.hide()

    def add_provider(self, provider: HitProvider) -> None:
        """Ask this one too; results stand in the order of the providers."""
        self._providers.append(provider)

    def open(self) -> None:
        """Show it with an empty field and the keyboard in it."""
        parent = self.parentWidget()
        if parent is None:
            return
        if not self.isVisible():
            self._before = parent.window().focusWidget()
        self._shadow.setColor(self.theme.color("#000000", 128 if self.theme.tokens.dark else 46))
        self.field.clear()
        self._ask()
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_list(self) -> None:
        """Hide it and give the keyboard back."""
        if not self.isVisible():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def hits(self) -> list[Hit]:
        """What is listed now."""
        return [self._model.item(row).data(_HIT) for row in range(self._model.rowCount())]

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        width = min(_WIDTH, parent.width() - 48)
        rows = min(self._model.rowCount(), _SHOWN)
        self.list.setFixedHeight(rows * _ROW)
        self.list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        height = 8 + 32 + 8 + (rows * _ROW if rows else 32) + 8
        self.setGeometry((parent.width() - width) // 2, 72, width, height)

    def _ask(self) -> None:
        self._asked += 1
        ticket, text = self._asked, self.field.text().strip()
        self._answers = {}
        for place, provider in enumerate(self._providers):
            provider.ask(text, lambda hits, place=place: self._take(ticket, place, hits))  # type: ignore[misc]
        self._show()

    def _take(self, ticket: int, place: int, hits: Sequence[Hit]) -> None:
        if ticket != self._asked:
            return
        self._answers[place] = list(hits)
        QTimer.singleShot(0, self, self._show)

    def _show(self) -> None:
        chosen = self.list.currentIndex().row()
        self._model.clear()
        for place in sorted(self._answers):
            for hit in self._answers[place]:
                item = QStandardItem(hit.title)
                item.setData(hit, _HIT)
                item.setData(
                    f"{hit.title}, {hit.detail}" if hit.detail else hit.title,
                    int(Qt.ItemDataRole.AccessibleTextRole),
                )
                self._model.appendRow(item)
        if self._model.rowCount():
            row = chosen if 0 <= chosen < self._model.rowCount() and not self.field.text() else 0
            self.list.setCurrentIndex(self._model.index(row, 0))
        self._place()

    def _go(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            hit: Hit = index.data(_HIT)
            self.close_list()
            hit.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            if self.isVisible() and not self.isAncestorOf(self.window().focusWidget() or self):
                self.hide()
        elif watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.close_list()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        elif key in _STEPS and self._model.rowCount():
            row = min(max(self.list.currentIndex().row() + _STEPS[key], 0), self._model.rowCount() - 1)
            self.list.setCurrentIndex(self._model.index(row, 0))
        else:
            return False
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.setBrush(self.theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
