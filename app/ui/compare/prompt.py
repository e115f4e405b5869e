"""What an empty side says: small enough for a zone of 140 px."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.glyph import Glyph
from app.ui.widgets.text import Label

_ICON_FROM = 200


class Prompt(QWidget):
    """Icon, what is missing, what to do, and a button."""

    acted = Signal()

    def __init__(self, theme: Theme, missing: str, hint: str, action: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addStretch(1)
        center = Qt.AlignmentFlag.AlignHCenter
        self._icon = Glyph(theme, "image-square", token="t3", size=32)
        column.addWidget(self._icon, 0, center)
        column.addWidget(Label(theme, missing, role="lead", weight=600), 0, center)
        column.addWidget(Label(theme, hint, token="t2"), 0, center)
        column.addSpacing(8)
        self.button = Button(theme, action, icon="folder-open")
        self.button.clicked.connect(self.acted)
        column.addWidget(self.button, 0, center)
        column.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._icon.setVisible(self.height() >= _ICON_FROM)
