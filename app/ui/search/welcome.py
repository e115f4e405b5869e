"""Before a query: what the page is for, how to begin, and the searches that were kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.services.search import SavedSearch
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Glyph
from app.ui.widgets.text import Label, Paragraph

_SHOWN = 5


class Welcome(QWidget):
    """In the middle of the results: icon, two lines, one button, up to five saved searches."""

    open_asked = Signal()
    search_opened = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.missing = Label(theme, "", role="title")
        self.hint = Paragraph(theme, "", role="lead", align=Qt.AlignmentFlag.AlignHCenter, width=400)
        self.button = Button(
            theme, "Open a picture…", variant=Variant.PRIMARY, icon="folder-open", height=Size.CONTROL_LARGE
        )
        self.button.clicked.connect(self.open_asked)
        self.saved_head = Label(theme, "Saved searches", role="section", token="t3")
        self.saved: list[Button] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(0)
        column.addStretch(2)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Glyph(theme, "magnifying-glass", token="t3", size=40), 0, middle)
        column.addSpacing(20)
        column.addWidget(self.missing, 0, middle)
        column.addSpacing(4)
        column.addWidget(self.hint, 0, middle)
        column.addSpacing(24)
        column.addWidget(self.button, 0, middle)
        column.addSpacing(32)
        column.addWidget(self.saved_head, 0, middle)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._list)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        self.begin()
        self.set_saved(())

    def begin(self) -> None:
        self._say(
            "Search with a face",
            "Drop a picture, a face, or a picture from a browser here, or paste one.",
        )

    def no_face(self) -> None:
        self._say("No face was found", "Choose a picture in which a face is larger and sharper.")

    def _say(self, missing: str, hint: str) -> None:
        self.missing.setText(missing)
        self.hint.setText(hint)

    def set_saved(self, searches: Sequence[SavedSearch]) -> None:
        """The newest first."""
        for button in self.saved:
            button.hide()
            button.deleteLater()
        self.saved = []
        for search in reversed(searches[-_SHOWN:]):
            button = Button(self.theme, search.name, icon="bookmark-simple", tooltip=f"Open “{search.name}”")
            button.setMinimumWidth(240)
            button.setMaximumWidth(320)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, one=search: self.search_opened.emit(one))
            self._list.addWidget(button)
            self.saved.append(button)
        self.saved_head.setVisible(bool(self.saved))
