"""How a cell is painted. Pages that show pictures use ThumbnailDelegate; cards bring their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from app.ui.theme import Radius, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.grid.images import ImageRequest, ImageStore
from app.ui.widgets.grid.model import CELL_ROLE, CellContent, CellState
from app.ui.widgets.painting import (
    box_color,
    elided,
    paint_box,
    paint_check,
    paint_focus,
    paint_person_dot,
    paint_selection,
)

_Index = QModelIndex | QPersistentModelIndex
_BADGE = QColor(12, 14, 14, 199)
_WHITE = QColor("#FFFFFF")
_TAG_INK = QColor("#221800")
_MIDDLE_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_MIDDLE_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
_CENTER = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


class CellLook(NamedTuple):
    """What the view knows about a cell when it is painted."""

    selected: bool = False
    focused: bool = False
    hovered: bool = False
    dim: bool = False
    drop_target: bool = False


class CellDelegate(QStyledItemDelegate):
    """Base of the grid's delegates: a size for a given side, and the painting."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def cell_size(self, side: int) -> QSize:
        """The whole cell when the size slider stands at `side` logical pixels."""
        return QSize(side, side)

    def paint_cell(self, painter: QPainter, rect: QRect, index: _Index, look: CellLook) -> None:
        """Paint one cell; `rect` is in the viewport. The painter's state is restored by the view."""
        raise NotImplementedError

    def prefetch(self, index: _Index, rect: QRect, ratio: float) -> None:
        """The cell will come into sight soon: ask for its picture."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self.paint_cell(painter, option.rect, index, CellLook())

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return option.rect.size()


@dataclass(frozen=True, slots=True)
class ThumbnailStyle:
    """Photos: radius 4 and a caption of 24 below. Faces: radius 6, no caption."""

    radius: int = Radius.PHOTO
    caption: int = 24
    inner_line: int = 2
    check: int = 20
    check_inset: int = 12


PHOTO_STYLE = ThumbnailStyle()
FACE_STYLE = ThumbnailStyle(radius=Radius.FACE, caption=0, inner_line=1, check=18, check_inset=8)
RESULT_STYLE = ThumbnailStyle(radius=Radius.FACE, caption=28, inner_line=1, check=18, check_inset=8)


class ThumbnailDelegate(CellDelegate):
    """A square picture with badge, boxes while hovered, tag, caption; waiting, failed, selected."""

    def __init__(self, theme: Theme, images: ImageStore, style: ThumbnailStyle = PHOTO_STYLE) -> None:
        super().__init__(theme)
        self.images = images
        self.style = style

    def cell_size(self, side: int) -> QSize:
        return QSize(side, side + self.style.caption)

    def request(self, content: CellContent, side: int, ratio: float) -> ImageRequest:
        """What is asked of the image store for a cell of a side in logical pixels."""
        pixels = round(side * ratio)
        return ImageRequest(content.image, pixels, pixels, self.style.radius * ratio, *content.focus)

    def prefetch(self, index: _Index, rect: QRect, ratio: float) -> None:
        content: CellContent | None = index.data(CELL_ROLE)
        if content is not None and content.image is not None:
            self.images.prefetch(self.request(content, rect.width(), ratio), self)

    def paint_cell(self, painter: QPainter, rect: QRect, index: _Index, look: CellLook) -> None:
        content: CellContent | None = index.data(CELL_ROLE)
        square = QRect(rect.left(), rect.top(), rect.width(), rect.width())
        if content is None:
            self._fill(painter, square, "hover")
            return
        if look.dim:
            painter.setOpacity(0.55)
        picture = self._picture(painter, square, content)
        if picture and look.hovered and content.boxes:
            self._boxes(painter, square, content)
        if picture and content.badge >= 2:
            self._badge(painter, square, content.badge)
        if content.tag:
            self._tag(painter, square, content.tag)
        if self.style.caption:
            bottom = rect.bottom() - square.bottom()
            self._caption(
                painter, QRect(rect.left(), square.bottom() + 1, rect.width(), bottom), content, look
            )
        painter.setOpacity(1.0)
        if look.selected:
            paint_selection(painter, self.theme, square, self.style.radius, self.style.inner_line)
            inset = self.style.check_inset + self.style.check / 2
            at = QPointF(square.right() + 1 - inset, square.top() + inset)
            paint_check(painter, self.theme, at, self.style.check)
        if look.focused or look.drop_target:
            paint_focus(painter, self.theme, square, self.style.radius)

    def _picture(self, painter: QPainter, square: QRect, content: CellContent) -> bool:
        """Draw the picture or what stands for it; True when a picture is there."""
        if content.state is CellState.FAILED:
            self._failed(painter, square, content.reason)
            return False
        if content.state is CellState.WAITING:
            self._fill(painter, square, "hover")
            self.theme.paint_icon(painter, square, "hourglass-medium", "t3", 20)
            return False
        if content.image is None:
            self._fill(painter, square, "hover")
            return False
        request = self.request(content, square.width(), pixel_ratio(painter))
        pixmap = self.images.pixmap(request)
        if pixmap is None:
            pixmap = self.images.nearest(content.image)
        if pixmap is None:
            self._fill(painter, square, "hover")
            if self.images.failed(request):
                self.theme.paint_icon(painter, square, "image-square", "t3", 20)
            return False
        painter.drawPixmap(square, pixmap)
        if content.state is CellState.MISSING:
            corner = QRect(square.right() - 27, square.bottom() - 27, 20, 20)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_BADGE)
            painter.drawEllipse(corner)
            self.theme.paint_icon(painter, corner, "link-break", "#FFFFFF", 12)
        return True

    def _fill(self, painter: QPainter, square: QRect, token: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color(token))
        painter.drawRoundedRect(square, self.style.radius, self.style.radius)

    def _failed(self, painter: QPainter, square: QRect, reason: str) -> None:
        self._fill(painter, square, "danger_bg")
        icon = QRect(square.left(), square.center().y() - 22, square.width(), 20)
        self.theme.paint_icon(painter, icon, "warning-circle", "danger", 20)
        painter.setPen(self.theme.color("danger"))
        painter.setFont(self.theme.font("small", 500))
        text = QRect(square.left() + 8, square.center().y() + 4, square.width() - 16, 48)
        top = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        painter.drawText(text, top, reason)

    def _badge(self, painter: QPainter, square: QRect, count: int) -> None:
        text = str(count)
        painter.setFont(self.theme.font("label", 600))
        width = 6 + 12 + 4 + painter.fontMetrics().horizontalAdvance(text) + 8
        pill = QRectF(square.left() + 8, square.bottom() + 1 - 28, width, 20)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BADGE)
        painter.drawRoundedRect(pill, 10, 10)
        self.theme.paint_icon(
            painter, QRectF(pill.left() + 6, pill.top(), 12, 20), "user-focus", "#FFFFFF", 12
        )
        painter.setPen(_WHITE)
        painter.drawText(pill.adjusted(22, 0, 0, 0), _MIDDLE_LEFT, text)

    def _tag(self, painter: QPainter, square: QRect, text: str) -> None:
        painter.setFont(self.theme.font("label", 600))
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        tag = QRectF(square.left() + 6, square.bottom() + 1 - 24, width, 18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("#F0B429"))
        painter.drawRoundedRect(tag, 4, 4)
        painter.setPen(_TAG_INK)
        painter.drawText(tag, _CENTER, text)

    def _boxes(self, painter: QPainter, square: QRect, content: CellContent) -> None:
        """Boxes of the whole picture, mapped into the square crop around the focus."""
        width, height = max(content.aspect, 1e-6), 1.0
        side = min(width, height)
        left = min(max(content.focus[0] * width - side / 2, 0.0), width - side)
        top = min(max(content.focus[1] * height - side / 2, 0.0), height - side)
        zoom = square.width() / side
        painter.save()
        painter.setClipRect(square)
        for box in content.boxes:
            place = QRectF(
                square.left() + (box.left * width - left) * zoom,
                square.top() + (box.top * height - top) * zoom,
                box.width * width * zoom,
                box.height * height * zoom,
            )
            dashed = box.color is None
            paint_box(painter, place, box_color(box.color), width=1.5, radius=3, dashed=dashed)
        painter.restore()

    def _caption(self, painter: QPainter, rect: QRect, content: CellContent, look: CellLook) -> None:
        left = rect.left()
        if content.dot is not None:
            paint_person_dot(painter, self.theme, QPointF(left + 4, rect.center().y() + 0.5), content.dot)
            left += 14
        right = rect.right() + 1
        if content.value:
            painter.setFont(self.theme.font("body", 600))
            painter.setPen(self.theme.color("t3" if look.dim else "t1"))
            painter.drawText(rect, _MIDDLE_RIGHT, content.value)
            right -= painter.fontMetrics().horizontalAdvance(content.value) + 4
        if content.caption and right > left:
            font = self.theme.font("small")
            painter.setFont(font)
            painter.setPen(self.theme.color(content.caption_token))
            mode = Qt.TextElideMode.ElideMiddle if right - left < 88 else Qt.TextElideMode.ElideRight
            text = elided(content.caption, font, right - left, mode)
            painter.drawText(QRect(left, rect.top(), right - left, rect.height()), _MIDDLE_LEFT, text)
