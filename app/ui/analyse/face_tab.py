"""The first tab: all faces of the picture, and everything that is estimated of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.analyse.crops import LocalCrops
from app.ui.analyse.state import Analysed
from app.ui.attributes.description import section_of
from app.ui.attributes.panel import AttributesPanel, PoseGauges
from app.ui.attributes.state import Answer
from app.ui.canvas.selection import FaceSelection
from app.ui.photo.crops import Crop, CropList
from app.ui.photo.face_tab import FacePicture
from app.ui.theme import Theme
from app.ui.widgets.bars import Gauge
from app.ui.widgets.text import ElidedLabel, Label, Paragraph


class AnalysedFaceTab(QScrollArea):
    """The shared selection says which face is shown."""

    def __init__(self, theme: Theme, selection: FaceSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._selection = theme, selection
        self._analysed: Analysed | None = None
        self._names: dict[int, tuple[str, float]] = {}
        self.images = LocalCrops(self)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(14, 12, 14, 10)
        head.setSpacing(6)
        self._count = Label(theme, weight=600)
        self._count.setContentsMargins(2, 0, 2, 0)
        head.addWidget(self._count)
        self.crops = CropList(theme, self.images, selection, editable=False)
        self.crops.setAccessibleName("Faces of this picture")
        head.addWidget(self.crops)
        column.addLayout(head)
        self._face = QWidget()
        facts = QVBoxLayout(self._face)
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setSpacing(0)
        self._add_face(facts)
        column.addWidget(self._face)
        hint = QVBoxLayout()
        hint.setContentsMargins(16, 4, 16, 0)
        self._hint = Paragraph(theme, "")
        hint.addWidget(self._hint)
        column.addLayout(hint)
        column.addStretch(1)
        self.setWidget(body)
        body.setAutoFillBackground(False)
        selection.current_changed.connect(lambda _key: self._show_face())

    def _add_face(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(16, 2, 16, 12)
        row.setSpacing(12)
        self._picture = FacePicture(self.theme, self.images)
        row.addWidget(self._picture)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._title = Label(self.theme, weight=600)
        self._who = ElidedLabel(self.theme, role="small", token="t2")
        self._size = Label(self.theme, role="small", token="t3")
        self._sure = Gauge(self.theme, "A face")
        for widget in (self._title, self._who, self._size):
            words.addWidget(widget)
        words.addStretch(1)
        words.addWidget(self._sure)
        row.addLayout(words, 1)
        column.addLayout(row)
        self.attributes = AttributesPanel(self.theme)
        column.addWidget(self.attributes)
        self._pose = PoseGauges(self.theme)
        section_of(self.theme, column, "Pose").addWidget(self._pose)
        quality = QHBoxLayout()
        quality.setSpacing(16)
        self._quality = [Gauge(self.theme, name) for name in ("Brightness", "Sharpness")]
        for gauge in self._quality:
            quality.addWidget(gauge)
        section_of(self.theme, column, "Quality").addLayout(quality)

    def show_picture(self, analysed: Analysed | None) -> None:
        self._analysed, self._names = analysed, {}
        self.images.show(analysed)
        count = analysed.count if analysed else 0
        self._count.setText(f"{count:,} face{'' if count == 1 else 's'}")
        self.crops.set_crops(
            [Crop(index, analysed.title(index), None) for index in range(count)] if analysed else []
        )
        self.crops.setVisible(count > 1)
        self._show_face()

    def show_names(self, names: dict[int, tuple[str, float]]) -> None:
        """Celebrities among the faces, by index."""
        self._names = names
        self._show_face()

    def _show_face(self) -> None:
        analysed, index = self._analysed, self._selection.current
        there = analysed is not None and index is not None and index < analysed.count
        self._face.setVisible(there)
        self._hint.setVisible(analysed is not None and not there)
        if analysed is None:
            return
        if not there or index is None:
            none = "No face was found in this picture. Labels and the rest are in the other tabs."
            self._hint.setText("Select a face to see what it looks like." if analysed.count else none)
            return
        each, (width, height) = (
            analysed.analysis.faces[index],
            (analysed.analysis.width, analysed.analysis.height),
        )
        self._picture.set_face(index)
        self._title.setText(f"Face {index + 1} of {analysed.count}")
        name = self._names.get(index)
        self._who.setText(f"{name[0]} {name[1]:.1f}" if name else "")
        self._who.setVisible(name is not None)
        box = each.face.box
        self._size.setText(f"{round(box.width * width):,} × {round(box.height * height):,} px")
        self._sure.set_value(f"{each.face.confidence:.1f}", each.face.confidence / 100)
        self.attributes.show_answer(Answer(each.attributes))
        self._pose.set_pose(each.attributes.pose)
        quality = each.face.quality
        for gauge, value in zip(self._quality, (quality.brightness, quality.sharpness), strict=True):
            gauge.set_value(f"{value:.1f}", value / 100)
