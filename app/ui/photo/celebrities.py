"""The celebrities of a stored photo: asked for when they are in sight, and told in the inspector."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityFace, CelebrityResult
from app.services.celebrities import CelebrityService
from app.services.photos import PhotoService
from app.ui.attributes.description import section_of
from app.ui.attributes.state import Answer, AnswerLine, sentence_of
from app.ui.controller import TaskRunner
from app.ui.theme import Theme
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_KEPT = 64


class CelebrityFinder(QObject):
    """`answered`: (photo row, Answer of a CelebrityResult). The result is None in it, with neither value nor
    trouble, while packs are asked; nothing is answered where no pack is switched on."""

    answered = Signal(int, object)

    def __init__(
        self, tasks: TaskRunner, photos: PhotoService, service: CelebrityService, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._photos, self._service = tasks, photos, service
        self._known: OrderedDict[tuple[int, object], CelebrityResult] = OrderedDict()
        self._asked: int | None = None

    def ask(self, photo_pk: int) -> None:
        if self._asked == photo_pk:
            return
        self._asked = photo_pk

        def work() -> tuple[object, CelebrityResult | None]:
            packs = tuple((each.id, each.version) for each in self._service.packs() if each.enabled)
            if not packs:
                return packs, None
            known = self._known.get((photo_pk, packs))
            if known is not None:
                return packs, known
            path = self._photos.file(photo_pk)
            source = path if path is not None else self._photos.pixels(photo_pk).pixels
            return packs, self._service.recognize(source, describe=False)

        self._tasks.run(
            work,
            done=partial(self._have, photo_pk),
            failed=partial(self._failed, photo_pk),
            key=(id(self), "celebrities"),
        )

    def leave(self) -> None:
        self._asked = None
        self._tasks.cancel((id(self), "celebrities"))

    def _have(self, photo_pk: int, found: tuple[object, CelebrityResult | None]) -> None:
        packs, result = found
        # Asked again at the next look: packs come and go.
        self._asked = None
        if result is None:
            self.answered.emit(photo_pk, None)
            return
        if not result.waiting:
            self._known[photo_pk, packs] = result
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        self.answered.emit(photo_pk, Answer(result))

    def _failed(self, photo_pk: int, error: Exception) -> None:
        self._asked = None
        self.answered.emit(photo_pk, Answer(trouble=sentence_of(error)))


class CelebritySection(QWidget):
    """Names and similarities; nothing at all where no pack is loaded. `lit` carries the CelebrityFace that
    is pointed at, or None."""

    lit = Signal(object)
    retry = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        section = section_of(theme, column, "Celebrities", "Similarity")
        self._line = AnswerLine(theme, "Asking the celebrity packs…")
        self._line.retry.connect(self.retry)
        section.addWidget(self._line)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        section.addLayout(self._rows)
        self._note = Paragraph(theme, "", role="small", token="t3")
        section.addWidget(self._note)
        self._shown: list[_Row] = []
        self.known = False
        self.show_answer(None)

    def show_answer(self, answer: Answer[CelebrityResult] | None) -> None:
        """None: no pack is loaded, or nobody has asked yet."""
        self.known = answer is not None
        self.setVisible(self.known)
        for row in self._shown:
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._shown = []
        if answer is None:
            return
        self._line.show_answer(answer)
        found = answer.value
        for face in found.faces if found is not None else ():
            row = _Row(self.theme, face)
            row.stirred.connect(lambda inside, face=face: self.lit.emit(face if inside else None))
            self._rows.addWidget(row)
            self._shown.append(row)
        self._note.setText("" if found is None else _note(found))
        self._note.setVisible(bool(self._note.text()))

    def names(self) -> list[str]:
        return [row.words for row in self._shown]


class _Row(QWidget):
    stirred = Signal(bool)

    def __init__(self, theme: Theme, face: CelebrityFace) -> None:
        super().__init__()
        self.words = f"{face.celebrity.name} {face.match_confidence:.1f}"
        self.setFixedHeight(24)
        self.setAccessibleName(self.words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(ElidedLabel(theme, face.celebrity.name, role="small"), 1)
        row.addWidget(Label(theme, f"{face.match_confidence:.1f}", role="small"))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.stirred.emit(event.type() is QEvent.Type.Enter)
        return super().event(event)


def _note(found: CelebrityResult) -> str:
    if found.waiting:
        return f"Still being measured, and not asked: {', '.join(found.waiting)}."
    return "" if found.faces else "Nobody of the loaded packs was recognised."
