"""The inspector's second page: the file, where it lies, and the photo's ids."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityResult
from app.domain.records import PhotoStatus
from app.services.photos import PhotoPath
from app.ui.attributes.description import DescriptionPanel
from app.ui.attributes.state import Answer
from app.ui.photo.celebrities import CelebritySection
from app.ui.photo.left_out import LeftOutList
from app.ui.photo.state import PhotoState
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.glyph import Divider, Glyph
from app.ui.widgets.scroll import replace_widget
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_STATUS = {
    PhotoStatus.INDEXED: "Indexed",
    PhotoStatus.WAITING: "Waiting to be indexed",
    PhotoStatus.FAILED: "Not indexed",
}


def megapixels(width: int, height: int) -> str:
    """ "2,048 × 922 · 1.9 MP"."""
    return f"{width:,} × {height:,} · {width * height / 1e6:.1f} MP"


class PhotoTab(QScrollArea):
    """Facts only; what can be done with the file leaves as signals."""

    folder_wanted = Signal(object)
    """Path of a file whose folder is to be opened."""
    locate_wanted = Signal()
    copied = Signal(str)
    addition_wanted = Signal(int, int, int)
    """Collection, photo, and the place of the face to take in within PhotoDetail.unindexed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(QWidget())
        self.description = DescriptionPanel(theme, hint="Click: all photos with it")
        self.celebrities = CelebritySection(theme, self)
        self.left_out = LeftOutList(theme)
        self.left_out.addition_wanted.connect(self._want)
        self._state: PhotoState | None = None

    def show_state(self, state: PhotoState | None) -> None:
        """Build the page anew where anything differs: it is short."""
        before, self._state = self._state, state
        if before is not None and state is not None and before.detail == state.detail:
            return
        focused = self.left_out.focused()
        # They outlive the rows around them.
        for lasting in (self.description, self.celebrities, self.left_out):
            lasting.setParent(self)
            lasting.hide()
        same = before is not None and state is not None and before.photo_pk == state.photo_pk
        self.left_out.set_faces(state.detail.unindexed if state is not None else (), same)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 12, 0, 16)
        column.setSpacing(0)
        if state is not None:
            self._add_facts(column, state)
            self._add_places(column, state)
            self._add_ids(column, state)
            if state.detail.unindexed:
                self._add_left_out(column, len(state.detail.unindexed))
            column.addSpacing(8)
            column.addWidget(self.description)
            self.description.show()
            column.addWidget(self.celebrities)
            self.celebrities.setVisible(self.celebrities.known)
        column.addStretch(1)
        bar = self.verticalScrollBar()
        scrolled = bar.value() if same else 0
        replace_widget(self, body)
        body.setAutoFillBackground(False)
        bar.setValue(scrolled)
        if focused is not None:
            self.left_out.focus(focused)

    def show_celebrities(self, answer: Answer[CelebrityResult] | None) -> None:
        self.celebrities.show_answer(answer)

    def _want(self, place: int) -> None:
        if self._state is not None:
            self.addition_wanted.emit(self._state.collection_pk, self._state.photo_pk, place)

    def _add_facts(self, column: QVBoxLayout, state: PhotoState) -> None:
        photo = state.detail.photo
        self._fact(column, "File", state.detail.name)
        self._fact(column, "Picture", megapixels(photo.width, photo.height))
        self._fact(column, "File size", QLocale().formattedDataSize(photo.file_size, 1))
        self._fact(column, "Format", photo.format)
        taken = photo.taken_at
        words = (
            QLocale().toString(QDateTime(taken), QLocale.FormatType.ShortFormat)
            if taken
            else "No date in the file"
        )
        self._fact(column, "Taken", words)
        self._fact(column, "State", _STATUS[state.detail.status])
        if state.detail.reason:
            self._note(column, state.detail.reason, "danger")

    def _add_places(self, column: QVBoxLayout, state: PhotoState) -> None:
        paths = state.detail.paths
        self._head(column, "Place" if len(paths) == 1 else f"{len(paths)} places")
        for path in paths:
            self._place(column, path)
        if not paths:
            self._note(column, "This photo came without a file.", "t2")
        if state.missing:
            self._note(
                column,
                "The file is not where it was. Its faces and names are kept. If it was moved, say where "
                "it is now; if it is on another drive, connect that.",
                "t2",
            )
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 8, 16, 12)
        buttons.setSpacing(8)
        present = next((path.path for path in paths if not path.missing), None)
        if present is not None:
            folder = Button(self.theme, "Show in folder", icon="folder-open", height=Size.CONTROL_SMALL)
            folder.clicked.connect(lambda: self.folder_wanted.emit(present))
            buttons.addWidget(folder)
        else:
            locate = Button(
                self.theme,
                "Locate…",
                icon="magnifying-glass",
                height=Size.CONTROL_SMALL,
                variant=Variant.PRIMARY,
                tooltip="Say where the file is now",
            )
            locate.clicked.connect(self.locate_wanted)
            buttons.addWidget(locate)
        buttons.addStretch(1)
        column.addLayout(buttons)

    def _place(self, column: QVBoxLayout, path: PhotoPath) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 2, 16, 2)
        row.setSpacing(8)
        icon = "warning-circle" if path.missing else "check-circle"
        row.addWidget(Glyph(self.theme, icon, token="danger" if path.missing else "accent_text", size=16))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(self.theme, path.path.name, role="small"))
        folder = ElidedLabel(self.theme, str(path.path.parent), role="small", token="t3")
        folder.setToolTip(str(path.path))
        words.addWidget(folder)
        row.addLayout(words, 1)
        if path.missing:
            row.addWidget(Label(self.theme, "Missing", role="small", token="danger"))
        column.addLayout(row)

    def _add_ids(self, column: QVBoxLayout, state: PhotoState) -> None:
        self._head(column, "Ids")
        self._id(column, "Image ID", state.detail.photo.image_id)
        external = {v.face.external_image_id for v in state.detail.faces if v.face.external_image_id}
        for name in sorted(external):
            self._id(column, "External image ID", name)

    def _add_left_out(self, column: QVBoxLayout, count: int) -> None:
        self._head(column, f"{count} face{'' if count == 1 else 's'} found and not kept")
        column.addWidget(self.left_out)
        self.left_out.show()

    def _head(self, column: QVBoxLayout, title: str) -> None:
        column.addSpacing(8)
        column.addWidget(Divider(self.theme))
        head = Label(self.theme, title, weight=600)
        head.setContentsMargins(16, 8, 16, 0)
        head.setMinimumHeight(36)
        column.addWidget(head)

    def _fact(self, column: QVBoxLayout, name: str, value: str) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 16, 0)
        caption = Label(self.theme, name, role="small", token="t2")
        caption.setFixedSize(88, 24)
        row.addWidget(caption)
        row.addWidget(ElidedLabel(self.theme, value, role="small"), 1)
        column.addLayout(row)

    def _note(self, column: QVBoxLayout, text: str, token: str) -> None:
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 4, 16, 4)
        holder.addWidget(Paragraph(self.theme, text, role="small", token=token))
        column.addLayout(holder)

    def _id(self, column: QVBoxLayout, name: str, value: str) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(8)
        caption = Label(self.theme, name, role="small", token="t2")
        row.addWidget(caption)
        row.addStretch(1)
        shown = Label(
            self.theme,
            value if len(value) <= 16 else f"{value[:8]}…{value[-4:]}",
            role="mono",
            token="t2",
        )
        shown.setToolTip(value)
        row.addWidget(shown)
        copy = IconButton(self.theme, "copy", f"Copy the {name}", icon_size=14)
        copy.clicked.connect(lambda: self.copied.emit(value))
        row.addWidget(copy)
        column.addLayout(row)
