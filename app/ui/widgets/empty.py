"""Empty states: what is missing, what to do, one button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Glyph, Mark
from app.ui.widgets.text import Label, Paragraph


class EmptyState(QWidget):
    """In the middle of a page: mark or icon, one line, one line, one primary button."""

    acted = Signal()

    def __init__(
        self,
        theme: Theme,
        missing: str,
        hint: str,
        parent: QWidget | None = None,
        *,
        icon: str = "",
        action: str = "",
        action_icon: str = "",
    ) -> None:
        """Without `icon` the mark is shown; without `action` there is no button."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(0)
        column.addStretch(1)
        sign: QWidget = Glyph(theme, icon, token="t3", size=40) if icon else Mark(theme, 48)
        column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(20)
        self.missing = Label(theme, missing, role="title")
        column.addWidget(self.missing, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        self.hint = Paragraph(theme, hint, role="lead", align=Qt.AlignmentFlag.AlignHCenter, width=440)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button = Button(
            theme, action, variant=Variant.PRIMARY, icon=action_icon, height=Size.CONTROL_LARGE
        )
        row = QHBoxLayout()
        row.setContentsMargins(0, 24, 0, 0)
        row.addStretch(1)
        row.addWidget(self.button)
        row.addStretch(1)
        column.addLayout(row)
        self.button.setVisible(bool(action))
        self.button.clicked.connect(self.acted)
        column.addStretch(1)

    def set_words(self, missing: str, hint: str) -> None:
        self.missing.setText(missing)
        self.hint.setText(hint)
