"""The page's scroller: a grid of faces below a head that scrolls along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.canvas.mime import faces_mime
from app.ui.controller.pictures import face_key
from app.ui.person.facts import LINE, OwnFace
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
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self.fit_head)

    def set_head(self, head: QWidget) -> None:
        """`head` gets the width of the view, and the height that its layout wants for it."""
        self._head = head
        head.setParent(self.viewport())
        self._watch = _LayoutWatch(self)
        self._watch.asked.connect(self._fitting.start)
        head.installEventFilter(self._watch)
        head.show()
        self.fit_head()

    def fit_head(self) -> None:
        if self._head is None:
            return
        width, layout = self.viewport().width(), self._head.layout()
        layout.activate()
        height = (
            layout.totalHeightForWidth(width)
            if layout.hasHeightForWidth()
            else layout.totalSizeHint().height()
        )
        self._head.setGeometry(0, -self.verticalOffset(), width, height)
        if height != self._top:
            self._top = height
            self.relayout()

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
        head = getattr(self, "_head", None)
        if head is not None:
            head.move(0, -self.verticalOffset())

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        if moved:
            self.show_focused()
        return moved

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
