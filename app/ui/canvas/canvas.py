"""The picture with its faces: draws them, selects them, and turns mouse and keys into wishes.

The canvas changes nothing itself: it shows a drag while it lasts and says through its signals what the
person wants; the page asks a service and hands the new marks back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QWidget

from app.ui.canvas import keys
from app.ui.canvas.geometry import Box, box_at, editing_bounds, moved, resized_by_key
from app.ui.canvas.gestures import BoxDrag, Drag, PointDrag
from app.ui.canvas.layers import DensePoints, LandmarkLayer
from app.ui.canvas.marks import Highlight, Marks
from app.ui.canvas.overlay import paint_faces
from app.ui.canvas.painter import MarkPainter
from app.ui.canvas.pointer import Pointer
from app.ui.canvas.selection import FaceSelection
from app.ui.canvas.tools import Tool
from app.ui.canvas.view import PictureView
from app.ui.theme import Theme

_NUDGE_SETTLES = 500
_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FaceCanvas(PictureView):
    """A PictureView with faces. With `editable` False faces can be picked and nothing else.

    The nudges of one burst of arrow keys leave as one `box_edited`, half a second after the last or as
    soon as another face is selected.
    """

    box_edited = Signal(int, object)
    """(key, BoundingBox): moved, resized or nudged."""
    landmark_edited = Signal(int, object, float, float)
    """(key, LandmarkType, x, y) in ratios of the picture."""
    face_drawn = Signal(object)
    """BoundingBox of a missed face."""
    naming_wanted = Signal(int, str)
    """(key, first letters): a letter was typed on a face, or Enter or F2 pressed on it."""
    deletion_wanted = Signal(int)
    picked = Signal(int)
    """A face was clicked, or chosen with Enter where nothing can be edited."""
    menu_wanted = Signal(object, QPoint)
    """(key or None, global position)."""
    tool_changed = Signal(str)

    def __init__(
        self, theme: Theme, selection: FaceSelection, parent: QWidget | None = None, editable: bool = True
    ) -> None:
        super().__init__(theme, parent)
        self.selection = selection
        self.editable = editable
        self.show_boxes = True
        self.show_tags = True
        self.layer = LandmarkLayer.OFF
        self.dense = DensePoints()
        self.highlights: tuple[Highlight, ...] = ()
        self._marks = Marks()
        self._painter = MarkPainter(theme)
        self._tool = Tool.SELECT
        self._pointer = Pointer(self)
        self._ringed = False
        self._nudged: tuple[int, Box] | None = None
        self._left: tuple[int, Box] | None = None
        self._placed: tuple[int, int, tuple[float, float]] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_NUDGE_SETTLES)
        self._settle.timeout.connect(self.settle)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, editable)
        selection.current_changed.connect(self._current_changed)
        selection.hovered_changed.connect(self._repaint)
        self.view_changed.connect(self._repaint)

    def _repaint(self, *_: object) -> None:
        self.viewport().update()

    # What is shown

    @property
    def marks(self) -> Marks:
        return self._marks

    def set_marks(self, marks: Marks) -> None:
        """Other faces, or the same ones after an edit. Nudges of a face that is still there go on."""
        self._marks = marks
        self._pointer.cancel()
        self._left = self._placed = None
        if not self._settle.isActive() or self._nudged is None or marks.get(self._nudged[0]) is None:
            self._nudged = None
            self._settle.stop()
        self.selection.set_order(marks.keys)
        self._repaint()

    @property
    def tool(self) -> Tool:
        return self._tool

    def set_tool(self, tool: Tool) -> None:
        if tool is self._tool:
            return
        self.cancel_drag()
        self._tool = tool
        self._pointer.show_cursor()
        self.tool_changed.emit(tool)

    def set_layers(
        self, boxes: bool | None = None, tags: bool | None = None, landmarks: LandmarkLayer | None = None
    ) -> None:
        """Show or hide what is not None. The denser landmarks are drawn of faces that `set_dense` had."""
        self.show_boxes = self.show_boxes if boxes is None else boxes
        self.show_tags = self.show_tags if tags is None else tags
        self.layer = self.layer if landmarks is None else landmarks
        self._repaint()

    @property
    def show_landmarks(self) -> bool:
        """True while the five are drawn, which can be taken and moved."""
        return self.layer is LandmarkLayer.FIVE

    def set_dense(self, layer: LandmarkLayer, key: int, points: NDArray[np.floating]) -> None:
        """The thirty or the mesh of a face: float (n, 2 or more), ratios of the picture."""
        self.dense.put(layer, key, points)
        self._repaint()

    def set_highlights(self, highlights: Sequence[Highlight]) -> None:
        """Boxes of other things than faces, while something beside the picture is pointed at."""
        self.highlights = tuple(highlights)
        self._repaint()

    def box_of(self, key: int) -> Box | None:
        """A face's box in picture pixels as shown now, a drag or nudge included."""
        drag = self.drag
        if isinstance(drag, BoxDrag) and drag.key == key:
            return drag.box
        if self._nudged is not None and self._nudged[0] == key:
            return self._nudged[1]
        return self._marks.box(key)

    def view_box_of(self, key: int) -> Box | None:
        """A face's box in view coordinates, for what is placed beside it."""
        box = self.box_of(key)
        return None if box is None else self.to_view(box)

    def points_of(self, key: int) -> list[tuple[float, float]]:
        """Landmarks in picture pixels as shown now; they move along with a moved box."""
        points = self._marks.points(key)
        drag = self.drag
        if points and self._placed is not None and self._placed[0] == key:
            points[self._placed[1]] = self._placed[2]
        if isinstance(drag, PointDrag) and drag.key == key:
            points[drag.index] = drag.point
        elif points and (drag is not None or self._nudged is not None):
            dx, dy = self.shift_of(key)
            points = [(x + dx, y + dy) for x, y in points]
        return points

    def shift_of(self, key: int) -> tuple[float, float]:
        """How far a face's box has been moved and not stored yet, in picture pixels."""
        before, after = self._marks.box(key), self.box_of(key)
        if before is None or after is None or not before.same_size(after):
            return 0.0, 0.0
        return after.left - before.left, after.top - before.top

    @property
    def image(self) -> Box:
        """The picture as a box, in its pixels."""
        return Box(0, 0, *self.picture_size)

    def _current_changed(self, key: int | None) -> None:
        if self._nudged is not None and self._nudged[0] != key:
            self.settle()
        self._pointer.lit_point = None
        mark = self._marks.get(key)
        self.setAccessibleDescription(mark.title if mark else f"{len(self._marks)} faces")
        self._repaint()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        super().drawForeground(painter, rect)
        if self.has_picture:
            painter.save()
            painter.resetTransform()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_faces(painter, self, self._painter)
            painter.restore()
        if self._ringed and self.selection.current is None:
            painter.save()
            painter.resetTransform()
            painter.setPen(QPen(self.theme.color("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            painter.restore()

    @property
    def drag(self) -> Drag | None:
        """The edit in progress."""
        return self._pointer.drag

    @property
    def lit_point(self) -> int | None:
        """The landmark of the current face that the pointer is on."""
        return self._pointer.lit_point

    # Mouse

    def face_at(self, position: QPointF) -> int | None:
        """The key of the face under a view position."""
        if not len(self._marks):
            return None
        point = self.to_picture(position)
        index = box_at(self._marks.boxes, point.x(), point.y(), self.scale_now)
        return None if index is None else self._marks.keys[index]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.has_picture:
            self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pointer.double_click(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.selection.hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            key = self.face_at(QPointF(event.pos()))
            if key is not None:
                self.selection.select(key)
            self.menu_wanted.emit(key, event.globalPos())
            return
        key = self.selection.current
        box = self.view_box_of(key) if key is not None else None
        at = QPoint(round(box.left), round(box.bottom)) if box else self.viewport().rect().center()
        self.menu_wanted.emit(key, self.viewport().mapToGlobal(at))

    def cancel_drag(self) -> bool:
        """Drop a drag in progress. False if there was none."""
        return self._pointer.cancel()

    def finish_box(self, key: int, box: Box) -> None:
        """A drag ended with this box: keep showing it and let it leave."""
        self._nudged = (key, box)
        self.settle()

    def finish_landmark(self, key: int, index: int, point: tuple[float, float]) -> None:
        """A drag ended with this landmark (picture pixels): keep showing it there."""
        self._placed = (key, index, point)

    # Keys

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if keys.claims(self, event):
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            # Tab is taken here, before Qt moves the focus with it.
            backward = event.key() == Qt.Key.Key_Backtab
            if (backward or event.key() == Qt.Key.Key_Tab) and self.selection.step(-1 if backward else 1):
                self.show_current()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.hold_to_pan(False)
        else:
            event.ignore()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Composed letters (accents, other scripts) begin a name like plain ones."""
        key = self.selection.current
        if key is not None and self.editable and (event.commitString() or event.preeditString()):
            self.naming_wanted.emit(key, event.commitString())
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.hold_to_pan(False)
        self.settle()
        self._ringed = False
        super().focusOutEvent(event)
        self._repaint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = event.reason() in _BY_KEYS
        self._repaint()

    def hold_to_pan(self, held: bool) -> None:
        """Space is down or up: while down, a drag pans."""
        self._pointer.hold(held)

    def show_current(self) -> None:
        """Scroll the selected face into sight."""
        box = self._marks.box(self.selection.current)
        if box is not None:
            self.show_region(box)

    def nudge(self, dx: float, dy: float, resize: bool) -> None:
        """Move (or resize) the selected face by picture pixels; it leaves as one edit when it settles."""
        key = self.selection.current
        box = None if key is None else self.box_of(key)
        original = self._marks.box(key)
        if key is None or box is None or original is None or not self.editable:
            return
        bounds = editing_bounds(original, self.image)
        after = resized_by_key(box, dx, dy, bounds) if resize else moved(box, dx, dy, bounds)
        self._nudged = (key, after)
        self._settle.start()
        self._repaint()

    def settle(self) -> None:
        """Let the nudged box leave as an edit now. It is shown until new marks come."""
        self._settle.stop()
        if self._nudged is None or self._nudged == self._left:
            return
        key, box = self._left = self._nudged
        if box != self._marks.box(key):
            self.box_edited.emit(key, box.ratios(*self.picture_size))
