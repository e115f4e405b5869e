"""What a whole photo shows: labels, what a moderator would look at, dominant colours."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.attributes import Label as SceneLabel
from app.domain.attributes import ModerationLabel, PhotoDescription
from app.ui.attributes.colors import ColorStrip
from app.ui.attributes.labels import LabelList
from app.ui.attributes.state import Answer, AnswerLine
from app.ui.theme import Theme
from app.ui.widgets.bars import paint_bar
from app.ui.widgets.glyph import Divider, Glyph
from app.ui.widgets.text import Label, Paragraph

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


def section_of(
    theme: Theme, column: QVBoxLayout, title: str, note: str = "", *, padded: int = 0
) -> QVBoxLayout:
    """A line, a heading with a note at its right, and the layout for what follows. Rows that are `padded`
    begin so much further left: their words stand below the heading."""
    column.addWidget(Divider(theme))
    section = QVBoxLayout()
    section.setContentsMargins(16 - padded, 8, 16 - padded, 12)
    section.setSpacing(0)
    head = QHBoxLayout()
    head.setContentsMargins(padded, 0, padded, 0)
    name = Label(theme, title, weight=600)
    name.setFixedHeight(28)
    head.addWidget(name)
    head.addStretch(1)
    head.addWidget(Label(theme, note, role="small", token="t3"))
    section.addLayout(head)
    column.addLayout(section)
    return section


class ModerationRows(QWidget):
    """The labels of the taxonomy, those of a lower level set in; 24 high each."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._labels: tuple[ModerationLabel, ...] = ()
        theme.changed.connect(self.update)

    def set_labels(self, labels: tuple[ModerationLabel, ...]) -> None:
        self._labels = _as_tree(labels)
        words = (f"{label.name} {label.confidence:.1f}" for label in self._labels)
        self.setAccessibleName(", ".join(words))
        self.setFixedHeight(24 * len(self._labels))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(288, 24 * len(self._labels))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setFont(theme.font("small"))
        for row, label in enumerate(self._labels):
            top, indent = 24 * row, 16 * (label.level - 1)
            painter.setPen(theme.color("t1" if label.level == 1 else "t2"))
            painter.drawText(QRectF(indent, top, self.width() - 108 - indent, 24), _LEFT, label.name)
            painter.drawText(QRectF(self.width() - 40, top, 40, 24), _RIGHT, f"{label.confidence:.1f}")
            bar = QRectF(self.width() - 100, top + 10, 56, 4)
            paint_bar(painter, theme, bar, 0.0, label.confidence / 100, "warn")


def _as_tree(labels: tuple[ModerationLabel, ...]) -> tuple[ModerationLabel, ...]:
    """Each label followed by those below it, the surest first."""

    def below(parent: str) -> list[ModerationLabel]:
        own = sorted((each for each in labels if each.parent == parent), key=lambda each: -each.confidence)
        return [each for label in own for each in (label, *below(label.name))]

    tree = below("")
    # A label whose parent was not given stands by itself.
    return (*tree, *(label for label in labels if label not in tree))


class ModerationPanel(QWidget):
    """Rows, or that nothing was found; and what the words mean."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.rows = ModerationRows(theme)
        column.addWidget(self.rows)
        calm = QHBoxLayout()
        calm.setSpacing(8)
        self._nothing = QWidget()
        calm.setContentsMargins(0, 4, 0, 4)
        calm.addWidget(Glyph(theme, "check-circle", token="accent_text", size=16))
        calm.addWidget(Paragraph(theme, "Nothing explicit or suggestive was noticed.", role="small"), 1)
        self._nothing.setLayout(calm)
        column.addWidget(self._nothing)
        words = "A model's guess for sorting, not a judgement: look at the picture before acting on it."
        self._caption = Paragraph(theme, words, role="small", token="t3")
        column.addWidget(self._caption)

    def set_labels(self, labels: tuple[ModerationLabel, ...]) -> None:
        self.rows.set_labels(labels)
        self.rows.setVisible(bool(labels))
        self._nothing.setVisible(not labels)
        self._caption.setVisible(bool(labels))


class DescriptionPanel(QWidget):
    """Labels, moderation and colours below one another, as the inspector shows a stored photo."""

    lit = Signal(object)
    """The label pointed at, or None."""
    chosen = Signal(str)
    retry = Signal()

    def __init__(self, theme: Theme, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.description: PhotoDescription | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        labels = section_of(theme, column, "Labels", "Confidence", padded=8)
        self._line = AnswerLine(theme, "Looking at this photo…")
        self._line.retry.connect(self.retry)
        labels.addWidget(self._line)
        self.labels = LabelList(theme, hint)
        self.labels.lit.connect(self.lit)
        self.labels.chosen.connect(self.chosen)
        self._line.setContentsMargins(8, 0, 8, 0)
        labels.addWidget(self.labels)
        self._none = Paragraph(theme, "Nothing was recognised.", role="small")
        self._none.setContentsMargins(8, 0, 8, 0)
        labels.addWidget(self._none)
        self._rest = QWidget()
        rest = QVBoxLayout(self._rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(0)
        self.moderation = ModerationPanel(theme)
        section_of(theme, rest, "Moderation").addWidget(self.moderation)
        self.colors = ColorStrip(theme)
        section_of(theme, rest, "Dominant colours", "Share of 100").addWidget(self.colors)
        column.addWidget(self._rest)
        self.show_answer(Answer())

    def show_answer(self, answer: Answer[PhotoDescription]) -> None:
        found = self.description = answer.value
        self._line.show_answer(answer)
        labels: tuple[SceneLabel, ...] = found.labels if found else ()
        self.labels.set_labels(labels)
        self.labels.setVisible(bool(labels))
        self._none.setVisible(found is not None and not labels)
        self._rest.setVisible(found is not None)
        if found is not None:
            self.moderation.set_labels(found.moderation)
            self.colors.set_colors(found.colors)
