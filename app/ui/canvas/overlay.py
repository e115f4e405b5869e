"""The faces over the picture: which boxes, landmarks and labels are drawn, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from app.ui.canvas.geometry import Box
from app.ui.canvas.gestures import DrawDrag
from app.ui.canvas.labels import LabelRequest, place_labels
from app.ui.canvas.layers import LandmarkLayer, paint_dense
from app.ui.canvas.marks import Mark, Stroke, Tag
from app.ui.canvas.painter import MarkPainter

if TYPE_CHECKING:
    from app.ui.canvas.canvas import FaceCanvas

_NOWHERE = Box(0, 0, 0, 0)
_SIZE_FROM = 24.0
_LANDMARKS_FROM = 40.0
_MINOR_FROM = 40.0
_HIGHLIGHT_FILL = "#1C2020"


def paint_faces(painter: QPainter, canvas: FaceCanvas, brush: MarkPainter) -> None:
    """Paint everything that lies over the picture, in view coordinates. The selected face comes last."""
    view = Box(0, 0, canvas.viewport().width(), canvas.viewport().height())
    current, hovered = canvas.selection.current, canvas.selection.hovered
    shown = [(mark, canvas.to_view(canvas.box_of(mark.key) or _NOWHERE)) for mark in canvas.marks]
    shown.sort(key=lambda pair: (pair[0].key == current, pair[0].key == hovered))
    for mark, box in shown:
        selected, lit = mark.key == current, mark.key == hovered
        if (canvas.show_boxes or selected or lit) and box.overlaps(view, 8):
            chosen = selected and canvas.editable
            lit = lit or (selected and not chosen)
            brush.box(painter, box, QColor(mark.color), mark.stroke, chosen, lit)
    if canvas.layer is not LandmarkLayer.OFF:
        # On a face too small for them the dots would hide it.
        large = [
            (mark.key, box.width)
            for mark, box in shown
            if box.overlaps(view) and (box.width >= _LANDMARKS_FROM or mark.key in (current, hovered))
        ]
        _paint_landmarks(painter, canvas, brush, large)
    selected_box = canvas.view_box_of(current) if current is not None else None
    if current is not None and selected_box is not None and canvas.editable:
        brush.handles(painter, selected_box)
        _paint_size(painter, brush, selected_box, canvas.box_of(current))
    if canvas.show_tags and not canvas.highlights:
        _paint_tags(painter, canvas, brush, shown, view)
    _paint_highlights(painter, canvas, brush, view)
    if isinstance(canvas.drag, DrawDrag):
        drawn = canvas.to_view(canvas.drag.box)
        brush.box(painter, drawn, QColor("#FFFFFF"), Stroke.SOLID, False, False)
        _paint_size(painter, brush, drawn, canvas.drag.box)


def _paint_landmarks(
    painter: QPainter, canvas: FaceCanvas, brush: MarkPainter, faces: list[tuple[int, float]]
) -> None:
    transform = canvas.viewportTransform()
    if canvas.layer is not LandmarkLayer.FIVE:
        size = canvas.picture_size
        paint_dense(painter, canvas.dense, canvas.layer, faces, size, transform, canvas.shift_of)
        return
    for key, _width in faces:
        points = [transform.map(QPointF(*point)) for point in canvas.points_of(key)]
        lit = canvas.lit_point if key == canvas.selection.current else None
        brush.landmarks(painter, [(point.x(), point.y()) for point in points], lit)


def _paint_highlights(painter: QPainter, canvas: FaceCanvas, brush: MarkPainter, view: Box) -> None:
    """Things that are no faces, over everything else: they are pointed at."""
    width, height = canvas.picture_size
    boxes = [canvas.to_view(Box.of(each.box, width, height)) for each in canvas.highlights]
    tags = [Tag(each.text, "", _HIGHLIGHT_FILL, "#FFFFFF") for each in canvas.highlights]
    requests = []
    for box, tag in zip(boxes, tags, strict=True):
        brush.box(painter, box, QColor("#FFFFFF"), Stroke.SOLID, False, True)
        requests.append(LabelRequest(box, *brush.tag_size(tag, False), always=True))
    for tag, place in zip(tags, place_labels(requests, view), strict=True):
        if place is not None and tag.text:
            brush.tag(painter, place, tag, False)


def _paint_tags(
    painter: QPainter, canvas: FaceCanvas, brush: MarkPainter, shown: list[tuple[Mark, Box]], view: Box
) -> None:
    current, hovered = canvas.selection.current, canvas.selection.hovered
    tagged, requests = [], []
    for mark, box in shown:
        selected, lit = mark.key == current, mark.key == hovered
        small = mark.minor and box.width < _MINOR_FROM
        if mark.tag is None or (small and not selected and not lit):
            continue
        width, height = brush.tag_size(mark.tag, selected and canvas.editable)
        rank = 8 * selected + 4 * lit + 2 * (mark.stroke is Stroke.EMPHATIC) - mark.minor
        tagged.append(mark)
        requests.append(LabelRequest(box, width, height, rank, selected or lit))
    for mark, place in zip(tagged, place_labels(requests, view), strict=True):
        if place is not None and mark.tag is not None:
            brush.tag(painter, place, mark.tag, mark.key == current and canvas.editable)


def _paint_size(painter: QPainter, brush: MarkPainter, shown: Box, box: Box | None) -> None:
    if box is not None and shown.width >= _SIZE_FROM:
        text = f"{round(box.width)} × {round(box.height)} px"
        brush.note(painter, shown.center[0], shown.bottom + 8, text)
