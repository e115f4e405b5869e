"""One side of the comparison: its head, and a zone that holds a picture or asks for one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.geometry import Box
from app.ui.canvas.marks import Marks
from app.ui.canvas.mime import FACES_MIME, dragged_faces
from app.ui.canvas.selection import FaceSelection
from app.ui.compare.prompt import Prompt
from app.ui.compare.state import Load, Picture, Pictures
from app.ui.controller import PageHost, TaskRunner
from app.ui.theme import Duration, Radius
from app.ui.widgets.button import IconButton
from app.ui.widgets.drop import DroppedContent, DropZone, can_take, content_of
from app.ui.widgets.text import ElidedLabel, Label

_ROOM = 0.6
_PICTURES = (
    "Pictures (*.jpg *.jpeg *.png *.webp *.tif *.tiff *.bmp *.gif *.avif *.heic *.heif);;All files (*)"
)


class PictureZone(DropZone):
    """A DropZone that takes faces of the program too."""

    faces_dropped = Signal(int)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(FACES_MIME):
            self.set_active(True)
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(FACES_MIME):
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        faces = dragged_faces(event.mimeData())
        if faces:
            self.set_active(False)
            event.acceptProposedAction()
            self.faces_dropped.emit(faces[0])
        else:
            super().dropEvent(event)


class Side(QWidget):
    """Source or target. `changed` comes when another picture is there, or none."""

    changed = Signal()
    picked = Signal(int)
    """A face was clicked or chosen with the keys."""

    def __init__(self, host: PageHost, tasks: TaskRunner, pictures: Pictures, title: str, hint: str) -> None:
        super().__init__()
        self._host, self._tasks, self._pictures = host, tasks, pictures
        self.title = title
        self.picture: Picture | None = None
        self.selection = FaceSelection(self)
        theme = host.theme
        self._caption = ElidedLabel(theme, token="t3")
        self.paste_button = IconButton(theme, "clipboard", f"Paste a picture as {title.lower()}")
        self.open_button = IconButton(theme, "folder-open", f"Open the {title.lower()} picture…")
        self.clear_button = IconButton(theme, "x", f"Clear the {title.lower()} picture")
        self.paste_button.clicked.connect(self.paste)
        self.open_button.clicked.connect(self.open)
        self.clear_button.clicked.connect(self.clear)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(theme, title, weight=600))
        head.addWidget(self._caption, 1)
        for button in (self.paste_button, self.open_button, self.clear_button):
            head.addWidget(button)
        self.zone = PictureZone(theme, ground="well")
        self.zone.setAccessibleName(f"{title} picture")
        self.zone.dropped.connect(self.take)
        self.zone.faces_dropped.connect(lambda face_pk: self.load(pictures.of_face(face_pk)))
        self.canvas = FaceCanvas(theme, self.selection, editable=False)
        self.canvas.rounded = (Radius.CARD, "window")
        self.canvas.setAccessibleName(f"{title} picture")
        self.canvas.picked.connect(self.picked)
        self.empty = Prompt(theme, f"No {title.lower()} picture", hint, "Open…")
        self.empty.acted.connect(self.open)
        self._stack = QStackedLayout(self.zone)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(4)
        column.addWidget(self.zone, 1)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(Duration.PROGRESS_AFTER)
        self._late.timeout.connect(lambda: self._caption.setText("Looking for faces…"))
        self._show(None)

    def set_caption(self, text: str) -> None:
        self._caption.setText(text)

    def set_marks(self, marks: Marks) -> None:
        self.canvas.set_marks(marks)

    # Where pictures come from

    def load(self, load: Load) -> None:
        """Read and look at another picture; the one shown stays until it is there."""
        self._late.start()
        self._tasks.run(load, done=self._loaded, failed=self._failed, key=(id(self), "picture"))

    def _loaded(self, picture: Picture) -> None:
        self._late.stop()
        self._show(picture)
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._late.stop()
        self._host.show_error(error)
        self.changed.emit()

    def take(self, content: DroppedContent) -> None:
        """A drop or the clipboard: a file before an image before an address."""
        if content.paths:
            self.load(self._pictures.of_file(content.paths[0]))
        elif content.image is not None:
            self.load(self._pictures.of_image(content.image))
        elif content.urls:
            self.load(self._pictures.of_url(content.urls[0]))

    def paste(self) -> None:
        """What the clipboard holds: faces, files or an image."""
        mime = QGuiApplication.clipboard().mimeData()
        faces = dragged_faces(mime) if mime is not None else []
        if faces:
            self.load(self._pictures.of_face(faces[0]))
        elif mime is not None and can_take(mime) and content_of(mime):
            self.take(content_of(mime))
        else:
            self._host.toast("There is no picture on the clipboard.")

    def open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, f"{self.title} picture", "", _PICTURES)
        if name:
            self.load(self._pictures.of_file(Path(name)))

    def clear(self) -> None:
        self._tasks.cancel((id(self), "picture"))
        self._late.stop()
        self._show(None)
        self.changed.emit()

    def put(self, picture: Picture | None) -> None:
        """Show a picture that was looked at before (for swapping), without `changed`."""
        self._tasks.cancel((id(self), "picture"))
        self._late.stop()
        self._show(picture)

    def _show(self, picture: Picture | None) -> None:
        self.picture = picture
        self.selection.select(None)
        self.clear_button.setEnabled(picture is not None)
        self.zone.set_framed(picture is None)
        self._stack.setCurrentWidget(self.empty if picture is None else self.canvas)
        if picture is None:
            self.canvas.clear()
            self.canvas.set_marks(Marks())
        else:
            self.canvas.focus = _faces_in(picture)
            self.canvas.set_picture(picture.view, picture.faces.width, picture.faces.height)
            self.canvas.fit(animated=False)

    def event(self, event: QEvent) -> bool:
        """Paste goes to the side that has the focus, before the window's own Paste."""
        if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Paste):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.paste()
                return True
        return super().event(event)


def _faces_in(picture: Picture) -> Box | None:
    """The part of the picture that has all faces, with room for their labels."""
    image = Box(0, 0, picture.faces.width, picture.faces.height)
    boxes = [Box.of(face.box, picture.faces.width, picture.faces.height) for face in picture.faces.faces]
    if not boxes:
        return None
    around = boxes[0]
    for box in boxes[1:]:
        around = around.united(box)
    room = max(box.height for box in boxes) * _ROOM
    grown = Box(around.left - room, around.top - room, around.right + room, around.bottom + room)
    return grown.clipped(image)
