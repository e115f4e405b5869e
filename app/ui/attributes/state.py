"""An answer that is on its way, could not be had, or is there; and the line that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.errors import LikenessError
from app.ui.theme import Duration, Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import Paragraph

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Without `value` and `trouble` it is still being worked out."""

    value: T | None = None
    trouble: str = ""

    @property
    def waiting(self) -> bool:
        return self.value is None and not self.trouble


def sentence_of(error: Exception) -> str:
    """An error for a person to read: its own sentence, or that something unforeseen happened."""
    if isinstance(error, LikenessError):
        return str(error)
    return f"Something unforeseen happened: {error or type(error).__name__}."


class AnswerLine(QWidget):
    """A quiet line that comes after a moment of waiting, or a sentence with Try again."""

    retry = Signal()

    def __init__(self, theme: Theme, waiting: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting = waiting
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.setSpacing(8)
        self.words = Paragraph(theme, "", role="small", token="t3")
        row.addWidget(self.words, 1)
        self.button = Button(theme, "Try again", variant=Variant.LINK, height=Size.CONTROL_SMALL)
        self.button.clicked.connect(self.retry)
        row.addWidget(self.button)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(Duration.SKELETON_AFTER)
        self._soon.timeout.connect(lambda: self.words.setText(self._waiting))

    def show_answer(self, answer: Answer[T]) -> None:
        """Nothing flickers: an answer that comes at once is preceded by nothing."""
        if not answer.waiting:
            self._soon.stop()
        elif not self._soon.isActive() and self.words.text() != self._waiting:
            self._soon.start()
        self.words.set_token("t2" if answer.trouble else "t3")
        if answer.trouble or not answer.waiting:
            self.words.setText(answer.trouble)
        self.button.setVisible(bool(answer.trouble))
        self.setVisible(answer.value is None)
