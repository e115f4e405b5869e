"""The tab of the celebrities that the loaded packs know."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityFace, CelebrityResult
from app.ui.analyse.crops import LocalCrops
from app.ui.analyse.picture_tabs import scrolled
from app.ui.attributes.state import Answer, AnswerLine
from app.ui.photo.face_tab import FacePicture
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import ElidedLabel, Label, Paragraph


@dataclass(frozen=True)
class Recognised:
    """`packs`: how many are loaded and switched on."""

    result: CelebrityResult
    packs: int


class CelebritiesTab(QScrollArea):
    """Each with name, similarity and links; what to do where no pack is loaded."""

    retry = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme, images: LocalCrops, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._images = theme, images
        column = scrolled(self)
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 0, 16, 12)
        holder.setSpacing(8)
        self._head = Label(theme, weight=600)
        holder.addWidget(self._head)
        self._line = AnswerLine(theme, "Asking the celebrity packs…")
        self._line.retry.connect(self.retry)
        holder.addWidget(self._line)
        self._rows = QVBoxLayout()
        self._shown: list[QWidget] = []
        self._rows.setSpacing(12)
        holder.addLayout(self._rows)
        self._note = Paragraph(theme, "", role="small", token="t3")
        holder.addWidget(self._note)
        self._settings = Button(theme, "Open Settings", icon="gear-six", height=Size.CONTROL_SMALL)
        self._settings.clicked.connect(self.settings_wanted)
        holder.addWidget(self._settings, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(holder)
        column.addStretch(1)
        self.show_answer(Answer())

    def show_answer(self, answer: Answer[Recognised]) -> None:
        self._line.show_answer(answer)
        found = answer.value
        self._settings.setVisible(found is not None and not found.packs)
        for row in self._shown:
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._head.setText("Celebrities" if found is None else _head(found))
        self._note.setText("" if found is None else _note(found))
        self._shown = [self._row(face) for face in (found.result.faces if found else ())]
        for row in self._shown:
            self._rows.addWidget(row)

    def _row(self, face: CelebrityFace) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        picture = FacePicture(self.theme, self._images)
        picture.set_face(face.index)
        line.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(self.theme, face.celebrity.name, weight=600))
        words.addWidget(
            Label(self.theme, f"Similarity {face.match_confidence:.1f}", role="small", token="t2")
        )
        for url in face.celebrity.urls[:2]:
            words.addWidget(self._link(url))
        words.addStretch(1)
        line.addLayout(words, 1)
        row.setAccessibleName(f"{face.celebrity.name}, similarity {face.match_confidence:.1f}")
        return row

    def _link(self, url: str) -> QWidget:
        """Opened only by a click, in the browser: this program asks nothing of the network by itself."""
        address = url if "//" in url else f"https://{url}"
        link = Button(
            self.theme,
            address.split("//", 1)[1].rstrip("/")[:40],
            variant=Variant.LINK,
            height=Size.CONTROL_SMALL,
            tooltip=f"Open {address} in the browser",
        )
        link.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(address)))
        return link


def _head(found: Recognised) -> str:
    count = len(found.result.faces)
    return f"{count:,} recognised" if count else "Nobody recognised"


def _note(found: Recognised) -> str:
    if not found.packs:
        return (
            "No celebrity pack is loaded. A pack is a folder or a zip with names and reference pictures; "
            "it is loaded, or made from a collection, in Settings."
        )
    parts = []
    others = len(found.result.unrecognized)
    if others:
        parts.append(
            f"{others:,} other face{'' if others == 1 else 's'} {'is' if others == 1 else 'are'} in no pack."
        )
    if found.result.waiting:
        names = ", ".join(found.result.waiting)
        parts.append(f"Still being measured, and not asked: {names}.")
    return " ".join(parts)
