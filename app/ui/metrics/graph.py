"""A graph over time: bars on each other, lines, an area; read with the pointer or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.ui.metrics.axes import moment_words, time_ticks, value_ticks
from app.ui.theme import Theme

_LEFT: Final = 52
_TOP: Final = 8
_BOTTOM: Final = 28
_RIGHT: Final = 4
_BAR: Final = 0.86
"""Of its period's width."""
_LABEL: Final = 64


class Shape(StrEnum):
    BARS = "bars"
    LINE = "line"
    DASHED = "dashed"
    AREA = "area"


@dataclass(frozen=True, eq=False)
class Series:
    """One measure: values float64 (n,), NaN where there is none. `color`: a token or #RRGGBB."""

    name: str
    values: NDArray[np.float64]
    color: str
    shape: Shape


class Graph(QWidget):
    """`say` turns a value into the words of the tooltip."""

    def __init__(
        self, theme: Theme, name: str, say: Callable[[float], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme, self._say = theme, say
        self._starts: NDArray[np.float64] = np.empty(0)
        self._seconds = 60
        self._series: Sequence[Series] = ()
        self._ticks = value_ticks(0)
        self.at: int | None = None
        """The period under the crosshair."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_series(self, starts: NDArray[np.float64], seconds: int, series: Sequence[Series]) -> None:
        """`starts`: the first second (since 1970) of each period, float64 (n,)."""
        self._starts, self._seconds, self._series = starts, seconds, series
        self._ticks = value_ticks(self._highest())
        self.at = None
        self.update()

    def words(self, at: int) -> str:
        """What the graph says of a period."""
        lines = [moment_words(float(self._starts[at]), self._seconds)]
        for series in self._series:
            value = float(series.values[at])
            if not np.isnan(value) and (value or len(self._series) == 1):
                lines.append(f"{series.name}: {self._say(value)}")
        return "\n".join(lines) if len(lines) > 1 else f"{lines[0]}\nNothing"

    def sizeHint(self) -> QSize:
        return QSize(320, 208)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 96)

    def _highest(self) -> float:
        bars = [np.nan_to_num(each.values) for each in self._series if each.shape is Shape.BARS]
        others = [each.values for each in self._series if each.shape is not Shape.BARS]
        tops = ([np.sum(bars, axis=0)] if bars else []) + others
        values = np.concatenate(tops) if tops else np.empty(0)
        values = values[~np.isnan(values)]
        return float(values.max()) if len(values) else 0.0

    # -- places ------------------------------------------------------------------------------------------

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def _x(self, moment: float) -> float:
        plot = self._plot()
        span = len(self._starts) * self._seconds
        return plot.left() + (moment - float(self._starts[0])) / span * plot.width()

    def _y(self, value: float) -> float:
        plot = self._plot()
        return plot.bottom() - value / self._ticks[-1][0] * plot.height()

    def _middle(self, at: int) -> float:
        return self._x(float(self._starts[at]) + self._seconds / 2)

    # -- drawing -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_axes(painter)
        if not len(self._starts):
            return
        below = np.zeros(len(self._starts))
        for series in self._series:
            if series.shape is Shape.BARS:
                values = np.nan_to_num(series.values)
                self._paint_bars(painter, series, below, values)
                below = below + values
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for series in self._series:
            if series.shape is not Shape.BARS:
                self._paint_line(painter, series)
        if self.at is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(self.theme.color("edge"), 1, Qt.PenStyle.DashLine))
            x, plot = self._middle(self.at), self._plot()
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_axes(self, painter: QPainter) -> None:
        plot, ink, line = self._plot(), self.theme.color("t3"), self.theme.color("line")
        painter.setFont(self.theme.font("label"))
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        for value, text in self._ticks:
            y = round(self._y(value)) + 0.5
            painter.setPen(QPen(line, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(ink)
            painter.drawText(QRectF(0, y - 8, _LEFT - 8, 16), right, text)
        if not len(self._starts):
            return
        first = float(self._starts[0])
        last = first + len(self._starts) * self._seconds
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter)
        for moment, text in time_ticks(first, last, plot.width()):
            x = self._x(moment)
            # A label stands in the middle below its moment: at the right edge there is no room for a half.
            if x <= plot.right() - _LABEL / 3:
                painter.drawText(QRectF(x - _LABEL / 2, plot.bottom() + 8, _LABEL, 16), middle, text)

    def _paint_bars(
        self, painter: QPainter, series: Series, below: NDArray[np.float64], values: NDArray[np.float64]
    ) -> None:
        width = max(self._plot().width() / len(self._starts) * _BAR, 1.0)
        color = self.theme.color(series.color)
        for at in np.flatnonzero(values):
            top, foot = self._y(float(below[at] + values[at])), self._y(float(below[at]))
            painter.fillRect(QRectF(self._middle(int(at)) - width / 2, top, width, foot - top), color)

    def _paint_line(self, painter: QPainter, series: Series) -> None:
        color = self.theme.color(series.color)
        pen = QPen(color, 1.5)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if series.shape is Shape.DASHED:
            pen.setDashPattern([3, 2])
        known = ~np.isnan(series.values)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
        for start, end in edges.reshape(-1, 2):
            points = [
                QPointF(self._middle(at), self._y(float(series.values[at]))) for at in range(start, end)
            ]
            if len(points) == 1:
                # A single period between gaps is a line without length.
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color)
                painter.drawEllipse(points[0], 2.5, 2.5)
                continue
            if series.shape is Shape.AREA:
                path = QPainterPath(QPointF(points[0].x(), self._y(0)))
                for point in (*points, QPointF(points[-1].x(), self._y(0))):
                    path.lineTo(point)
                painter.fillPath(path, self.theme.color("tint"))
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(points)

    # -- reading -----------------------------------------------------------------------------------------

    def _tell(self, at: int, place: QPoint) -> None:
        self.at = at
        self.setAccessibleDescription(self.words(at))
        QToolTip.showText(place, self.words(at), self)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        if not len(self._starts) or plot.width() <= 0:
            return
        at = int((event.position().x() - plot.left()) // (plot.width() / len(self._starts)))
        if 0 <= at < len(self._starts):
            self._tell(at, event.globalPosition().toPoint())
        else:
            self._leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._starts) - 1
        now = last + 1 if self.at is None else self.at
        steps = {
            Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        wanted = steps.get(Qt.Key(event.key()))
        if wanted is None or last < 0:
            event.ignore()
            return
        at = min(max(wanted, 0), last)
        self._tell(at, self.mapToGlobal(QPoint(round(self._middle(at)), self.height() // 3)))

    def leaveEvent(self, event: QEvent) -> None:
        self._leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    def _leave(self) -> None:
        self.at = None
        QToolTip.hideText()
        self.update()
