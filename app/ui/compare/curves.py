"""Where a similarity stands between strangers and the same person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.embedding import SimilarityScale
from app.ui.compare.strangers import PairCurves, strangers_of
from app.ui.theme import Theme

_TOP, _FOOT = 8, 24
_Label = tuple[float, str, str]  # x, words, token of the colour


class CurvesView(QWidget):
    """The curves of strangers and of one person over the cosine, with the threshold and the pair that is
    looked at. Without measured curves, that of strangers as the scale implies it."""

    def __init__(
        self,
        theme: Theme,
        scale: SimilarityScale,
        curves: PairCurves | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme, self._scale = theme, scale
        self._curves = curves or strangers_of(scale)
        if curves is None:
            self.setToolTip("The curve of strangers follows from the model's similarity scale")
        self._threshold = 80.0
        self._similarity: float | None = None
        self._cosine: float | None = None
        self.setMinimumSize(176, 128)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(400, 140)

    def show_pair(self, similarity: float | None, cosine: float | None, threshold: float) -> None:
        self._similarity, self._cosine, self._threshold = similarity, cosine, threshold
        pair = "" if similarity is None else f"; this pair {similarity:.1f}"
        self.setAccessibleName(f"Threshold {threshold:g}{pair}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, _TOP, self.width(), max(self.height() - _TOP - _FOOT, 8))
        low, high = float(self._curves.cosines[0]), float(self._curves.cosines[-1])
        labels = self._paint_curves(painter, area, self._curves)
        threshold, pair = self._scale.cosine(self._threshold), self._cosine
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        at = area.left() + area.width() * min(max((threshold - low) / (high - low), 0), 1)
        painter.setPen(QPen(self.theme.color("t2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        labels = [(at, f"Threshold {self._threshold:g}", "t2"), *labels]
        self._paint_labels(painter, area, labels)
        if pair is not None:
            x = area.left() + area.width() * min(max((pair - low) / (high - low), 0), 1)
            x = min(max(x, 4.0), self.width() - 4.0)
            accent = self.theme.color("accent")
            painter.setPen(QPen(accent, 2))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawEllipse(QPointF(x, area.top()), 4, 4)

    def _paint_curves(self, painter: QPainter, area: QRectF, curves: PairCurves) -> list[_Label]:
        x = np.interp(curves.cosines, [curves.cosines[0], curves.cosines[-1]], [0, area.width()])
        same = QColor(self.theme.color("accent"))
        same.setAlphaF(0.35 if self.theme.tokens.dark else 0.24)
        labels = []
        for density, color, words in (
            (curves.strangers, self.theme.color("line2"), "Different people"),
            (curves.same, same, "Same person"),
        ):
            if density is None:
                continue
            tallest = float(np.max(density)) or 1.0
            _fill(painter, area, x, area.bottom() - density / tallest * area.height() * 0.9, color)
            labels.append((area.left() + float(x[np.argmax(density)]), words, "t3"))
        return labels

    def _paint_labels(self, painter: QPainter, area: QRectF, labels: list[_Label]) -> None:
        """Below the axis, centred on their places, kept inside; the first ones go before the others."""
        painter.setFont(self.theme.font("label", 400))
        taken: list[QRectF] = []
        for x, text, token in labels:
            width = painter.fontMetrics().horizontalAdvance(text) + 4
            left = min(max(x - width / 2, 0.0), self.width() - width)
            rect = QRectF(left, area.bottom() + 6, width, 16)
            if any(rect.adjusted(-6, 0, 6, 0).intersects(other) for other in taken):
                continue
            taken.append(rect)
            painter.setPen(self.theme.color(token))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _fill(
    painter: QPainter, area: QRectF, x: NDArray[np.float64], y: NDArray[np.float64], color: QColor
) -> None:
    path = QPainterPath(area.bottomLeft())
    for across, height in zip(x, y, strict=True):
        path.lineTo(area.left() + float(across), float(height))
    path.lineTo(area.bottomRight())
    path.closeSubpath()
    painter.fillPath(path, color)
