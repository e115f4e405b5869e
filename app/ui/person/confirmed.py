"""The page's scroller: a grid of faces below a head that scrolls along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.canvas.mime import faces_mime
from app.ui.controller.pictures import face_key
from app.ui.person.facts import LINE, OwnFace
from app.ui.theme import Space
from app.ui.widgets.grid import CellContent, GridView, IdListModel


class ConfirmedModel(IdListModel):
    """A person's faces. Contents are made when they are painted; all that is needed is there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faces: dict[int, OwnFace] = {}
        self._made: dict[int, CellContent] = {}
        self._tags = False

    def show(self, faces: Sequence[OwnFace], *, tags: bool) -> None:
        """Replace what is shown. With `tags` faces below the line carry their similarity."""
        self._faces = {face.pk: face for face in faces}
        self._made, self._tags = {}, tags
        self.set_ids([face.pk for face in faces])
        if faces:
            self.dataChanged.emit(self.index(0), self.index(len(faces) - 1))

    def face_at(self, row: int) -> OwnFace | None:
        return self._faces.get(self.id_at(row)) if 0 <= row < self.rowCount() else None

    def cell(self, row: int) -> CellContent | None:
        pk = self.id_at(row)
        content = self._made.get(pk)
        if content is None and pk in self._faces:
            content = self._made[pk] = content_of(self._faces[pk], self._tags)
        return content

    def fetch(self, first: int, last: int) -> None:
        """Nothing is to be fetched."""

    def mimeData(self, indexes: Sequence[Any]) -> QMimeData:
        return faces_mime(self.id_at(index.row()) for index in indexes)


def content_of(face: OwnFace, tags: bool = False) -> CellContent:
    """What the grid paints and reads out of a face."""
    words = [face.cell.photo_name]
    if face.cell.taken_at is not None:
        words.append(f"{face.cell.taken_at:%d %b %Y}".lstrip("0"))
    if face.similarity is not None:
        words.append(f"similarity to the others {face.similarity:.1f}")
    stands_out = tags and face.similarity is not None and face.similarity < LINE
    return CellContent(
        name=", ".join(words),
        image=face_key(face.pk),
        tag=f"{face.similarity:.1f}" if stands_out else "",
        tooltip="\n".join(words),
        subject=face,
    )


class _Window(QWidget):
    """What is in sight of the head. It lies over the grid, not in it: the style sheet of item views
    would colour every label inside."""

    def __init__(self, grid: HeadedGrid, head: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid, self._head = grid, head
        head.setParent(self)
        head.show()
        self.show()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._grid.wheelEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        if moved:
            self._grid.show_focused()
        return moved


class _LayoutWatch(QObject):
    """Says when a widget's layout wants to be done again. (A filter of its own: overriding eventFilter
    of an item view in Python crashes it.)"""

    asked = Signal()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.asked.emit()
        return False


class HeadedGrid(GridView):
    """A grid whose first part is a widget: both scroll together, and only rows in sight are painted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: QWidget | None = None
        self._window: _Window | None = None
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self.fit_head)

    def set_head(self, head: QWidget, parent: QWidget) -> None:
        """`head` gets the width of the view, and the height that its layout wants for it. `parent` is
        the widget that holds this grid and nothing else."""
        self._head = head
        self._window = _Window(self, head, parent)
        self._watch = _LayoutWatch(self)
        self._watch.asked.connect(self._fitting.start)
        head.installEventFilter(self._watch)
        self.fit_head()

    def fit_head(self) -> None:
        layout = self._head.layout() if self._head is not None else None
        if self._head is None or layout is None:
            return
        width = self.viewport().width()
        margins = layout.contentsMargins()
        # The scroll bar takes its part of the padding.
        margins.setRight(Space.PAGE_RIGHT - (self.width() - width))
        layout.setContentsMargins(margins)
        layout.activate()
        height = (
            layout.totalHeightForWidth(width)
            if layout.hasHeightForWidth()
            else layout.totalSizeHint().height()
        )
        self._head.resize(width, height)
        if height != self._top:
            self._top = height
            self.relayout()
        self._place_head()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_head()

    def relayout(self) -> None:
        super().relayout()
        self._place_head()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place_head()

    def _place_head(self) -> None:
        window, head = getattr(self, "_window", None), getattr(self, "_head", None)
        if window is not None and head is not None:
            offset = self.verticalOffset()
            window.setGeometry(0, 0, self.viewport().width(), max(head.height() - offset, 0))
            head.move(0, -offset)

    def show_first_row(self) -> None:
        """Scroll past the head, its last line stays."""
        if self._head is not None:
            self.verticalScrollBar().setValue(self._head.height() - 48)

    def show_focused(self) -> None:
        """Scroll to the part of the head that has the keyboard."""
        focused = QApplication.focusWidget()
        if self._head is None or focused is None or not self._head.isAncestorOf(focused):
            return
        top = focused.mapTo(self._head, QPoint(0, 0)).y()
        bottom = top + focused.height()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if top - 16 < bar.value():
            bar.setValue(max(top - 56, 0))
        elif bottom + 16 > bar.value() + height:
            bar.setValue(bottom + 16 - height)
