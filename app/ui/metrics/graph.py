"""A graph over time: bars on each other, lines, an area; read with the pointer or the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.ui.metrics.axes import moment_words, time_ticks, value_ticks
from app.ui.theme import Theme

_LEFT, _BOTTOM = 44, 24
_GAP = 0.14
"""Of a bar's period that stays free."""


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


class Graph(pg.PlotWidget):  # type: ignore[misc]
    """`say` turns a value into the words of the tooltip. It is drawn anew with the theme."""

    def __init__(
        self, theme: Theme, name: str, say: Callable[[float], str], parent: QWidget | None = None
    ) -> None:
        # The view asks for its size while it is being made.
        self._starts: NDArray[np.float64] = np.empty(0)
        super().__init__(parent, background=None)
        self.theme, self._say = theme, say
        self._seconds = 60
        self._series: Sequence[Series] = ()
        self.at: int | None = None
        """The period under the crosshair."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFrameShape(self.Shape.NoFrame)
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 8, 4, 0)
        item.getAxis("left").setWidth(_LEFT)
        item.getAxis("bottom").setHeight(_BOTTOM)
        for side in ("left", "bottom"):
            # The labels at both ends reach beyond the axis, where there is room for them.
            item.getAxis(side).setStyle(tickLength=0, tickTextOffset=8, hideOverlappingLabels=False)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._cross.setZValue(10)
        self._cross.hide()
        theme.changed.connect(self._draw)
        self._draw()

    def show_series(self, starts: NDArray[np.float64], seconds: int, series: Sequence[Series]) -> None:
        """`starts`: the first second (since 1970) of each period, float64 (n,)."""
        self._starts, self._seconds, self._series = starts, seconds, series
        self.at = None
        self._draw()

    def words(self, at: int) -> str:
        """What the graph says of a period."""
        lines = [moment_words(float(self._starts[at]), self._seconds)]
        for series in self._series:
            value = float(series.values[at])
            if not np.isnan(value) and (value or len(self._series) == 1):
                lines.append(f"{series.name}: {self._say(value)}")
        return "\n".join(lines) if len(lines) > 1 else f"{lines[0]}\nNothing"

    # -- drawing -----------------------------------------------------------------------------------------

    def _draw(self) -> None:
        item, theme = self.getPlotItem(), self.theme
        item.clear()
        self._cross.setPen(QPen(theme.color("edge"), 0, Qt.PenStyle.DashLine))
        item.addItem(self._cross, ignoreBounds=True)
        self._point(self.at)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setTickFont(theme.font("label"))
            axis.setTextPen(theme.color("t3"))
            axis.setPen(QPen(theme.color("line"), 0) if side == "bottom" else None)
        highest = self._highest()
        ticks = value_ticks(highest)
        item.getAxis("left").setTicks([ticks])
        item.setYRange(0, ticks[-1][0], padding=0)
        # The axis's own grid would cut the labels at its ends.
        for value, _ in ticks[1:]:
            item.addItem(pg.InfiniteLine(value, angle=0, pen=QPen(theme.color("line"), 0)), ignoreBounds=True)
        if not len(self._starts):
            item.getAxis("bottom").setTicks([[]])
            return
        item.setXRange(self._starts[0], self._starts[-1] + self._seconds, padding=0)
        self._label_time()
        below = np.zeros(len(self._starts))
        for series in self._series:
            if series.shape is Shape.BARS:
                item.addItem(self._bars(series, below))
                below = below + np.nan_to_num(series.values)
            else:
                item.addItem(self._curve(series))

    def _highest(self) -> float:
        bars = [np.nan_to_num(each.values) for each in self._series if each.shape is Shape.BARS]
        stacked = float(np.sum(bars, axis=0).max()) if bars and len(bars[0]) else 0.0
        others = [each.values for each in self._series if each.shape is not Shape.BARS]
        finite = np.concatenate(others) if others else np.empty(0)
        finite = finite[~np.isnan(finite)]
        return max(stacked, float(finite.max()) if len(finite) else 0.0)

    def _label_time(self) -> None:
        end = float(self._starts[-1]) + self._seconds
        width = max(self.width() - _LEFT - 8, 1)
        first = float(self._starts[0])
        # A label stands in the middle below its tick: at the edges there is no room for a half.
        margin = (end - first) * 24 / width
        ticks = [tick for tick in time_ticks(first, end, width) if tick[0] <= end - margin]
        self.getPlotItem().getAxis("bottom").setTicks([ticks])

    def _bars(self, series: Series, below: NDArray[np.float64]) -> Any:
        return pg.BarGraphItem(
            x0=self._starts + self._seconds * _GAP / 2,
            width=self._seconds * (1 - _GAP),
            y0=below,
            height=np.nan_to_num(series.values),
            brush=self.theme.color(series.color),
            pen=None,
        )

    def _curve(self, series: Series) -> Any:
        color = self.theme.color(series.color)
        dashed = Qt.PenStyle.DashLine if series.shape is Shape.DASHED else Qt.PenStyle.SolidLine
        area = series.shape is Shape.AREA
        return pg.PlotDataItem(
            self._starts + self._seconds / 2,
            series.values,
            pen=pg.mkPen(color, width=1.5, style=dashed),
            fillLevel=0 if area else None,
            brush=self.theme.color("tint") if area else None,
            connect="finite",
            # A single period between gaps is a line without length.
            symbol="o" if np.count_nonzero(~np.isnan(series.values)) == 1 else None,
            symbolSize=5,
            symbolBrush=color,
            symbolPen=None,
            antialias=True,
        )

    # -- reading -----------------------------------------------------------------------------------------

    def _point(self, at: int | None) -> None:
        self.at = at
        self._cross.setVisible(at is not None)
        if at is not None:
            self._cross.setPos(float(self._starts[at]) + self._seconds / 2)

    def _tell(self, at: int, place: QPoint) -> None:
        self._point(at)
        self.setAccessibleDescription(self.words(at))
        QToolTip.showText(place, self.words(at), self)

    def _place(self, at: int) -> QPoint:
        middle = QPointF(float(self._starts[at]) + self._seconds / 2, 0)
        scene = self.getPlotItem().getViewBox().mapViewToScene(middle)
        point: QPoint = self.mapFromScene(scene)
        return QPoint(self.viewport().mapToGlobal(QPoint(point.x(), self.height() // 3)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not len(self._starts):
            return
        scene = self.mapToScene(event.position().toPoint())
        moment = self.getPlotItem().getViewBox().mapSceneToView(scene).x()
        at = int((moment - self._starts[0]) // self._seconds)
        if 0 <= at < len(self._starts):
            self._tell(at, event.globalPosition().toPoint())
        else:
            self._leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        last = len(self._starts) - 1
        if last >= 0 and event.key() == Qt.Key.Key_Home:
            self._tell(0, self._place(0))
        elif last >= 0 and event.key() == Qt.Key.Key_End:
            self._tell(last, self._place(last))
        elif last >= 0 and step is not None:
            at = last if self.at is None else min(max(self.at + step, 0), last)
            self._tell(at, self._place(at))
        else:
            event.ignore()

    def wheelEvent(self, event: Any) -> None:
        # The page scrolls; a graph has nothing to zoom.
        event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._leave()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._leave()

    def _leave(self) -> None:
        self._point(None)
        QToolTip.hideText()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if len(self._starts):
            self._label_time()
