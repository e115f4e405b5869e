"""A person's card: picture in a ring, name, count; the name is edited where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.canvas.editor import NameField
from app.ui.people.roster import Card
from app.ui.theme import Radius, Size, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.grid import (
    CELL_ROLE,
    ID_ROLE,
    CellContent,
    CellDelegate,
    CellLook,
    ImageRequest,
    ImageStore,
)
from app.ui.widgets.painting import elided, paint_avatar, paint_check

_Index = QModelIndex | QPersistentModelIndex
_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_AVATAR, _TOP = 96, 20
_NAME_TOP, _NAME_HEIGHT, _CAPTION_HEIGHT = _TOP + _AVATAR + 12, 20, 16
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
_STAYS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)


def name_rect(rect: QRect) -> QRect:
    """Where the name stands on a card."""
    return QRect(rect.left() + 12, rect.top() + _NAME_TOP, rect.width() - 24, _NAME_HEIGHT)


class CardDelegate(CellDelegate):
    """Paints cards of 184 x 184 and opens the editor of names on them."""

    named = Signal(object, str)
    """(key of the card, the name that was typed and kept)"""
    edit_ended = Signal()

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__(theme)
        self._images = images
        self._names: list[str] = []
        self.drop_words = ""

    def set_names(self, names: Sequence[str]) -> None:
        """What the editor completes with."""
        self._names = list(names)

    # -- painting ---------------------------------------------------------------------------------

    def cell_size(self, side: int) -> QSize:
        return QSize(Size.CARD, Size.CARD)

    def _request(self, content: CellContent, ratio: float) -> ImageRequest:
        pixels = round(_AVATAR * ratio)
        return ImageRequest(content.image, pixels, pixels, pixels / 2)

    def prefetch(self, index: _Index, rect: QRect, ratio: float) -> None:
        content: CellContent | None = index.data(CELL_ROLE)
        if content is not None and content.image is not None:
            self._images.prefetch(self._request(content, ratio), self)

    def paint_cell(self, painter: QPainter, rect: QRect, index: _Index, look: CellLook) -> None:
        content: CellContent | None = index.data(CELL_ROLE)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, rect, look)
        circle = QRectF(rect.left() + (rect.width() - _AVATAR) / 2, rect.top() + _TOP, _AVATAR, _AVATAR)
        if content is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("hover"))
            painter.drawEllipse(circle)
            return
        card: Card = content.subject
        ground = "tint" if look.drop_target else "surface"
        request = self._request(content, pixel_ratio(painter))
        picture = None
        if content.image is not None:
            picture = self._images.pixmap(request) or self._images.nearest(content.image)
        paint_avatar(painter, self.theme, circle, picture, card.color, ground)
        self._words(painter, rect, card, look)
        if look.selected:
            self._ring(painter, rect, 3)
            paint_check(painter, self.theme, QRectF(rect.right() - 29, rect.top() + 12, 18, 18).center(), 18)

    def _ground(self, painter: QPainter, rect: QRect, look: CellLook) -> None:
        edge = "line2" if look.hovered else "line"
        painter.setPen(QPen(self.theme.color(edge), 1))
        painter.setBrush(self.theme.color("tint" if look.drop_target else "surface"))
        radius = Radius.CARD - 0.5
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if look.drop_target:
            self._ring(painter, rect, 2)
        if look.focused:
            self._ring(painter, rect.adjusted(4, 4, -4, -4) if look.selected else rect, 2, Radius.CARD)

    def _ring(self, painter: QPainter, rect: QRect, width: int, radius: float = Radius.CARD) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.color("accent"), width))
        half = width / 2
        painter.drawRoundedRect(QRectF(rect).adjusted(half, half, -half, -half), radius - half, radius - half)

    def _words(self, painter: QPainter, rect: QRect, card: Card, look: CellLook) -> None:
        place = name_rect(rect)
        font = self.theme.font("body", 600)
        painter.setFont(font)
        painter.setPen(self.theme.color("t1" if card.name else "accent_text"))
        painter.drawText(place, _CENTER, elided(card.name or "Name…", font, place.width()))
        place = QRect(place.left(), place.bottom() + 1, place.width(), _CAPTION_HEIGHT)
        dropping = look.drop_target and bool(self.drop_words)
        font = self.theme.font("small", 500 if dropping else 400)
        painter.setFont(font)
        painter.setPen(self.theme.color("accent_text" if dropping else "t2"))
        words = self.drop_words if dropping else card.caption
        painter.drawText(place, _CENTER, elided(words, font, place.width()))

    # -- editing the name ---------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        editor = NameField(self.theme, parent)
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        editor.set_names(self._names)
        key = index.data(ID_ROLE)
        editor.kept.connect(lambda name: self._keep(editor, key, name))
        editor.cancelled.connect(lambda: self._close(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: _Index) -> None:
        content: CellContent | None = index.data(CELL_ROLE)
        if isinstance(editor, NameField) and content is not None and not editor.isModified():
            editor.setText(content.subject.name)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: object, index: _Index) -> None:
        """Nothing is kept without Enter; `named` says so."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: _Index) -> None:
        place = name_rect(option.rect)
        editor.setGeometry(place.adjusted(-4, -6, 4, 6))

    def _keep(self, editor: NameField, key: object, name: str) -> None:
        if self._close(editor):
            self.named.emit(key, name)

    def _close(self, editor: QWidget) -> bool:
        """False when it is closing already."""
        if editor.property("closing"):
            return False
        editor.setProperty("closing", True)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
        self.edit_ended.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _KEYS:
            return False  # the field itself keeps or cancels
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() not in _STAYS and isinstance(watched, QWidget):
                self._close(watched)
            return False
        return super().eventFilter(watched, event)
