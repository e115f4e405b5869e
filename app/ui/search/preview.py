"""The picture that is searched with: its faces in boxes, or a place to drop one."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.ui.canvas.canvas import FaceCanvas
from app.ui.canvas.marks import Mark, Marks, Stroke
from app.ui.canvas.selection import FaceSelection
from app.ui.search.query import Query
from app.ui.theme import Radius, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.drop import DropZone
from app.ui.widgets.glyph import Glyph
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_LEAST, _MOST, _EMPTY = 136, 264, 152


class PreviewCanvas(FaceCanvas):
    """Faces can be picked; the wheel belongs to the panel, which scrolls."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class CropView(QWidget):
    """A face as a square of radius 6."""

    def __init__(self, theme: Theme, side: int) -> None:
        super().__init__()
        self.theme = theme
        self._image = QImage()
        self.setFixedSize(side, side)
        theme.changed.connect(self.update)

    def set_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(self.rect()), Radius.FACE, Radius.FACE)
        painter.fillPath(clip, self.theme.color("hover"))
        if not self._image.isNull():
            painter.setClipPath(clip)
            painter.drawImage(QRectF(self.rect()), self._image, QRectF(self._image.rect()))


class Preview(QWidget):
    """Head with Paste, Open and Clear; the picture; a line about it."""

    picked = Signal(int)
    paste_asked = Signal()
    open_asked = Signal()
    clear_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._query: Query | None = None
        self.paste_button = IconButton(theme, "clipboard", "Paste a picture", shortcut_hint="Ctrl+V")
        self.open_button = IconButton(theme, "folder-open", "Open a picture…")
        self.clear_button = IconButton(theme, "x", "Clear the search")
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(Label(theme, "Searching with", weight=600))
        head.addStretch(1)
        for button, signal in (
            (self.paste_button, self.paste_asked),
            (self.open_button, self.open_asked),
            (self.clear_button, self.clear_asked),
        ):
            button.clicked.connect(signal)
            head.addWidget(button)
        self.zone = DropZone(theme, ground="well", takes_drops=False)
        self.zone.setAccessibleName("Picture to search with")
        self.canvas = PreviewCanvas(theme, FaceSelection(self), editable=False)
        self.canvas.rounded = (Radius.CARD, "window")
        self.canvas.setAccessibleName("Picture to search with")
        self.canvas.setToolTip("Click a face, or press 1 to 9, to search with it")
        self.canvas.picked.connect(self.picked)
        self._stack = QStackedLayout(self.zone)
        self._stack.addWidget(self._nothing())
        self._stack.addWidget(self.canvas)
        self.caption = ElidedLabel(theme, role="small", token="t3")
        self.facts = Label(theme, role="small", token="t3")
        foot = QHBoxLayout()
        foot.setSpacing(0)
        foot.addWidget(self.caption)
        foot.addWidget(self.facts)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(2)
        column.addWidget(self.zone)
        column.addSpacing(8)
        column.addLayout(foot)
        theme.changed.connect(self._mark)
        self.show_query(None)

    def _nothing(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(
            Glyph(self.theme, "user-focus", token="t3", size=20), 0, Qt.AlignmentFlag.AlignHCenter
        )
        words = Paragraph(
            self.theme,
            "Drop a picture or a face here",
            role="small",
            token="t2",
            align=Qt.AlignmentFlag.AlignHCenter,
        )
        words.setFixedWidth(200)
        column.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return empty

    def set_drag_active(self, active: bool) -> None:
        self.zone.set_active(active)
        # A picture covers the zone: the empty one shows that a drop is taken.
        showing = self._query is not None and not active
        self._stack.setCurrentIndex(1 if showing else 0)

    def say(self, words: str, facts: str = "") -> None:
        """A line below the picture, until another query is shown. `facts` are never cut."""
        self.caption.setText(words)
        self.facts.setText(facts)
        self.caption.setVisible(bool(words))
        self.facts.setVisible(bool(facts))

    def show_query(self, query: Query | None) -> None:
        before, self._query = self._query, query
        self.clear_button.setEnabled(query is not None)
        self.zone.set_framed(query is None)
        self._stack.setCurrentIndex(0 if query is None else 1)
        if query is None:
            self.canvas.clear()
            self.canvas.set_marks(Marks())
            self.zone.setFixedHeight(_EMPTY)
            self.say("")
            return
        if before is None or before.view is not query.view:
            self.canvas.set_picture(query.view, query.width, query.height)
            self._fit()
        self._mark()
        count = len(query.faces)
        faces = "no face" if not count else "1 face" if count == 1 else f"{count:,} faces"
        self.say(query.name, f" · {query.width:,} × {query.height:,} · {faces}")

    def _mark(self) -> None:
        query = self._query
        if query is None:
            return
        accent, total, marks = self.theme.tokens.accent, len(query.faces), []
        for index, face in enumerate(query.faces):
            title = f"Face {index + 1} of {total}"
            if index == query.chosen:
                mark = Mark(
                    index, face.detected.box, None, Stroke.EMPHATIC, accent, None, f"{title}, searched"
                )
            else:
                mark = Mark(index, face.detected.box, None, Stroke.THIN_DASHED, "#FFFFFF", None, title)
            marks.append(mark)
        self.canvas.set_marks(Marks(marks, query.width, query.height))

    def _fit(self) -> None:
        """As high as the picture needs at this width, within bounds."""
        query = self._query
        if query is not None and self.width() > 0:
            height = round(self.width() * query.height / query.width)
            self.zone.setFixedHeight(min(max(height, _LEAST), _MOST))
            self.canvas.fit(animated=False)

    def resizeEvent(self, event: object) -> None:
        self._fit()
