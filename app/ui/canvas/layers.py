"""The landmark layers of the canvas: five points, thirty, or the mesh of 478."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from app.ui.canvas.mesh_lines import MESH_LINES, THIRTY_LINES
from app.ui.theme.pixels import pixel_ratio

_WHITE = QColor("#FFFFFF")
_SHADE = QColor(0, 0, 0, 130)
_LINE, _DOT, _FAINT_DOT = (QColor(255, 255, 255, alpha) for alpha in (225, 235, 170))
_LARGE_FROM = 220.0
_CONTOURS_ONLY_BELOW = 72.0


class LandmarkLayer(StrEnum):
    """Which landmarks are drawn. Only the five can be moved: they alone are stored by hand."""

    OFF = "off"
    FIVE = "5"
    THIRTY = "30"
    MESH = "mesh"

    @property
    def following(self) -> LandmarkLayer:
        """The one that the L key turns to."""
        order = (LandmarkLayer.FIVE, LandmarkLayer.THIRTY, LandmarkLayer.MESH, LandmarkLayer.OFF)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True)
class _Shape:
    """One face's points and lines in pixels of the picture, made once and painted at every zoom."""

    points: QPolygonF
    lines: QPainterPath


def _shape(points: NDArray[np.floating], lines: Iterable[Sequence[int]]) -> _Shape:
    dots = [QPointF(float(x), float(y)) for x, y in points]
    path = QPainterPath()
    for line in lines:
        path.moveTo(dots[line[0]])
        for index in line[1:]:
            path.lineTo(dots[index])
    return _Shape(QPolygonF(dots), path)


class DensePoints:
    """The denser landmarks of the faces that have been worked out, by key and layer."""

    def __init__(self) -> None:
        self._points: dict[tuple[LandmarkLayer, int], NDArray[np.floating]] = {}
        self._shapes: dict[tuple[LandmarkLayer, int], _Shape] = {}
        self._size = (0, 0)

    def put(self, layer: LandmarkLayer, key: int, points: NDArray[np.floating]) -> None:
        """float (n, 2 or more), ratios of the picture: 30 for THIRTY, 478 for MESH."""
        self._points[layer, key] = points
        self._shapes.pop((layer, key), None)

    def has(self, layer: LandmarkLayer, key: int) -> bool:
        return (layer, key) in self._points

    def forget(self, key: int | None = None) -> None:
        """One face's points, or all."""
        for held in (self._points, self._shapes):
            for known in [known for known in held if key is None or known[1] == key]:
                del held[known]

    def shape(self, layer: LandmarkLayer, key: int, size: tuple[int, int]) -> _Shape | None:
        """For a picture of that size in pixels."""
        if size != self._size:
            self._shapes.clear()
            self._size = size
        points = self._points.get((layer, key))
        if points is None:
            return None
        found = self._shapes.get((layer, key))
        if found is None:
            lines = MESH_LINES if layer is LandmarkLayer.MESH else THIRTY_LINES
            found = self._shapes[layer, key] = _shape(points[:, :2] * np.array(size, np.float64), lines)
        return found


def paint_dense(
    painter: QPainter,
    dense: DensePoints,
    layer: LandmarkLayer,
    faces: Iterable[tuple[int, float]],
    size: tuple[int, int],
    transform: QTransform,
    shift_of: Callable[[int], tuple[float, float]],
) -> None:
    """`faces`: (key, width of its box on the screen); `shift_of` says how far a face is being dragged, in
    picture pixels. Pens are cosmetic, so that the shapes can be painted through the view's transform."""
    ratio = pixel_ratio(painter)
    for key, width in faces:
        shape = dense.shape(layer, key, size)
        if shape is None:
            continue
        dx, dy = shift_of(key)
        placed = QTransform.fromTranslate(dx, dy) * transform
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if layer is LandmarkLayer.MESH:
            _paint_mesh(painter, shape, width, placed, ratio)
        else:
            painter.setTransform(placed)
            _paint_thirty(painter, shape, width)
        painter.restore()


def _paint_mesh(painter: QPainter, shape: _Shape, width: float, placed: QTransform, ratio: float) -> None:
    """Hairlines and single pixels side by side: Qt strokes a pen of more than one pixel as a polygon a
    point, which for 20 faces takes 45 ms, and this 6."""
    whole = max(round(ratio), 1)
    line = range(whole)

    def lay(color: QColor, across: Iterable[int], down: Sequence[int], draw: Callable[[], None]) -> None:
        painter.setPen(QPen(color, 0))
        for x in across:
            for y in down:
                painter.setTransform(placed * QTransform.fromTranslate(x / ratio, y / ratio))
                draw()

    def lines() -> None:
        painter.drawPath(shape.lines)

    def dots() -> None:
        painter.drawPoints(shape.points)

    lay(_SHADE, [whole], [whole], lines)
    lay(_LINE, line, [0], lines)
    if width < _CONTOURS_ONLY_BELOW:
        # So near to one another the dots would be a veil.
        return
    side = whole + (width >= _LARGE_FROM)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    if width >= _LARGE_FROM:
        lay(_SHADE, [side], range(whole, side + 1), dots)
        lay(_SHADE, range(whole, side), [side], dots)
    lay(_DOT if width >= _LARGE_FROM else _FAINT_DOT, range(side), range(side), dots)


def _paint_thirty(painter: QPainter, shape: _Shape, width: float) -> None:
    dot = 4.0 if width >= _LARGE_FROM else 3.0 if width >= _CONTOURS_ONLY_BELOW else 2.0
    painter.setPen(_pen(QColor(0, 0, 0, 96), 2.5))
    painter.drawPath(shape.lines)
    painter.setPen(_pen(QColor(255, 255, 255, 190), 1))
    painter.drawPath(shape.lines)
    painter.setPen(_pen(QColor(0, 0, 0, 178), dot + 2))
    painter.drawPoints(shape.points)
    painter.setPen(_pen(_WHITE, dot))
    painter.drawPoints(shape.points)


def _pen(color: QColor, width: float) -> QPen:
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
