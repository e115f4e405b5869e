"""Faces by the year they were taken: bars to look at, and to drag across."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.ui.theme import Theme

_HEIGHT, _LABEL, _TALLEST, _BAR = 76, 20, 40, 40
_LABEL_ROOM = 36
_CENTER = int(Qt.AlignmentFlag.AlignCenter)

Years = tuple[int, int]


class Timeline(QWidget):
    """One bar a year. Dragging chooses a range of years, a click one year, a click on it none again.

    Keys: left and right move, with Shift they extend, Esc and Delete choose nothing.
    """

    chosen = Signal(object)
    """(first year, last year), or None for all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._bars: list[tuple[int, int]] = []
        self._range: Years | None = None
        self._from = self._at = -1
        self._hover = -1
        self._dragging = self._by_key = False
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Timeline")
        theme.changed.connect(self.update)

    def set_years(self, years: Sequence[tuple[int, int]]) -> None:
        """(year, faces) for every year in turn. A range that is no longer there is dropped."""
        self._bars = list(years)
        if self._range is not None and not any(self._inside(year) for year, _ in self._bars):
            self._range = None
        self._at = min(self._at, len(self._bars) - 1)
        words = ", ".join(f"{year}: {count}" for year, count in self._bars if count)
        self.setAccessibleDescription(f"Faces by year. {words}. Arrow keys choose years.")
        self.update()

    def range(self) -> Years | None:
        return self._range

    def clear(self) -> None:
        """Choose all years, and say so if it was otherwise."""
        self._choose(None)

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def column_rect(self, place: int) -> QRectF:
        """The column of the bar at a place (0 is the first year)."""
        width = self.width() / max(len(self._bars), 1)
        return QRectF(place * width, 0, width, self.height())

    def _inside(self, year: int) -> bool:
        return self._range is None or self._range[0] <= year <= self._range[1]

    def _place(self, x: float) -> int:
        count = len(self._bars)
        return min(max(int(x * count / max(self.width(), 1)), 0), count - 1)

    def _choose(self, years: Years | None) -> None:
        if years != self._range:
            self._range = years
            self.chosen.emit(years)
            self.update()

    def _choose_places(self, first: int, last: int) -> None:
        low, high = sorted((first, last))
        self._choose((self._bars[low][0], self._bars[high][0]))

    # -- pointer and keys ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._bars:
            event.ignore()
            return
        self._by_key = False
        place = self._place(event.position().x())
        self._again = self._range == (self._bars[place][0],) * 2
        self._from = self._at = place
        self._dragging = True
        self._choose_places(place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._bars:
            return
        place = self._place(event.position().x())
        if place != self._hover:
            self._hover = place
            self.update()
        if self._dragging and place != self._at:
            self._at, self._again = place, False
            self._choose_places(self._from, place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            if self._again:
                self._choose(None)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        self._by_key = True
        if step is not None and self._bars:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and self._at >= 0
            self._at = min(max(self._at + step, 0), len(self._bars) - 1)
            if not extend:
                self._from = self._at
            self._choose_places(self._from, self._at)
            self.update()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Delete) and self._range is not None:
            self._choose(None)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_key = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._bars:
            year, count = self._bars[self._place(event.pos().x())]
            QToolTip.showText(
                event.globalPos(), f"{year}: {count:,} {'face' if count == 1 else 'faces'}", self
            )
            return True
        return super().event(event)

    # -- painting -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max(count for _, count in self._bars)
        every = max(1, round(_LABEL_ROOM / max(self.column_rect(0).width(), 1) + 0.49))
        for place, (year, count) in enumerate(self._bars):
            column = self.column_rect(place)
            self._bar(painter, column, year, count, most, place == self._hover)
            if place % every == 0:
                chosen = self._range is not None and self._inside(year)
                painter.setFont(self.theme.font("label", 600 if chosen else 400))
                painter.setPen(self.theme.color("accent_text" if chosen else "t3"))
                label = QRectF(column.center().x() - 30, self.height() - _LABEL - 4, 60, _LABEL)
                painter.drawText(label, _CENTER, str(year))
        if self.hasFocus() and self._by_key:
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _bar(
        self, painter: QPainter, column: QRectF, year: int, count: int, most: int, hovered: bool
    ) -> None:
        width = min(_BAR, column.width() - 4)
        height = max(round(_TALLEST * count / most), 4) if count else 2
        foot = self.height() - _LABEL - 4
        bar = QRectF(column.center().x() - width / 2, foot - height, width, height)
        token = "line2"
        if count and self._inside(year):
            token = "accent_hover" if hovered else "accent"
        elif hovered and count:
            token = "edge"
        path = QPainterPath()
        path.addRoundedRect(bar.adjusted(0, 0, 0, 2), 2, 2)
        painter.save()
        painter.setClipRect(bar)
        painter.fillPath(path, self.theme.color(token))
        painter.restore()
