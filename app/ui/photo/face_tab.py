"""The inspector's first page: all faces of the photo, and what is known of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.attributes import FaceAttributes
from app.domain.faces import Face, FaceSource
from app.services.face_views import FaceView
from app.ui.attributes.panel import AttributesPanel, PoseGauges
from app.ui.attributes.state import Answer
from app.ui.canvas.editor import NameField
from app.ui.canvas.selection import FaceSelection
from app.ui.controller import PageHost
from app.ui.controller.pictures import face_key
from app.ui.photo.crops import Crop, CropList, Pictures
from app.ui.photo.state import PhotoState, Suggestion
from app.ui.theme import Radius, Size, Theme, person_color
from app.ui.widgets.bars import Gauge
from app.ui.widgets.button import Button, IconButton
from app.ui.widgets.glyph import Divider
from app.ui.widgets.grid.images import ImageRequest, ImageStore
from app.ui.widgets.painting import paint_person_dot
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_PICTURE = 88
_SOURCES = {
    FaceSource.DETECTOR: "Found by the detector",
    FaceSource.DRAWN: "Drawn by hand",
    FaceSource.EDITED: "Box or landmarks moved by hand",
}


class FacePicture(QWidget):
    """The selected face, 88 square."""

    def __init__(self, theme: Theme, images: Pictures) -> None:
        super().__init__()
        self.theme, self._images = theme, images
        self._face_pk: int | None = None
        self.setFixedSize(_PICTURE, _PICTURE)
        images.ready.connect(lambda key: self.update())
        theme.changed.connect(self.update)

    def set_face(self, face_pk: int | None) -> None:
        self._face_pk = face_pk
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("hover"))
        painter.drawRoundedRect(QRectF(self.rect()), Radius.FACE, Radius.FACE)
        if self._face_pk is None:
            return
        ratio = self.devicePixelRatioF()
        side = round(_PICTURE * ratio)
        picture = self._images.pixmap(ImageRequest(face_key(self._face_pk), side, side, Radius.FACE * ratio))
        if picture is not None:
            painter.drawPixmap(QRectF(self.rect()), picture, QRectF(picture.rect()))


class PersonField(NameField):
    """The name of the selected face with the person's dot before it. Esc brings the old name back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._stored = ""
        self._color: int | None = None
        self.setFixedHeight(Size.CONTROL)
        self.setToolTip("Type a name; Enter keeps it, Esc cancels")
        self.cancelled.connect(self._restore)

    def show_person(self, name: str, color: int | None, placeholder: str) -> None:
        self._stored, self._color = name, color
        self.setText(name)
        self.setCursorPosition(0)
        self.setPlaceholderText(placeholder)
        self.setTextMargins(16 if color is not None else 0, 0, 20, 0)
        self.update()

    def _restore(self) -> None:
        self.setText(self._stored)
        self.clearFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self._color is not None:
            center = QRectF(8, 0, 12, self.height()).center()
            paint_person_dot(painter, self.theme, center, self._color)
        if not self.hasFocus():
            area = QRectF(self.width() - 26, 0, 20, self.height())
            self.theme.paint_icon(painter, area, "pencil-simple", "t3", 14)


class FaceTab(QScrollArea):
    """Wishes leave as signals; `show_state` and the shared selection bring the facts."""

    named = Signal(int, str)
    confirmed = Signal(int, int)
    rejected = Signal(int, int)
    naming_wanted = Signal(int, str)
    deletion_wanted = Signal(int)
    copied = Signal(str)

    def __init__(self, host: PageHost, selection: FaceSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._selection = host.theme, selection
        self._state: PhotoState | None = None
        self._shown: Face | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        self._add_crops(host.images)
        self._face = QWidget()
        self._face_column = QVBoxLayout(self._face)
        self._face_column.setContentsMargins(0, 0, 0, 0)
        self._face_column.setSpacing(0)
        self._add_person(host.images)
        self.attributes = AttributesPanel(self.theme)
        self._face_column.addWidget(self.attributes)
        self._add_pose()
        self._add_quality()
        self._add_detection()
        self._add_id()
        self._column.addWidget(self._face)
        self._hint = Paragraph(self.theme, "", token="t2")
        self._hint.setContentsMargins(16, 0, 16, 0)
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 16, 16, 0)
        holder.addWidget(self._hint)
        self._column.addLayout(holder)
        self._column.addStretch(1)
        self.setWidget(body)
        body.setAutoFillBackground(False)
        selection.current_changed.connect(lambda _key: self._show_face())

    def _section(self, title: str) -> QVBoxLayout:
        self._face_column.addWidget(Divider(self.theme))
        section = QVBoxLayout()
        section.setContentsMargins(16, 8, 16, 12)
        section.setSpacing(0)
        if title:
            head = Label(self.theme, title, weight=600)
            head.setFixedHeight(28)
            section.addWidget(head)
        self._face_column.addLayout(section)
        return section

    def _add_crops(self, images: ImageStore) -> None:
        section = QVBoxLayout()
        section.setContentsMargins(14, 12, 14, 10)
        section.setSpacing(6)
        head = QHBoxLayout()
        head.setContentsMargins(2, 0, 2, 0)
        self._count = Label(self.theme, weight=600)
        self._counts = Label(self.theme, role="small", token="t3")
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(self._counts)
        section.addLayout(head)
        self.crops = CropList(self.theme, images, self._selection)
        self.crops.naming_wanted.connect(self.naming_wanted)
        self.crops.deletion_wanted.connect(self.deletion_wanted)
        section.addWidget(self.crops)
        self._column.addLayout(section)

    def _add_person(self, images: ImageStore) -> None:
        section = self._section("")
        section.setContentsMargins(16, 12, 16, 12)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._picture = FacePicture(self.theme, images)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        side.setSpacing(4)
        self.field = PersonField(self.theme)
        self.field.kept.connect(self._name)
        side.addWidget(self.field)
        self._similar = ElidedLabel(self.theme, role="small", token="t2")
        side.addWidget(self._similar)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        small = Size.CONTROL_SMALL
        self.confirm = Button(
            self.theme, "Confirm", icon="check", height=small, tooltip="Yes, this is the person"
        )
        self.reject = Button(
            self.theme, "Reject", icon="x", height=small, tooltip="Not this person; it is remembered"
        )
        self.confirm.clicked.connect(lambda: self._answer(self.confirmed))
        self.reject.clicked.connect(lambda: self._answer(self.rejected))
        buttons.addWidget(self.confirm)
        buttons.addWidget(self.reject)
        buttons.addStretch(1)
        side.addLayout(buttons)
        side.addStretch(1)
        row.addLayout(side, 1)
        section.addLayout(row)

    def _add_detection(self) -> None:
        section = self._section("Detection")
        self._confidence = Gauge(self.theme, "Confidence that this is a face")
        section.addWidget(self._confidence)
        self._source = Label(self.theme, role="small", token="t3")
        self._source.setFixedHeight(20)
        section.addWidget(self._source)

    def _add_pose(self) -> None:
        self._pose = PoseGauges(self.theme)
        self._section("Pose").addWidget(self._pose)

    def _add_quality(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(16)
        self._quality = [Gauge(self.theme, name) for name in ("Brightness", "Sharpness")]
        for gauge in self._quality:
            row.addWidget(gauge)
        self._section("Quality").addLayout(row)

    def _add_id(self) -> None:
        section = self._section("")
        section.setContentsMargins(16, 6, 8, 6)
        row = QHBoxLayout()
        row.addWidget(Label(self.theme, "Face ID", role="small", token="t2"))
        row.addStretch(1)
        self._id = Label(self.theme, role="mono", token="t2")
        row.addWidget(self._id)
        copy = IconButton(self.theme, "copy", "Copy the face ID", icon_size=14)
        copy.clicked.connect(self._copy_id)
        row.addWidget(copy)
        section.addLayout(row)

    def show_state(self, state: PhotoState | None) -> None:
        """Other facts; None while nothing is shown."""
        self._state = state
        faces = state.faces if state else ()
        self._count.setText(f"{len(faces)} face{'' if len(faces) == 1 else 's'}")
        self._counts.setText(state.counts() if state else "")
        self.crops.set_crops([_crop(view, state) for view in faces] if state else [])
        self.crops.setVisible(bool(faces))
        self.field.set_names(state.names() if state else [])
        self._show_face()

    def _show_face(self) -> None:
        state = self._state
        view = state.face(self._selection.current) if state else None
        self._face.setVisible(view is not None)
        self._hint.setText(_hint(state) if view is None else "")
        self._hint.setVisible(view is None)
        if view is None or state is None:
            return
        suggestion = state.suggestions.get(view.face.id)
        changed, self._shown = self._shown != view.face, view.face
        self._picture.set_face(view.face.id)
        self._show_person(view, suggestion)
        found = view.face.detected
        self._confidence.set_value(f"{found.confidence:.1f}", found.confidence / 100)
        self._source.setText(_SOURCES[view.face.source])
        if changed:
            self.attributes.show_answer(Answer())
            self._pose.set_pose(found.pose)
        for gauge, value in zip(
            self._quality, (found.quality.brightness, found.quality.sharpness), strict=True
        ):
            gauge.set_value(f"{value:.1f}", value / 100)
        face_id = view.face.face_id
        self._id.setText(f"{face_id[:8]}…{face_id[-4:]}")
        self._id.setToolTip(face_id)

    def show_attributes(self, answer: Answer[FaceAttributes]) -> None:
        """Of the face that is shown; the pose of the mesh is truer than that of five points."""
        self.attributes.show_answer(answer)
        if answer.value is not None:
            self._pose.set_pose(answer.value.pose)

    def _show_person(self, view: FaceView, suggestion: Suggestion | None) -> None:
        user = view.user
        if not self.field.hasFocus():
            color = user.color if user else None
            placeholder = f"{suggestion.user.display_name}?" if suggestion else "Who is this?"
            self.field.show_person(user.display_name if user else "", color, placeholder)
        self._similar.setText(
            _similarity_words(view, suggestion, self._state is not None and self._state.asked)
        )
        self.confirm.setVisible(suggestion is not None)
        self.reject.setVisible(user is not None or suggestion is not None)

    def _name(self, name: str) -> None:
        key = self._selection.current
        self.field.clearFocus()
        if key is not None:
            self.named.emit(key, name)

    def _answer(self, signal: SignalInstance) -> None:
        state, key = self._state, self._selection.current
        view = state.face(key) if state else None
        if state is None or view is None:
            return
        suggestion = state.suggestions.get(view.face.id)
        user = view.user or (suggestion.user if suggestion else None)
        if user is not None:
            signal.emit(view.face.id, user.id)

    def _copy_id(self) -> None:
        view = self._state.face(self._selection.current) if self._state else None
        if view is not None:
            self.copied.emit(view.face.face_id)


def _crop(view: FaceView, state: PhotoState) -> Crop:
    suggestion = state.suggestions.get(view.face.id)
    if view.user is not None:
        return Crop(view.face.id, view.user.display_name, person_color(view.user.color).hex)
    if suggestion is not None:
        user = suggestion.user
        return Crop(view.face.id, f"{user.display_name}?", person_color(user.color).hex, suggested=True)
    return Crop(view.face.id, "Not named", None)


def _similarity_words(view: FaceView, suggestion: Suggestion | None, asked: bool) -> str:
    if view.user is not None:
        others = view.user.face_count - 1
        if others < 1:
            return "The only face so far"
        if view.similarity_to_user is None:
            return f"{view.user.face_count:,} faces"
        faces = "1 other face" if others == 1 else f"{others:,} other faces"
        return f"{view.similarity_to_user:.1f} to {faces}"
    if suggestion is not None:
        return f"{suggestion.similarity:.1f} to {suggestion.user.display_name}"
    return "Like nobody named yet" if asked else ""


def _hint(state: PhotoState | None) -> str:
    if state is None:
        return ""
    if not state.faces:
        return "No face was found here. Press D and drag over a face to add it."
    return "Select a face to name it and to see its details. Press D to draw one that was missed."
