"""Faces that may be the person: a row of crops with Yes and No below each, and a line at 80."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from app.ui.controller.pictures import face_key
from app.ui.person.facts import LINE, Suggestion
from app.ui.theme import Radius, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.grid import ImageRequest, ImageStore
from app.ui.widgets.painting import paint_focus

_Index = QModelIndex | QPersistentModelIndex
SIDE, GAP, FIGURES, BUTTON = 120, 16, 28, 28
CELL_HEIGHT = SIDE + FIGURES + BUTTON
_DIVIDER = 17
_SUGGESTION = int(Qt.ItemDataRole.UserRole) + 1
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


def button_rects(cell: QRect) -> tuple[QRect, QRect]:
    """Where Yes and No stand in a cell."""
    top, width = cell.top() + SIDE + FIGURES, (SIDE - 4) // 2
    return QRect(cell.left(), top, width, BUTTON), QRect(cell.left() + width + 4, top, width, BUTTON)


class SuggestionModel(QAbstractListModel):
    """Suggestions in order; None is the line between likely and unlikely ones."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Suggestion | None] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def show(self, found: Sequence[Suggestion]) -> None:
        likely = [one for one in found if one.similarity >= LINE]
        rest = [one for one in found if one.similarity < LINE]
        self.beginResetModel()
        self._rows = [*likely, *([None] if likely and rest else []), *rest]
        self.endResetModel()

    def all(self) -> list[Suggestion]:
        return [one for one in self._rows if one is not None]

    def at(self, row: int) -> Suggestion | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if self.at(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        one = self.at(index.row())
        if role == _SUGGESTION:
            return one
        if one is not None and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"Similarity {one.similarity:.1f}, {one.kind}"
        return None


class SuggestionDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.theme, self._images = theme, images
        self.pointer = QPoint(-1, -1)
        self.pressed = False
        self.shows_focus = False

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(SIDE + GAP if index.data(_SUGGESTION) is not None else _DIVIDER + GAP, CELL_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        one: Suggestion | None = index.data(_SUGGESTION)
        rect: QRect = option.rect
        if one is None:
            painter.fillRect(rect.left() + 8, rect.top(), 1, rect.height(), self.theme.color("line"))
            return
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        square = QRect(rect.left(), rect.top(), SIDE, SIDE)
        self._picture(painter, square, one)
        figures = QRect(rect.left(), square.bottom() + 1, SIDE, FIGURES)
        painter.setFont(self.theme.font("body", 600))
        painter.setPen(self.theme.color("t1"))
        painter.drawText(figures, _LEFT, f"{one.similarity:.1f}")
        painter.setFont(self.theme.font("label", 400))
        painter.setPen(self.theme.color("t3"))
        painter.drawText(figures, _RIGHT, one.kind)
        yes, no = button_rects(rect)
        self._button(painter, yes, "check-bold", "accent_text")
        self._button(painter, no, "x-bold", "t2")
        view = option.widget
        current = isinstance(view, QListView) and view.currentIndex() == index
        if current and self.shows_focus:
            paint_focus(painter, self.theme, square, Radius.FACE)
        painter.restore()

    def _picture(self, painter: QPainter, square: QRect, one: Suggestion) -> None:
        ratio = pixel_ratio(painter)
        pixels = round(SIDE * ratio)
        key = face_key(one.face_pk)
        request = ImageRequest(key, pixels, pixels, Radius.FACE * ratio)
        pixmap = self._images.pixmap(request) or self._images.nearest(key)
        if pixmap is not None:
            painter.drawPixmap(square, pixmap)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("hover"))
        painter.drawRoundedRect(square, Radius.FACE, Radius.FACE)

    def _button(self, painter: QPainter, rect: QRect, icon: str, token: str) -> None:
        over = rect.contains(self.pointer)
        rest = "raised" if self.theme.tokens.dark else "surface"
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.setBrush(self.theme.color("press" if over and self.pressed else "hover" if over else rest))
        radius = Radius.CONTROL - 0.5
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self.theme.paint_icon(painter, rect, icon, token, 14)


class SuggestionList(QListView):
    """The row of suggestions. Enter confirms, Delete rejects, U takes the last answer back, O opens."""

    confirmed = Signal(object)
    """A Suggestion that is the person."""
    rejected = Signal(object)
    undo_asked = Signal()
    opened = Signal(object)

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.theme = theme
        self._model = SuggestionModel()
        self._delegate = SuggestionDelegate(theme, images)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName("Suggestions")
        self._fit()
        images.ready.connect(self._image_ready)
        theme.changed.connect(self.viewport().update)

    # -- what is shown ------------------------------------------------------------------------------

    def show_suggestions(self, found: Sequence[Suggestion]) -> None:
        """Replace the row; the current one stays current, or the one that took its place."""
        current, row = self.current(), self.currentIndex().row()
        scrolled = self.horizontalScrollBar().value()
        self._model.show(found)
        self._fit()
        rows = [number for number in range(self._model.rowCount()) if self._model.at(number) is not None]
        if rows:
            same = [number for number in rows if current is not None and self._same(number, current)]
            later = [number for number in rows if number >= row]
            self.setCurrentIndex(self._model.index((same or later or rows[-1:])[0]))
            self.horizontalScrollBar().setValue(scrolled)

    def _same(self, row: int, other: Suggestion) -> bool:
        one = self._model.at(row)
        return one is not None and one.face_pk == other.face_pk

    def current(self) -> Suggestion | None:
        return self._model.at(self.currentIndex().row())

    def suggestions(self) -> list[Suggestion]:
        return self._model.all()

    def content_width(self) -> int:
        """The width at which nothing has to scroll."""
        rows = [self._model.at(row) for row in range(self._model.rowCount())]
        return sum(SIDE + GAP if one is not None else _DIVIDER + GAP for one in rows)

    def _fit(self) -> None:
        self.setMaximumWidth(max(self.content_width(), SIDE))
        self._fit_height()

    def _fit_height(self) -> None:
        scrolls = self.content_width() > self.width()
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(CELL_HEIGHT + (bar if scrolls else 0))

    def sizeHint(self) -> QSize:
        return QSize(self.content_width(), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(SIDE, self.minimumHeight())

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def _image_ready(self, key: object) -> None:
        if any(face_key(one.face_pk) == key for one in self._model.all()):
            self.viewport().update()

    # -- answers --------------------------------------------------------------------------------------

    def _answer(self, one: Suggestion | None, yes: bool) -> None:
        if one is not None:
            # The next question stands there at once; what the library says follows.
            self.show_suggestions([other for other in self._model.all() if other != one])
            (self.confirmed if yes else self.rejected).emit(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        self._delegate.shows_focus = True
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():  # one press, one answer
                self._answer(self.current(), True)
        elif plain and key == Qt.Key.Key_Delete:
            if not event.isAutoRepeat():
                self._answer(self.current(), False)
        elif plain and key == Qt.Key.Key_U:
            self.undo_asked.emit()
        elif plain and key == Qt.Key.Key_O:
            if self.current() is not None:
                self.opened.emit(self.current())
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
            self.viewport().update()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._delegate.shows_focus = event.reason() != Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._delegate.shows_focus = False
        super().focusOutEvent(event)
        self.viewport().update()

    def _under(self, point: QPoint) -> tuple[Suggestion | None, str]:
        """(suggestion, "yes", "no" or "picture") at a point of the viewport."""
        index = self.indexAt(point)
        one = self._model.at(index.row()) if index.isValid() else None
        if one is None:
            return None, ""
        yes, no = button_rects(self.visualRect(index))
        return one, "yes" if yes.contains(point) else "no" if no.contains(point) else "picture"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._delegate.pressed = True
        self._pressed_on = self._under(event.position().toPoint())
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._delegate.pressed = False
        under = self._under(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and under == getattr(self, "_pressed_on", None):
            one, part = under
            if part in ("yes", "no"):
                self._answer(one, part == "yes")
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        one, part = self._under(event.position().toPoint())
        if part == "picture":
            self.opened.emit(one)
        else:
            self.mousePressEvent(event)  # a second quick answer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._delegate.pointer = event.position().toPoint()
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._delegate.pointer = QPoint(-1, -1)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            one, part = self._under(event.pos())
            words = {
                "yes": "Yes, it is this person (Enter)",
                "no": "No, someone else (Delete)",
                "picture": "Open the photo (O)",
            }
            QToolTip.showText(event.globalPos(), words.get(part, "") if one else "", self.viewport())
            return True
        return super().viewportEvent(event)
