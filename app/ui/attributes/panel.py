"""One face's attributes: rows with confidence, the expressions, where eyes and head point."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.attributes import FaceAttributes
from app.domain.geometry import Pose
from app.ui.attributes.state import Answer, AnswerLine
from app.ui.attributes.words import CAPTION, gaze, rows, signed_degrees, sorted_emotions
from app.ui.theme import Theme
from app.ui.widgets.bars import ConfidenceBar, Gauge, paint_bar
from app.ui.widgets.glyph import Divider
from app.ui.widgets.text import Label, Paragraph

_WIDEST_ANGLE = 90.0
_MOST_ROWS = 11
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class Bars(QWidget):
    """Names with bars of 0-100 below one another, 20 high each: the expressions of a face."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._values: list[tuple[str, float]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_values(self, values: list[tuple[str, float]]) -> None:
        self._values = values
        self.setAccessibleName(", ".join(f"{name} {value:.1f}" for name, value in values))
        self.setFixedHeight(20 * len(values))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(288, 20 * len(self._values))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setFont(theme.font("small"))
        for row, (name, value) in enumerate(self._values):
            top = 20 * row
            # What is all but certain not to be there steps back.
            painter.setPen(theme.color("t1" if value >= 50 else "t2" if value >= 5 else "t3"))
            painter.drawText(QRectF(0, top, 88, 20), _LEFT, name)
            painter.drawText(QRectF(self.width() - 40, top, 40, 20), _RIGHT, f"{value:.1f}")
            bar = QRectF(88, top + 8, max(self.width() - 88 - 44, 8), 4)
            # A bar is at least a dot: what is rounded to nothing has none.
            paint_bar(painter, theme, bar, 0.0, value / 100 if value >= 0.05 else 0.0, "t2")


class Angles(QWidget):
    """Gauges of angles side by side, in degrees."""

    def __init__(self, theme: Theme, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._gauges = [Gauge(theme, name, centered=True) for name in names]
        for gauge in self._gauges:
            row.addWidget(gauge)

    def set_angles(self, *degrees: float) -> None:
        for gauge, value in zip(self._gauges, degrees, strict=True):
            share = (min(max(value / _WIDEST_ANGLE, -1), 1) + 1) / 2
            gauge.set_value(signed_degrees(value), share)


class PoseGauges(Angles):
    """Roll, yaw and pitch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, ("Roll", "Yaw", "Pitch"), parent)

    def set_pose(self, pose: Pose) -> None:
        self.set_angles(pose.roll, pose.yaw, pose.pitch)


class AttributesPanel(QWidget):
    """Attributes, Expressions and Eyes, each below its own line. Until there is an answer the first holds
    a quiet word of waiting, or why there is none; `retry` asks again."""

    retry = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.attributes: FaceAttributes | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._column = column
        section = self._section(column, "Attributes", "Confidence")
        self._line = AnswerLine(theme, "Looking at this face…")
        self._line.retry.connect(self.retry)
        section.addWidget(self._line)
        self._bars = [ConfidenceBar(theme, "") for _ in range(_MOST_ROWS)]
        for bar in self._bars:
            section.addWidget(bar)
        self._caption = Paragraph(theme, CAPTION, role="small", token="t3")
        section.addSpacing(4)
        section.addWidget(self._caption)
        self._more = QWidget()
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(0)
        self.emotions = Bars(theme)
        self._section(more, "Expressions").addWidget(self.emotions)
        eyes = self._section(more, "Eyes look")
        self._gaze = self._note
        self._eyes = Angles(theme, ("Yaw", "Pitch"))
        eyes.addWidget(self._eyes)
        column.addWidget(self._more)
        self.show_answer(Answer())

    def _section(self, column: QVBoxLayout, title: str, note: str = "") -> QVBoxLayout:
        column.addWidget(Divider(self.theme))
        section = QVBoxLayout()
        section.setContentsMargins(16, 8, 16, 12)
        section.setSpacing(0)
        head = QHBoxLayout()
        name = Label(self.theme, title, weight=600)
        name.setFixedHeight(28)
        head.addWidget(name)
        head.addStretch(1)
        self._note = Label(self.theme, note, role="small", token="t3")
        head.addWidget(self._note)
        section.addLayout(head)
        column.addLayout(section)
        return section

    def show_answer(self, answer: Answer[FaceAttributes]) -> None:
        """Waiting, an error's sentence, or the attributes."""
        self.attributes = attributes = answer.value
        self._line.show_answer(answer)
        shown = [] if attributes is None else rows(attributes)
        for bar, row in zip(self._bars, [*shown, *[None] * (_MOST_ROWS - len(shown))], strict=True):
            bar.setVisible(row is not None)
            if row is not None:
                bar.set_name(row.name)
                bar.set_span(row.value, row.low, row.high, row.figure)
                bar.setAccessibleName(row.sentence)
                bar.setToolTip(row.sentence)
        self._caption.setVisible(attributes is not None)
        self._more.setVisible(attributes is not None)
        if attributes is None:
            return
        self.emotions.set_values(sorted_emotions(attributes))
        direction = attributes.eye_direction
        words = gaze(direction)
        self._gaze.setText(words if direction is None else f"{words} · {direction.confidence:.1f}")
        self._eyes.setVisible(direction is not None)
        if direction is not None:
            self._eyes.set_angles(direction.yaw, direction.pitch)
