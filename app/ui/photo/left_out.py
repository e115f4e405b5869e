"""Faces that were found and not kept: why, and a button that takes each in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.photos import UnindexedFace
from app.services.search import Reason
from app.ui.theme import Radius, Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import Paragraph

FIRST = 5
_ADD, _ADDING = "Add face", "Adding…"
_TOOLTIP = "Keep this face all the same: it can be named and searched for then"
_TOO_POOR = {
    Reason.LOW_BRIGHTNESS: "too dark",
    Reason.LOW_SHARPNESS: "too blurred",
    Reason.SMALL_BOUNDING_BOX: "too small",
    Reason.EXTREME_POSE: "turned too far away",
}
_OTHERWISE = {
    Reason.LOW_CONFIDENCE: "May not be a face",
    Reason.EXCEEDS_MAX_FACES: "More faces were found than were asked for",
    Reason.FACE_NOT_LARGEST: "Not the largest face",
}
_HARDLY = "Too little of the face can be made out to find it again"


def sentence(reasons: Iterable[str]) -> str:
    """ "Too dark and too small to be found again"; a reason of an unknown name stands as it is."""
    given = list(reasons)
    poor = [words for reason, words in _TOO_POOR.items() if reason in given]
    parts = []
    if poor:
        # This says what LOW_FACE_QUALITY does, and why.
        words = f"{_joined(poor)} to be found again"
        parts.append(words[0].upper() + words[1:])
    elif Reason.LOW_FACE_QUALITY in given:
        parts.append(_HARDLY)
    parts += [words for reason, words in _OTHERWISE.items() if reason in given]
    parts += [reason for reason in given if reason not in set(Reason)]
    return ". ".join(parts) or "No reason was given"


def _joined(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class LeftOutRow(QWidget):
    """The sentence and the button. `stirred` whenever the pointer or the focus comes or goes."""

    stirred = Signal()

    def __init__(self, theme: Theme, number: int, face: UnindexedFace) -> None:
        super().__init__()
        self.theme, self.face = theme, face
        words = sentence(face.reasons)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        self.words = Paragraph(theme, words, role="small", token="t2")
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.button = Button(theme, _ADDING, height=Size.CONTROL_SMALL, tooltip=_TOOLTIP)
        # As wide as its longer text: the words beside it must not break anew meanwhile.
        self.button.setFixedWidth(self.button.sizeHint().width())
        self.button.setText(_ADD)
        self.button.setAccessibleName(f"Add face {number}: {words}")
        self.button.installEventFilter(self)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self.update)

    def set_adding(self, adding: bool) -> None:
        self.button.setText(_ADDING if adding else _ADD)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.stirred.emit()
            self.update()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.stirred.emit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.underMouse():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("hover"))
        painter.drawRoundedRect(QRectF(self.rect()), Radius.ROW, Radius.ROW)


class LeftOutList(QWidget):
    """A row for each face, in the order in which they are stored; the first few until Show all."""

    lit = Signal(object)
    """The UnindexedFace that is pointed at or focused, or None."""
    addition_wanted = Signal(int)
    """The place of the face in PhotoDetail.unindexed."""
    emptied = Signal()
    """The last face went while the focus was here."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._faces: tuple[UnindexedFace, ...] = ()
        self._rows: list[LeftOutRow] = []
        self._all = False
        self._adding = False
        self._lit: UnindexedFace | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 0, 8, 4)
        self._column.setSpacing(0)
        self._more = Button(theme, "", variant=Variant.LINK, height=Size.CONTROL_SMALL)
        self._more.clicked.connect(self._show_all)
        holder = QHBoxLayout()
        holder.setContentsMargins(8, 0, 8, 0)
        holder.addWidget(self._more)
        holder.addStretch(1)
        self._column.addLayout(holder)
        self._more.hide()

    def rows(self) -> list[LeftOutRow]:
        return list(self._rows)

    def set_faces(self, faces: Sequence[UnindexedFace], same_photo: bool) -> None:
        """`same_photo` keeps all shown where they were."""
        if same_photo and tuple(faces) == self._faces:
            return
        self._faces = tuple(faces)
        self._all = self._all and same_photo
        self._fill()

    def release(self) -> None:
        """Nothing was added: let it be tried again."""
        self._adding = False
        for row in self._rows:
            row.set_adding(False)

    def focused(self) -> int | None:
        """The row with the focus."""
        return next((place for place, row in enumerate(self._rows) if row.button.hasFocus()), None)

    def focus(self, place: int) -> None:
        """Go on at that row, or at the last one; `emptied` where there is none."""
        if self._rows:
            row = self._rows[min(place, len(self._rows) - 1)]
            row.button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.emptied.emit()

    def _show_all(self) -> None:
        self._all = True
        self._fill()
        self.focus(FIRST)

    def _fill(self) -> None:
        for row in self._rows:
            row.stirred.disconnect(self._relight)
            row.hide()
            row.deleteLater()
        count = len(self._faces)
        # One more row is no worse than a button that brings it.
        shown = self._faces if self._all or count <= FIRST + 1 else self._faces[:FIRST]
        self._rows = [LeftOutRow(self.theme, place + 1, face) for place, face in enumerate(shown)]
        for place, row in enumerate(self._rows):
            row.stirred.connect(self._relight)
            row.button.clicked.connect(lambda _=False, place=place: self._add(place))
            self._column.insertWidget(place, row)
        self._more.setText(f"Show all {count}")
        self._more.setVisible(len(shown) < count)
        self._adding = False
        self._relight()

    def _add(self, place: int) -> None:
        # Places shift when a face is taken in: one after the other.
        if not self._adding:
            self._adding = True
            self._rows[place].set_adding(True)
            self.addition_wanted.emit(place)

    def _relight(self) -> None:
        pointed = next((row for row in self._rows if row.underMouse()), None)
        focused = self.focused()
        row = pointed or (self._rows[focused] if focused is not None else None)
        face = row.face if row is not None else None
        if face != self._lit:
            self._lit = face
            self.lit.emit(face)
