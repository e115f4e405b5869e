"""Draws boxes, handles, landmarks and labels over a picture, in view pixels: the same at every zoom."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.ui.canvas.geometry import Box, Handle
from app.ui.canvas.marks import Stroke, Tag
from app.ui.theme import Radius, Theme
from app.ui.theme.pixels import pixel_ratio
from app.ui.widgets.painting import paint_landmark, paint_tag, tag_size

TAG_HEIGHT, TAG_HEIGHT_SELECTED = 18.0, 20.0
HANDLE_SIDE = 8.0
_INK = QColor("#0D0F0F")
_WHITE = QColor("#FFFFFF")
_DARK_TAG = QColor(12, 14, 14, 217)


def _black(alpha: float) -> QColor:
    return QColor(0, 0, 0, round(alpha * 255))


class MarkPainter:
    """Strokes and labels in the design's measures."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._medium = theme.font("label", 500)

    def tag_size(self, tag: Tag, selected: bool) -> tuple[float, float]:
        """(width, height) of a label in view pixels."""
        width, height = tag_size(self._theme, tag.text, tag.figure)
        return width, TAG_HEIGHT_SELECTED if selected else height

    def box(
        self, painter: QPainter, box: Box, color: QColor, stroke: Stroke, selected: bool, hovered: bool
    ) -> None:
        """A box on any picture: dark, colour, dark; white outside it when selected."""
        ratio = pixel_ratio(painter)
        rect = _snapped(box, ratio)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if hovered and not selected:
            painter.fillRect(rect, QColor(255, 255, 255, 31))
        if selected and stroke is not Stroke.EMPHATIC:
            _ring(painter, rect, 2.5, 1, _black(0.6))
            _ring(painter, rect, 1, 2, _WHITE)
            _ring(painter, rect, -1, 2, color)
            return
        if stroke is Stroke.EMPHATIC:
            _ring(painter, rect, 1.5, 1, _black(0.35))
            _ring(painter, rect, 0.5, 1, _WHITE)
            _ring(painter, rect, -1.5, 3, color)
            _ring(painter, rect, -3.5, 1, _WHITE)
            return
        width = 1.0 if stroke in (Stroke.THIN, Stroke.THIN_DASHED) else 2.0
        if hovered:
            width += 1.0
        _ring(painter, rect, 0.5, 1, _black(0.55))
        _ring(painter, rect, -width - 0.5, 1, _black(0.35))
        dashed = stroke in (Stroke.DASHED, Stroke.THIN_DASHED)
        if dashed:
            # Under the gaps, so that a dash is never lost on a bright picture.
            _ring(painter, rect, -width / 2, width, _black(0.28))
        _ring(painter, rect, -width / 2, width, color, dashed)

    def handles(self, painter: QPainter, box: Box) -> None:
        """The eight white handles of a selected box; the corners alone where they would touch."""
        ratio = pixel_ratio(painter)
        rect = _snapped(box, ratio)
        snapped = Box(rect.left(), rect.top(), rect.right(), rect.bottom())
        small = min(box.width, box.height) < 4 * HANDLE_SIDE
        painter.setPen(QPen(_INK, 1))
        painter.setBrush(_WHITE)
        for handle in Handle:
            if small and 0 in handle.value:
                continue
            x, y = handle.at(snapped)
            x, y = round(x - HANDLE_SIDE / 2), round(y - HANDLE_SIDE / 2)
            painter.drawRoundedRect(QRectF(x + 0.5, y + 0.5, HANDLE_SIDE - 1, HANDLE_SIDE - 1), 1.5, 1.5)

    def landmarks(
        self, painter: QPainter, points: Iterable[tuple[float, float]], lit: int | None = None
    ) -> None:
        """Landmarks in view pixels; the one that can be taken is larger."""
        for index, (x, y) in enumerate(points):
            scale = 0.5 if index == lit else 1.0
            paint_landmark(painter, QPointF(x, y), scale=scale)

    def tag(self, painter: QPainter, rect: Box, tag: Tag, selected: bool) -> None:
        """A label on its colour; the selected face's with 2 px white around it."""
        area = QRectF(round(rect.left), round(rect.top), rect.width, rect.height)
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_WHITE)
            painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), Radius.TAG + 2, Radius.TAG + 2)
        fill, ink = QColor(tag.fill), QColor(tag.ink)
        paint_tag(painter, self._theme, area, tag.text, tag.figure, fill=fill, ink=ink)

    def note(self, painter: QPainter, x: float, y: float, text: str) -> None:
        """A small dark note centred on x with its top at y: the size of a box in pixels."""
        width = QFontMetricsF(self._medium).horizontalAdvance(text) + 12
        area = QRectF(round(x - width / 2), round(y), width, TAG_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_DARK_TAG)
        painter.drawRoundedRect(area, Radius.TAG, Radius.TAG)
        painter.setPen(_WHITE)
        painter.setFont(self._medium)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)


def _snapped(box: Box, ratio: float) -> QRectF:
    """The box on whole device pixels, so that its strokes are sharp."""
    left, top = round(box.left * ratio) / ratio, round(box.top * ratio) / ratio
    right, bottom = round(box.right * ratio) / ratio, round(box.bottom * ratio) / ratio
    return QRectF(left, top, right - left, bottom - top)


def _ring(
    painter: QPainter, rect: QRectF, outset: float, width: float, color: QColor, dashed: bool = False
) -> None:
    """A rounded stroke whose middle line lies `outset` outside the rectangle (inside when negative)."""
    pen = QPen(color, width)
    if dashed:
        pen.setDashPattern([5.0 / width * 1.2, 3.0 / width * 1.2])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    radius = max(Radius.TAG + outset, 1.0)
    painter.drawRoundedRect(rect.adjusted(-outset, -outset, outset, outset), radius, radius)
