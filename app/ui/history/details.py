"""What a change did: when, where, before and after, and what rests on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.records import ChangeKind
from app.rekognition.snippets import Where
from app.services.history import HistoryDetail
from app.ui.history.words import PLACES
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.request_panel import RequestPanel
from app.ui.widgets.scroll import replace_widget
from app.ui.widgets.text import Label, Paragraph

WIDTH = 352
_MOST_LINES = 12
_CODE = 176


class HistoryDetails(QScrollArea):
    """The panel at the right. Emits what the person asks for; the page does it."""

    undo = Signal(int)
    undo_all = Signal(int)

    def __init__(self, theme: Theme, where: Callable[[], Where], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.request = RequestPanel(
            theme,
            where,
            self,
            name="Request of this change",
            margins=(0, 0, 0, 0),
            inset=0,
            answers=False,
        )
        self.request.text.setMinimumHeight(_CODE)
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Details of the change")
        self.clear()

    def clear(self) -> None:
        """Nothing is selected."""
        self._keep_request()
        body = Panel(self.theme, "surface", lines=("left",))
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 22, 20, 16)
        column.addWidget(Paragraph(self.theme, "Select a change to see what it did.", token="t3"))
        column.addStretch(1)
        replace_widget(self, body)

    def show_detail(self, detail: HistoryDetail) -> None:
        theme, change = self.theme, detail.row.change
        self._keep_request()
        body = Panel(theme, "surface", lines=("left",))
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(0)
        column.addWidget(Paragraph(theme, change.summary, role="lead", weight=600, token="t1"))
        column.addSpacing(8)
        moment = change.created_at.astimezone()
        facts = (
            ("When", f"{moment.day} {moment:%B %Y, %H:%M:%S}"),
            ("Where", PLACES[change.origin][1]),
            ("Change", f"{change.id:,}"),
        )
        for name, value in facts:
            column.addLayout(self._fact(name, value))
        column.addSpacing(12)
        if detail.before or detail.after:
            column.addWidget(_line(theme))
            column.addLayout(self._sides(detail))
        column.addWidget(_line(theme))
        column.addSpacing(16)
        if detail.dependents:
            column.addWidget(self._dependents(detail))
            column.addSpacing(16)
        self._buttons(column, detail)
        column.addSpacing(16)
        column.addWidget(_line(theme))
        column.addSpacing(12)
        column.addWidget(Label(theme, "As Rekognition has it", weight=600))
        column.addSpacing(8)
        self.request.show_calls(lambda: detail.calls)
        column.addWidget(self.request, 1)
        self.request.show()
        replace_widget(self, body)

    def _keep_request(self) -> None:
        """It outlives the panel around it, and what was chosen in it stays chosen."""
        self.request.setParent(self)
        self.request.hide()

    def _fact(self, name: str, value: str) -> QHBoxLayout:
        row = QHBoxLayout()
        label = Label(self.theme, name, token="t2")
        label.setFixedSize(88, 28)
        row.addWidget(label)
        row.addWidget(Label(self.theme, value), 1)
        return row

    def _sides(self, detail: HistoryDetail) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 16, 0, 16)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for place, (title, lines) in enumerate((("Before", detail.before), ("After", detail.after))):
            grid.addWidget(Label(self.theme, title, role="label", token="t3"), 0, place * 2)
            shown = [*lines[:_MOST_LINES], *(["…"] if len(lines) > _MOST_LINES else [])]
            text = Paragraph(self.theme, "\n".join(shown) or "Nothing", token="t1" if place else "t2")
            grid.addWidget(text, 1, place * 2, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place * 2, 1)
        grid.addWidget(Glyph(self.theme, "arrow-right", token="t3"), 1, 1, Qt.AlignmentFlag.AlignTop)
        return grid

    def _dependents(self, detail: HistoryDetail) -> QWidget:
        theme, count = self.theme, len(detail.dependents)
        card = _Note(theme)
        row = QHBoxLayout(card)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(Glyph(theme, "link", token="warn", size=20), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        noun = "later change rests" if count == 1 else "later changes rest"
        words.addWidget(Label(theme, f"{count} {noun} on this", weight=600))
        lines = [
            f"{change.created_at.astimezone():%H:%M}  {change.summary}" for change in detail.dependents[:6]
        ]
        if count > 6:
            lines.append(f"and {count - 6} more")
        words.addWidget(Paragraph(theme, "\n".join(lines), role="small"))
        row.addLayout(words, 1)
        return card

    def _buttons(self, column: QVBoxLayout, detail: HistoryDetail) -> None:
        theme, pk = self.theme, detail.row.change.id
        count = len(detail.dependents)
        if detail.row.undone:
            column.addWidget(Paragraph(theme, "This change is undone.", role="small", token="t3"))
        elif detail.row.change.open:
            words = "The job of this change is still running; cancel it or wait, then undo it."
            column.addWidget(Paragraph(theme, words, role="small", token="t3"))
        else:
            text = "Undo this change"
            if count:
                text = f"Undo this and the {'later one' if count == 1 else f'{count} later ones'}"
            elif detail.row.change.kind is ChangeKind.UNDO:
                text = "Redo"
            button = Button(
                theme, text, variant=Variant.PRIMARY, icon="arrow-counter-clockwise", shortcut_hint="U"
            )
            signal = self.undo_all if count else self.undo
            button.clicked.connect(lambda: signal.emit(pk))
            column.addWidget(button)
        if detail.equal_command:
            command = detail.equal_command
            copy = Button(theme, "Copy as a command", variant=Variant.QUIET, icon="copy", tooltip=command)
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(command))
            column.addSpacing(8)
            column.addWidget(copy)
        column.addSpacing(16)
        words = "Undo is a change of its own: it appears at the top of this list, and can be undone too."
        column.addWidget(Paragraph(theme, words, role="small", token="t3"))


class _Note(QWidget):
    """A card in the colours of a warning."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("warn_bg"))
        painter.drawRoundedRect(self.rect(), 8, 8)


def _line(theme: Theme) -> QWidget:
    line = Panel(theme, "line")
    line.setFixedHeight(1)
    return line
