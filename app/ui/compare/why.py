"""Why two faces match or do not: the aligned crops, four figures, the curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.faces import DetectedFace
from app.services.compare import Comparison, TargetMatch, explain
from app.ui.compare.curves import CurvesView
from app.ui.compare.strangers import PairCurves
from app.ui.theme import Radius, Theme
from app.ui.widgets.glyph import Card
from app.ui.widgets.text import ElidedLabel, Label

_CROP = 112
_ROOMY, _LEAST = 720, 520
_NOTHING = "Choose two pictures with faces to see how alike they are"
_ABOUT = "The two faces, aligned on eyes, nose and mouth, and how far apart their embeddings are"


class CropView(QWidget):
    """An aligned face, 112 square, with its caption below."""

    def __init__(self, theme: Theme, caption: str) -> None:
        super().__init__()
        self.theme, self._caption = theme, caption
        self._image: QImage | None = None
        self.setFixedSize(_CROP, _CROP + 24)
        self.setAccessibleName(caption)
        theme.changed.connect(self.update)

    def set_pixels(self, pixels: NDArray[np.uint8] | None) -> None:
        """uint8 (H, W, 3) RGB"""
        self._image = None
        if pixels is not None:
            solid = np.ascontiguousarray(pixels)
            height, width = solid.shape[:2]
            image = QImage(solid.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._image = image.convertToFormat(QImage.Format.Format_RGB32)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        square = QRectF(0, 0, _CROP, _CROP)
        clip = QPainterPath()
        clip.addRoundedRect(square, Radius.FACE, Radius.FACE)
        painter.fillPath(clip, self.theme.color("hover"))
        if self._image is not None:
            painter.save()
            painter.setClipPath(clip)
            painter.drawImage(square, self._image, QRectF(self._image.rect()))
            painter.restore()
        painter.setFont(self.theme.font("label", 400))
        painter.setPen(self.theme.color("t3"))
        painter.drawText(QRectF(0, _CROP + 8, _CROP, 16), Qt.AlignmentFlag.AlignCenter, self._caption)


class Fact(QWidget):
    """A label, a figure, and what the figure is."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._name = name
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.figure = Label(theme, role="title")
        self.note = ElidedLabel(theme, role="label", weight=400, token="t3")
        column.addWidget(Label(theme, name, role="label", token="t3"))
        column.addWidget(self.figure)
        column.addWidget(self.note)

    def say(self, figure: str, note: str, strong: bool = False) -> None:
        self.figure.setText(figure)
        self.figure.set_token("accent_text" if strong else "t1")
        self.note.setText(note)
        self.setAccessibleName(f"{self._name}: {figure}, {note}")


class Rule(QWidget):
    """An upright line of the card."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setFixedWidth(1)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("line"))


class WhyPanel(Card):
    """Shows one pair: the compared face and one face of the target."""

    def __init__(
        self,
        theme: Theme,
        scale: SimilarityScale,
        contract: EmbeddingContract,
        curves: PairCurves | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent, margins=(20, 12, 20, 16))
        self._contract = contract
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(theme, "Why", weight=600))
        self.about = ElidedLabel(theme, _NOTHING, token="t2")
        head.addWidget(self.about, 1)
        self.body.addLayout(head)
        self.source, self.target = CropView(theme, "Source, aligned"), CropView(theme, "Target, aligned")
        self.similarity, self.cosine = Fact(theme, "Similarity"), Fact(theme, "Cosine")
        self.chance = Fact(theme, "Chance of a false match")
        self.quality = Fact(theme, "Quality")
        self.quality.setToolTip("The lower of brightness and sharpness, 0 to 100")
        self.curves = CurvesView(theme, scale, curves)
        panel = QWidget()
        row = QHBoxLayout(panel)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        crops = QHBoxLayout()
        crops.setSpacing(8)
        for crop in (self.source, self.target):
            crops.addWidget(crop, 0, Qt.AlignmentFlag.AlignTop)
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(16)
        self._facts = facts
        for place, fact in enumerate((self.similarity, self.cosine, self.chance, self.quality)):
            facts.addWidget(fact, place // 2, place % 2)
        self._rule = Rule(theme)
        row.addLayout(crops)
        row.addWidget(Rule(theme))
        row.addLayout(facts)
        row.addWidget(self._rule)
        row.addWidget(self.curves, 1)
        self._fit()
        self.body.addWidget(panel)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Narrow: the figures alone, which say what the curves show."""
        roomy = self.width() >= _ROOMY
        for widget in (self._rule, self.curves):
            widget.setVisible(roomy)
        for column in (0, 1):
            self._facts.setColumnMinimumWidth(column, 136 if roomy else 96)

    def clear(self, threshold: float, words: str = _NOTHING) -> None:
        """Nothing to compare: `words` say why."""
        self.about.setText(words)
        for fact in (self.similarity, self.cosine, self.chance, self.quality):
            fact.say("–", "")
        for crop in (self.source, self.target):
            crop.set_pixels(None)
        self.curves.show_pair(None, None, threshold)

    def set_crops(self, source: NDArray[np.uint8], target: NDArray[np.uint8]) -> None:
        self.source.set_pixels(source)
        self.target.set_pixels(target)

    def show_pair(self, comparison: Comparison, match: TargetMatch, threshold: float) -> None:
        """The figures; the crops come by `set_crops` when they are made."""
        self.about.setText(_ABOUT)
        is_match = match.similarity >= threshold
        verdict = "match" if is_match else "no match"
        self.similarity.say(f"{match.similarity:.1f}", f"{verdict}, threshold {threshold:g}", is_match)
        model = f"{self._contract.model_id}, {self._contract.dimension} numbers"
        self.cosine.say(f"{match.cosine:.3f}".replace("-", "−"), model)
        meaning = explain(match.similarity)
        self.chance.say(meaning.chance, "extrapolated" if meaning.extrapolated else "between strangers")
        source = comparison.source.faces[comparison.source_index]
        target = comparison.target.faces[match.index]
        self.quality.say(f"{_quality(source)} and {_quality(target)}", "source and target")
        self.curves.show_pair(match.similarity, match.cosine, threshold)


def _quality(face: DetectedFace) -> int:
    return round(min(face.quality.brightness, face.quality.sharpness))
