"""The tabs of the whole picture: labels with colours, and moderation."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.domain.attributes import PhotoDescription
from app.ui.analyse.state import MIN_MODERATION
from app.ui.attributes.colors import ColorStrip
from app.ui.attributes.description import ModerationPanel, section_of
from app.ui.attributes.labels import LabelList
from app.ui.theme import Theme
from app.ui.widgets.text import Label, Paragraph


def scrolled(area: QScrollArea) -> QVBoxLayout:
    """The column of a tab that scrolls."""
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 12, 0, 16)
    column.setSpacing(0)
    area.setWidget(body)
    body.setAutoFillBackground(False)
    return column


class LabelsTab(QScrollArea):
    """Pointing at a label lights up its things in the picture."""

    lit = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = scrolled(self)
        rows = QVBoxLayout()
        rows.setContentsMargins(8, 0, 8, 12)
        self._count = Label(theme, weight=600)
        self._count.setContentsMargins(8, 0, 8, 4)
        rows.addWidget(self._count)
        self.labels = LabelList(theme)
        self.labels.lit.connect(self.lit)
        rows.addWidget(self.labels)
        column.addLayout(rows)
        self.colors = ColorStrip(theme)
        section_of(theme, column, "Dominant colours", "Share of 100").addWidget(self.colors)
        column.addStretch(1)

    def show_description(self, description: PhotoDescription) -> None:
        count = len(description.labels)
        self._count.setText(f"{count:,} label{'' if count == 1 else 's'}" if count else "Nothing recognised")
        self.labels.set_labels(description.labels)
        self.colors.set_colors(description.colors)


class ModerationTab(QScrollArea):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = scrolled(self)
        holder = QVBoxLayout()
        holder.setContentsMargins(16, 0, 16, 12)
        holder.setSpacing(8)
        holder.addWidget(Label(theme, "Moderation", weight=600))
        self.panel = ModerationPanel(theme)
        holder.addWidget(self.panel)
        words = (
            f"What is {MIN_MODERATION:.0f} or surer is listed, explicit and suggestive, from the top down."
        )
        holder.addWidget(Paragraph(theme, words, role="small", token="t3"))
        column.addLayout(holder)
        column.addStretch(1)

    def show_description(self, description: PhotoDescription) -> None:
        sure = (label for label in description.moderation if label.confidence >= MIN_MODERATION)
        self.panel.set_labels(tuple(sure))
