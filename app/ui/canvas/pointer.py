"""The mouse on the canvas: picks faces, drags boxes, handles, landmarks and the view, draws boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.domain.geometry import LandmarkType
from app.ui.canvas.geometry import Handle, handle_at, large_enough, point_at
from app.ui.canvas.gestures import BoxDrag, Drag, DrawDrag, PointDrag
from app.ui.canvas.tools import Tool

if TYPE_CHECKING:
    from app.ui.canvas.canvas import FaceCanvas

_LANDMARKS = tuple(LandmarkType)
_CURSORS = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
}


class Pointer:
    """The state of the mouse over one canvas: a press that may become a drag, a drag, or panning.

    Only the selected face is edited by a drag; a drag from anywhere else moves the view, so that
    nothing is changed by accident.
    """

    def __init__(self, canvas: FaceCanvas) -> None:
        self._canvas = canvas
        self.drag: Drag | None = None
        self.lit_point: int | None = None
        self._press: QPointF | None = None
        self._panning: QPointF | None = None
        self._moved = False
        self._held = False

    def hold(self, held: bool) -> None:
        """Space is down: a drag pans."""
        if held != self._held:
            self._held = held
            self.show_cursor()

    def cancel(self) -> bool:
        active = self.drag is not None or self._panning is not None
        self._forget()
        self._canvas.viewport().update()
        return active

    def _forget(self) -> None:
        self.drag = self._press = self._panning = None
        self._moved = False

    def press(self, event: QMouseEvent) -> None:
        position, left = event.position(), event.button() == Qt.MouseButton.LeftButton
        pans = self._held or self._canvas.tool is Tool.PAN
        if event.button() == Qt.MouseButton.MiddleButton or (left and pans):
            self._panning = position
        elif left:
            self._press = position
            self.drag = self._begin(position)
        self.show_cursor()

    def _begin(self, position: QPointF) -> Drag | None:
        canvas = self._canvas
        if not canvas.editable:
            return None
        point = canvas.to_picture(position)
        x, y = point.x(), point.y()
        if canvas.tool is Tool.DRAW:
            return DrawDrag((x, y), canvas.image)
        key = canvas.selection.current
        box = None if key is None else canvas.box_of(key)
        if key is None or box is None:
            return None
        index = self._landmark_at(key, x, y)
        if index is not None:
            self.lit_point = index
            return PointDrag((x, y), key, index, canvas.image)
        handle = handle_at(box, x, y, canvas.scale_now)
        if handle is None and canvas.face_at(position) != key:
            return None
        canvas.settle()
        return BoxDrag((x, y), key, box, canvas.image, handle)

    def _landmark_at(self, key: int, x: float, y: float) -> int | None:
        if not self._canvas.show_landmarks:
            return None
        return point_at(self._canvas.points_of(key), x, y, self._canvas.scale_now)

    def move(self, event: QMouseEvent) -> None:
        canvas, position = self._canvas, event.position()
        if self._panning is not None:
            delta = position - self._panning
            self._panning = position
            canvas.pan(delta.x(), delta.y())
            return
        if self._press is None:
            hovers = canvas.tool is Tool.SELECT and not self._held
            canvas.selection.hover(canvas.face_at(position) if hovers else None)
            self.show_cursor(position)
            return
        if not self._moved:
            if (position - self._press).manhattanLength() < QApplication.startDragDistance():
                return
            self._moved = True
        if self.drag is None:
            # Nothing to edit here: the picture itself is dragged.
            canvas.pan(position.x() - self._press.x(), position.y() - self._press.y())
            self._panning, self._press = position, None
            self.show_cursor()
            return
        point = canvas.to_picture(position)
        self.drag.update(point.x(), point.y(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        canvas.viewport().update()

    def release(self, event: QMouseEvent) -> None:
        canvas, position = self._canvas, event.position()
        drag, pressed, moved = self.drag, self._press is not None, self._moved
        self._forget()
        if event.button() == Qt.MouseButton.LeftButton and pressed:
            if drag is not None and moved:
                self._finish(drag)
            elif canvas.tool is Tool.SELECT:
                key = canvas.face_at(position)
                canvas.selection.select(key)
                if key is not None:
                    canvas.picked.emit(key)
        self.show_cursor(position)
        canvas.viewport().update()

    def _finish(self, drag: Drag) -> None:
        canvas = self._canvas
        width, height = canvas.picture_size
        if isinstance(drag, DrawDrag) and large_enough(drag.box):
            canvas.face_drawn.emit(drag.box.ratios(width, height))
        elif isinstance(drag, BoxDrag) and drag.box != drag.original:
            canvas.finish_box(drag.key, drag.box)
        elif isinstance(drag, PointDrag):
            self.lit_point = None
            x, y = drag.point
            canvas.finish_landmark(drag.key, drag.index, (x, y))
            canvas.landmark_edited.emit(drag.key, _LANDMARKS[drag.index], x / width, y / height)

    def double_click(self, event: QMouseEvent) -> None:
        """On a face: its name. Beside one: 100 %, and back to fitted."""
        canvas = self._canvas
        if event.button() != Qt.MouseButton.LeftButton or canvas.tool is not Tool.SELECT:
            self.press(event)
            return
        key = canvas.face_at(event.position())
        if key is not None:
            if canvas.editable:
                canvas.naming_wanted.emit(key, "")
        elif canvas.fitted:
            canvas.zoom_to(1.0, event.position(), animated=True)
        else:
            canvas.fit()

    def show_cursor(self, position: QPointF | None = None) -> None:
        canvas = self._canvas
        shape = Qt.CursorShape.ArrowCursor
        if self._panning is not None:
            shape = Qt.CursorShape.ClosedHandCursor
        elif self._held or canvas.tool is Tool.PAN:
            shape = Qt.CursorShape.OpenHandCursor
        elif canvas.tool is Tool.DRAW:
            shape = Qt.CursorShape.CrossCursor
        elif position is not None:
            shape = self._shape_over(position)
        canvas.viewport().setCursor(shape)

    def _shape_over(self, position: QPointF) -> Qt.CursorShape:
        canvas = self._canvas
        key = canvas.selection.current
        box = canvas.box_of(key) if key is not None else None
        if key is not None and box is not None and canvas.editable:
            point = canvas.to_picture(position)
            lit = self._landmark_at(key, point.x(), point.y())
            if lit != self.lit_point:
                self.lit_point = lit
                canvas.viewport().update()
            handle = handle_at(box, point.x(), point.y(), canvas.scale_now)
            if handle is not None and lit is None:
                return _CURSORS[handle]
            if lit is not None or canvas.face_at(position) == key:
                return Qt.CursorShape.SizeAllCursor
        over = canvas.selection.hovered is not None
        return Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
