"""The panel that merges other people into this one: the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.domain.records import User
from app.ui.controller.pictures import face_key
from app.ui.person.facts import PersonFacts, likeliest
from app.ui.person.panel import SidePanel
from app.ui.theme import Radius, Size, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.grid import ImageRequest, ImageStore
from app.ui.widgets.painting import elided, paint_avatar, paint_check

_Index = QModelIndex | QPersistentModelIndex
_ROW = int(Qt.ItemDataRole.UserRole) + 1
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)

Other = tuple[User, float | None]


class OthersModel(QAbstractListModel):
    """Other people with their similarity, those whose name holds a text."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[Other] = []
        self._rows: list[Other] = []
        self._text = ""

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def show(self, others: Sequence[Other]) -> None:
        if list(others) != self._all:
            self._all = list(others)
            self.find(self._text)

    def find(self, text: str) -> None:
        self.beginResetModel()
        self._text = text
        wanted = text.strip().casefold()
        self._rows = [other for other in self._all if wanted in other[0].display_name.casefold()]
        self.endResetModel()

    def user_at(self, row: int) -> User:
        return self._rows[row][0]

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        user, similarity = self._rows[index.row()]
        if role == _ROW:
            return self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            like = "" if similarity is None else f", similarity {similarity:.1f}"
            return f"{user.display_name}, {_faces(user)}{like}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return user.display_name
        return None


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.theme, self._images = theme, images

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(200, Size.LIST_ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        user, similarity = index.data(_ROW)
        rect: QRect = option.rect
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("tint" if chosen else "hover"))
            painter.drawRoundedRect(rect, Radius.ROW, Radius.ROW)
        self._avatar(painter, QRectF(rect.left() + 10, rect.top() + 10, 28, 28), user, chosen)
        right = rect.right() - 8
        if chosen:
            paint_check(painter, self.theme, QRectF(right - 18, rect.center().y() - 8, 18, 18).center(), 18)
            right -= 28
        if similarity is not None:
            painter.setFont(self.theme.font("body", 600))
            painter.setPen(self.theme.color("t1"))
            place = QRect(right - 44, rect.top(), 44, rect.height())
            painter.drawText(place, _RIGHT, f"{similarity:.1f}")
            right -= 52
        left = rect.left() + 50
        font = self.theme.font("body", 500)
        painter.setFont(font)
        painter.setPen(self.theme.color("t1"))
        name = elided(user.display_name, font, right - left)
        painter.drawText(QRect(left, rect.top() + 5, right - left, 20), _LEFT, name)
        painter.setFont(self.theme.font("small"))
        painter.setPen(self.theme.color("t2" if chosen else "t3"))
        painter.drawText(QRect(left, rect.top() + 25, right - left, 16), _LEFT, _faces(user))
        view = option.widget
        if isinstance(view, QListView) and view.hasFocus() and view.currentIndex() == index:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), Radius.ROW, Radius.ROW)
        painter.restore()

    def _avatar(self, painter: QPainter, circle: QRectF, user: User, chosen: bool) -> None:
        picture = None
        if user.cover_face_pk is not None:
            pixels = round(circle.width() * pixel_ratio(painter))
            key = face_key(user.cover_face_pk)
            picture = self._images.pixmap(ImageRequest(key, pixels, pixels, pixels / 2))
            picture = picture or self._images.nearest(key)
        paint_avatar(painter, self.theme, circle, picture, user.color, "tint" if chosen else "surface")


class MergePanel(SidePanel):
    """People to merge into this one; several can be chosen."""

    key = "merge"
    merge = Signal(list)
    """Rows of the people to merge into the one shown."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme, "Merge", "Their faces come here, and they go. Undo splits them again.")
        self._facts: PersonFacts | None = None
        self._similar: dict[int, float] = {}
        self.field = TextField(theme, "Find a person", icon="magnifying-glass", clearable=True)
        self.model = OthersModel()
        self.list = _Others()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_RowDelegate(theme, images))
        self.button = Button(theme, "Merge", variant=Variant.PRIMARY, icon="git-merge")
        for part in (self.field, self.list, self.button):
            self.body.addWidget(part)
        self.field.textChanged.connect(self.model.find)
        self.field.escaped.connect(self.closed)
        self.field.returnPressed.connect(self._into_list)
        self.list.selectionModel().selectionChanged.connect(self._chosen)
        self.model.modelReset.connect(self._chosen)
        self.list.accepted.connect(self.button.click)
        self.button.clicked.connect(self._merge)
        images.ready.connect(self.list.viewport().update)
        theme.changed.connect(self.list.viewport().update)
        self._chosen()

    def show_facts(self, facts: PersonFacts) -> None:
        self._facts = facts
        self.title.setText(f"Merge into {facts.user.display_name}")
        self.model.show(likeliest(facts.others, self._similar))
        self._chosen()

    def show_similar(self, similar: dict[int, float]) -> None:
        """Similarity of other people to this one, by row."""
        self._similar = similar
        if self._facts is not None:
            self.show_facts(self._facts)

    def first_widget(self) -> QWidget:
        return self.field

    def _into_list(self) -> None:
        if self.model.rowCount():
            # Only made current: Space chooses.
            no_update = QItemSelectionModel.SelectionFlag.NoUpdate
            self.list.selectionModel().setCurrentIndex(self.model.index(0), no_update)
            self.list.setFocus()

    def _picked(self) -> list[User]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.user_at(row) for row in rows]

    def _chosen(self) -> None:
        picked = self._picked()
        self.button.setEnabled(bool(picked))
        if not picked:
            self.button.setText("Choose who to merge")
        else:
            name = picked[0].display_name if len(picked) == 1 else f"{len(picked):,} people"
            self.button.setText(f"Merge {name if len(name) <= 28 else name[:27] + '…'}".replace("&", "&&"))

    def _merge(self) -> None:
        picked = [user.id for user in self._picked()]
        if picked:
            self.list.clearSelection()
            self.merge.emit(picked)


class _Others(QListView):
    """Enter merges what is chosen; Space or a click chooses."""

    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("People to merge")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


def _faces(user: User) -> str:
    if not user.face_count:
        return "No face yet"
    return f"{user.face_count:,} face" if user.face_count == 1 else f"{user.face_count:,} faces"
