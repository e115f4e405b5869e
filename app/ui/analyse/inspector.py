"""The panel at the right: Face, Labels, Moderation, Celebrities, JSON."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityResult
from app.rekognition.snippets import Where
from app.services.calls import Calls
from app.ui.analyse.celebrities_tab import CelebritiesTab, Recognised
from app.ui.analyse.face_tab import AnalysedFaceTab
from app.ui.analyse.picture_tabs import LabelsTab, ModerationTab
from app.ui.analyse.response import Operation, calls
from app.ui.analyse.state import Analysed
from app.ui.attributes.state import Answer
from app.ui.canvas.selection import FaceSelection
from app.ui.theme import Theme
from app.ui.widgets.glyph import Panel
from app.ui.widgets.request_panel import RequestPanel


class AnalyseInspector(Panel):
    """`lit` carries the Label pointed at."""

    lit = Signal(object)

    def __init__(
        self,
        theme: Theme,
        selection: FaceSelection,
        celebrities: bool,
        where: Callable[[], Where],
        parent: QWidget | None = None,
    ) -> None:
        """Without `celebrities` there is no such tab."""
        super().__init__(theme, "surface", parent, lines=("left",))
        self._analysed: Analysed | None = None
        self.faces = AnalysedFaceTab(theme, selection)
        self.labels = LabelsTab(theme)
        self.labels.lit.connect(self.lit)
        self.moderation = ModerationTab(theme)
        self.celebrities = CelebritiesTab(theme, self.faces.images)
        self._known: CelebrityResult | None = None
        self._operations = tuple(
            each for each in Operation if celebrities or each is not Operation.CELEBRITIES
        )
        self.json = RequestPanel(theme, where, name="JSON of this picture")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("What was found")
        self.tabs.tabBar().setFont(theme.font("body", 500))
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.setStyleSheet("QTabWidget::tab-bar { left: 15px; }")
        for page, title in (
            (self.faces, "Face"),
            (self.labels, "Labels"),
            (self.moderation, "Moderation"),
            *(((self.celebrities, "Celebrities"),) if celebrities else ()),
            (self.json, "JSON"),
        ):
            self.tabs.addTab(page, title)
        if not celebrities:
            self.celebrities.setParent(self)
            self.celebrities.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self.tabs)

    def show_picture(self, analysed: Analysed | None) -> None:
        self._analysed = analysed
        self.faces.show_picture(analysed)
        self._known = None
        self.json.show_calls(self._calls)
        self.celebrities.show_answer(Answer())
        if analysed is not None:
            self.labels.show_description(analysed.analysis.description)
            self.moderation.show_description(analysed.analysis.description)

    def show_celebrities(self, answer: Answer[Recognised]) -> None:
        self.celebrities.show_answer(answer)
        self._known = answer.value.result if answer.value else None
        self.json.again()
        self.faces.show_names(names_of(answer.value))

    def _calls(self) -> Calls:
        if self._analysed is None:
            return Calls()
        return calls(self._operations, self._analysed, self._known)


def names_of(recognised: Recognised | None) -> dict[int, tuple[str, float]]:
    """Name and similarity by the index of the face."""
    faces = recognised.result.faces if recognised else ()
    return {face.index: (face.celebrity.name, face.match_confidence) for face in faces}
