"""The panel at the right: Face, Labels, Moderation, Celebrities, JSON."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.ui.analyse.celebrities_tab import CelebritiesTab, Recognised
from app.ui.analyse.face_tab import AnalysedFaceTab
from app.ui.analyse.json_tab import AnalyseJsonTab
from app.ui.analyse.picture_tabs import LabelsTab, ModerationTab
from app.ui.analyse.response import Operation
from app.ui.analyse.state import Analysed
from app.ui.attributes.state import Answer
from app.ui.canvas.selection import FaceSelection
from app.ui.theme import Theme
from app.ui.widgets.glyph import Panel


class AnalyseInspector(Panel):
    """`lit` carries the Label pointed at."""

    lit = Signal(object)

    def __init__(
        self, theme: Theme, selection: FaceSelection, celebrities: bool, parent: QWidget | None = None
    ) -> None:
        """Without `celebrities` there is no such tab."""
        super().__init__(theme, "surface", parent, lines=("left",))
        self._analysed: Analysed | None = None
        self.faces = AnalysedFaceTab(theme, selection)
        self.labels = LabelsTab(theme)
        self.labels.lit.connect(self.lit)
        self.moderation = ModerationTab(theme)
        self.celebrities = CelebritiesTab(theme, self.faces.images)
        operations = tuple(each for each in Operation if celebrities or each is not Operation.CELEBRITIES)
        self.json = AnalyseJsonTab(theme, operations)
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
        self.json.show_picture(analysed)
        self.celebrities.show_answer(Answer())
        if analysed is not None:
            self.labels.show_description(analysed.analysis.description)
            self.moderation.show_description(analysed.analysis.description)

    def show_celebrities(self, answer: Answer[Recognised]) -> None:
        self.celebrities.show_answer(answer)
        result = answer.value.result if answer.value else None
        self.json.show_picture(self._analysed, result)
        self.faces.show_names(names_of(answer.value))


def names_of(recognised: Recognised | None) -> dict[int, tuple[str, float]]:
    """Name and similarity by the index of the face."""
    faces = recognised.result.faces if recognised else ()
    return {face.index: (face.celebrity.name, face.match_confidence) for face in faces}
