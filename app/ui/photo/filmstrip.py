"""The photos around the one that is shown, in one row; any number of them."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QToolTip, QWidget

from app.ui.controller.pictures import photo_key
from app.ui.theme import Duration, Radius, Size, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.glyph import Panel
from app.ui.widgets.grid.images import ImageRequest, ImageStore

_CELL, _CURRENT, _HEIGHT, _GAP = 64, 96, 56, 8
_STEP = _CELL + _GAP


class Strip(QAbstractScrollArea):
    """Paints only the cells in sight: a cell's place follows from its number, so 100,000 cost nothing."""

    chosen = Signal(int)
    """A row was clicked."""

    def __init__(self, theme: Theme, images: ImageStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._images = theme, images
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self.turned: Mapping[int, int] = {}
        self._current = -1
        self._hovered = -1
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # left and right step on the whole page
        self.setFixedHeight(Size.FILMSTRIP - 1)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Photos around this one")
        self._slide = QVariantAnimation(self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(lambda value: self.horizontalScrollBar().setValue(int(value)))
        images.ready.connect(lambda _key: self.viewport().update())
        theme.changed.connect(self.viewport().update)

    def set_ids(self, ids: Sequence[int] | NDArray[np.int64], current: int) -> None:
        """Other photos, with the row that is shown (-1 for none)."""
        self._ids = np.asarray(ids, np.int64)
        self._current = current
        self._measure()
        self._center(animated=False)
        self.viewport().update()

    def set_current(self, row: int) -> None:
        self._current = row
        self._measure()
        self._center(animated=True)
        self.viewport().update()

    @property
    def current(self) -> int:
        return self._current

    def _left(self, row: int) -> int:
        wider = _CURRENT - _CELL if self._current >= 0 and row > self._current else 0
        return row * _STEP + wider

    def cell(self, row: int) -> QRectF:
        """The place of a row in the viewport. A strip that is shorter than the view is centred."""
        width = _CURRENT if row == self._current else _CELL
        top = (self.viewport().height() - _HEIGHT) / 2
        start = self._start()
        return QRectF(start + self._left(row), top, width, _HEIGHT)

    def _start(self) -> int:
        room = self.viewport().width() - self._length()
        return room // 2 if room > 0 else _GAP - self.horizontalScrollBar().value()

    def _length(self) -> int:
        count = len(self._ids)
        return count * _STEP - _GAP + (_CURRENT - _CELL if self._current >= 0 else 0) if count else 0

    def set_turned(self, turned: Mapping[int, int]) -> None:
        """Which photos are shown turned, by how many degrees clockwise."""
        if turned != self.turned:
            self.turned = turned
            self.viewport().update()

    def row_at(self, x: float) -> int:
        """The row at a place in the viewport, -1 between and beside the cells."""
        if not len(self._ids):
            return -1
        row = bisect.bisect_right(range(len(self._ids)), x - self._start(), key=self._left) - 1
        return row if row >= 0 and self.cell(row).left() <= x <= self.cell(row).right() else -1

    def _measure(self) -> None:
        bar = self.horizontalScrollBar()
        bar.setRange(0, max(self._length() + 2 * _GAP - self.viewport().width(), 0))
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(_STEP)

    def _center(self, animated: bool) -> None:
        self._slide.stop()
        bar = self.horizontalScrollBar()
        if self._current < 0:
            return
        target = self._left(self._current) + _CURRENT // 2 + _GAP - self.viewport().width() // 2
        target = min(max(target, 0), bar.maximum())
        near = abs(target - bar.value()) < 2 * self.viewport().width()
        time = self.theme.duration(Duration.FIT) if animated and near and self.isVisible() else 0
        if time:
            self._slide.setStartValue(bar.value())
            self._slide.setEndValue(target)
            self._slide.setDuration(time)
            self._slide.start()
        else:
            bar.setValue(target)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self._center(animated=False)

    def sizeHint(self) -> QSize:
        return QSize(480, Size.FILMSTRIP - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not len(self._ids):
            return
        ratio = self.devicePixelRatioF()
        start, width = self._start(), self.viewport().width()
        first = max((-start - _CURRENT) // _STEP, 0)
        last = min((width - start) // _STEP + 1, len(self._ids) - 1)
        self._images.begin_frame(self)
        for row in range(first, last + 1):
            self._paint_cell(painter, row, ratio)
        self._images.end_frame(self)

    def _paint_cell(self, painter: QPainter, row: int, ratio: float) -> None:
        rect, photo_pk = self.cell(row), int(self._ids[row])
        request = ImageRequest(
            photo_key(photo_pk, self.turned.get(photo_pk, 0)),
            round(rect.width() * ratio),
            round(rect.height() * ratio),
            Radius.PHOTO * ratio,
            0.5,
            0.35,
        )
        picture = self._images.pixmap(request)
        if picture is None:
            path = QPainterPath()
            path.addRoundedRect(rect, Radius.PHOTO, Radius.PHOTO)
            painter.fillPath(path, self.theme.color("hover"))
            if self._images.failed(request):
                self.theme.paint_icon(painter, rect, "image-square", "t3", 16)
        else:
            painter.drawPixmap(rect, picture, QRectF(picture.rect()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if row == self._current:
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), Radius.PHOTO + 3, Radius.PHOTO + 3)
        elif row == self._hovered:
            painter.setPen(QPen(self.theme.color("edge"), 2))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), Radius.PHOTO - 1, Radius.PHOTO - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.chosen.emit(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().x())
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.viewport().update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if event.hasPixelDelta() else event.angleDelta()
        bar = self.horizontalScrollBar()
        self._slide.stop()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(event.pos().x())
            text = f"Photo {row + 1:,} of {len(self._ids):,}" if row >= 0 else ""
            QToolTip.showText(event.globalPos() + QPoint(0, 8), text, self)
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


class Filmstrip(Panel):
    """The strip between two arrows, 88 high."""

    chosen = Signal(int)
    stepped = Signal(int)
    """-1 or 1"""

    def __init__(self, theme: Theme, images: ImageStore, parent: QWidget | None = None) -> None:
        super().__init__(theme, "surface", parent, lines=("top",))
        self.setFixedHeight(Size.FILMSTRIP)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 8, 0)
        row.setSpacing(4)
        self.previous = IconButton(theme, "caret-left", "Previous photo", shortcut_hint="Left")
        self.next = IconButton(theme, "caret-right", "Next photo", shortcut_hint="Right")
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(1))
        self.strip = Strip(theme, images)
        self.strip.chosen.connect(self.chosen)
        row.addWidget(self.previous)
        row.addWidget(self.strip, 1)
        row.addWidget(self.next)

    def show_row(self, row: int, count: int) -> None:
        self.strip.set_current(row)
        self.previous.setEnabled(row > 0)
        self.next.setEnabled(0 <= row < count - 1)
