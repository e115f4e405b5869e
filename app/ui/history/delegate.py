"""Paints a line of the history: icon, crops, words, place, time, Undo."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.services.history import HistoryRow
from app.ui.controller.pictures import face_key
from app.ui.history.model import HEADING_ROLE, ROW_ROLE, Heading
from app.ui.history.words import ICONS, PLACES, Names
from app.ui.theme import Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.grid import ImageRequest, ImageStore

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_CROP, _UNDO_WIDTH, _TIME_WIDTH, _PLACE_WIDTH = 28, 80, 48, 112
_NARROW = 620


class HistoryDelegate(QStyledItemDelegate):
    """Rows 48 high, headings 44. `undo_rect` is where the offer stands."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.theme, self.images = theme, images
        self.names = Names()
        self.hovered = -1

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(option.rect.width(), 44 if index.data(HEADING_ROLE) is not None else 48)

    @staticmethod
    def undo_rect(row: QRect) -> QRect:
        """Where a click takes the change back."""
        return QRect(row.right() - 24 - _UNDO_WIDTH, row.top() + 10, _UNDO_WIDTH, 28)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        heading: Heading | None = index.data(HEADING_ROLE)
        if heading is not None:
            self._heading(painter, option.rect, heading)
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
            hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
            self._row(painter, option.rect, index.data(ROW_ROLE), selected, focused, hovered)
        painter.restore()

    def _heading(self, painter: QPainter, rect: QRect, heading: Heading) -> None:
        strong = self.theme.font("body", 600)
        painter.setFont(strong)
        painter.setPen(self.theme.color("t1"))
        at = QRectF(rect.left() + 24, rect.top() + 4, rect.width(), 40)
        painter.drawText(at, _LEFT, heading.title)
        painter.setFont(self.theme.font())
        painter.setPen(self.theme.color("t3"))
        noun = "change" if heading.count == 1 else "changes"
        at.moveLeft(at.left() + QFontMetricsF(strong).horizontalAdvance(heading.title) + 8)
        painter.drawText(at, _LEFT, f"{heading.count:,} {noun}")

    def _row(
        self,
        painter: QPainter,
        rect: QRect,
        row: HistoryRow | None,
        selected: bool,
        focused: bool,
        hovered: bool,
    ) -> None:
        theme = self.theme
        ground = QRectF(rect.left() + 12, rect.top(), rect.width() - 24, rect.height())
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("tint" if selected else "hover"))
            painter.drawRoundedRect(ground, 6, 6)
        if focused and selected:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), 5, 5)
        if row is None:
            return
        middle, x = rect.center().y() + 1, rect.left() + 24
        theme.paint_icon(painter, QRectF(x, middle - 8, 16, 16), ICONS[row.change.kind], "t2", 16)
        x += 28
        self._crops(painter, x, middle, row)
        x += 108
        right = self._facts(painter, rect, row)
        self._words(painter, QRectF(x, rect.top(), right - x - 12, rect.height()), row)

    def _crops(self, painter: QPainter, x: int, middle: int, row: HistoryRow) -> None:
        ratio = pixel_ratio(painter)
        pixels = round(_CROP * ratio)
        for face_pk in row.faces[:3]:
            place = QRect(x, middle - _CROP // 2, _CROP, _CROP)
            pixmap = self.images.pixmap(ImageRequest(face_key(face_pk), pixels, pixels, 4 * ratio))
            if pixmap is not None and not pixmap.isNull():
                painter.setOpacity(0.5 if row.undone else 1.0)
                painter.drawPixmap(place, pixmap)
                painter.setOpacity(1.0)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self.theme.color("hover"))
                painter.drawRoundedRect(QRectF(place), 4, 4)
            x += _CROP + 4

    def _facts(self, painter: QPainter, rect: QRect, row: HistoryRow) -> int:
        """Undo, time and place from the right; returns where the words must end."""
        theme, small = self.theme, self.theme.font("small")
        undo = QRectF(self.undo_rect(rect))
        painter.setFont(theme.font("small", 500))
        if row.undone:
            painter.setPen(theme.color("t3"))
            painter.drawText(undo.adjusted(0, 0, -8, 0), _RIGHT, "Undone")
        elif not row.change.open:
            painter.setPen(theme.color("accent_text"))
            text_width = QFontMetricsF(painter.font()).horizontalAdvance("Undo")
            painter.drawText(undo.adjusted(0, 0, -8, 0), _RIGHT, "Undo")
            icon = QRectF(undo.right() - 8 - text_width - 22, undo.top(), 14, undo.height())
            theme.paint_icon(painter, icon, "arrow-counter-clockwise", "accent_text", 14)
        else:
            painter.setPen(theme.color("t3"))
            painter.drawText(undo.adjusted(0, 0, -8, 0), _RIGHT, "Running")
        painter.setFont(small)
        painter.setPen(theme.color("t2"))
        time = QRectF(undo.left() - 12 - _TIME_WIDTH, rect.top(), _TIME_WIDTH, rect.height())
        painter.drawText(time, _RIGHT, row.change.created_at.astimezone().strftime("%H:%M"))
        if rect.width() < _NARROW:
            return round(time.left())
        icon_name, words = PLACES[row.change.origin]
        place = QRectF(time.left() - 12 - _PLACE_WIDTH, rect.top(), _PLACE_WIDTH, rect.height())
        theme.paint_icon(painter, QRectF(place.left(), place.center().y() - 7, 14, 14), icon_name, "t3", 14)
        painter.drawText(place.adjusted(22, 0, 0, 0), _LEFT, words)
        return round(place.left())

    def _words(self, painter: QPainter, rect: QRectF, row: HistoryRow) -> None:
        token = "t3" if row.undone else "t1"
        painter.setPen(self.theme.color(token))
        x = rect.left()
        for text, is_name in self.names.runs(row.change.summary):
            font = QFont(self.theme.font("body", 600 if is_name else 400))
            font.setStrikeOut(row.undone)
            metrics = QFontMetricsF(font)
            room = rect.right() - x
            if room <= 8:
                return
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.drawText(QRectF(x, rect.top(), room + 2, rect.height()), _LEFT, shown)
            if shown != text:
                return
            x += metrics.horizontalAdvance(text)
