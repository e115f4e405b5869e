"""A line at the foot of the picture: what is wrong with the photo, with what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.photo.state import PhotoState, trouble
from app.ui.theme import Theme
from app.ui.widgets.button import Button, IconButton
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import Paragraph


class Notice(Panel):
    """Hidden while there is nothing to say. Trouble with the file comes before a photo that lies."""

    locate_wanted = Signal()
    turn_wanted = Signal(int)
    """Degrees clockwise."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "warn_bg", parent, lines=("top",))
        self._turn = 0
        self._photo_pk: int | None = None
        self._left_alone: set[int] = set()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        self._sign = Glyph(theme, "warning-circle", token="warn", size=20)
        row.addWidget(self._sign)
        self.words = Paragraph(theme, "", token="t1")
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignVCenter)
        self.button = Button(theme, "Locate…", icon="magnifying-glass", height=28)
        self.button.clicked.connect(self.locate_wanted)
        row.addWidget(self.button)
        self.turn_button = Button(theme, "Turn it", icon="arrow-clockwise", height=28)
        self.turn_button.clicked.connect(lambda: self.turn_wanted.emit(self._turn))
        row.addWidget(self.turn_button)
        self.dismiss = IconButton(theme, "x", "Leave it as it is")
        self.dismiss.clicked.connect(self._leave_alone)
        row.addWidget(self.dismiss)
        self.hide()

    def say(self, text: str, can_locate: bool = False) -> None:
        """Empty text hides it."""
        self.words.setText(text)
        self._sign.set_icon("warning-circle")
        self.button.setVisible(can_locate)
        for widget in (self.turn_button, self.dismiss):
            widget.hide()
        self.setVisible(bool(text))

    def show_state(self, state: PhotoState) -> None:
        """What is wrong with the photo, or how it lies."""
        self._photo_pk, self._turn = state.photo_pk, state.lies
        wrong = trouble(state)
        self.say(wrong, can_locate=state.missing)
        if wrong or not state.lies or state.photo_pk in self._left_alone:
            return
        lies = "stand on its head" if state.lies == 180 else "lie on its side"
        self.words.setText(f"This photo seems to {lies}. Its file stays as it is.")
        self._sign.set_icon("arrow-clockwise")
        for widget in (self, self.turn_button, self.dismiss):
            widget.show()

    def _leave_alone(self) -> None:
        """Not asked again as long as the window is open."""
        if self._photo_pk is not None:
            self._left_alone.add(self._photo_pk)
        self.hide()
