"""The request beside a result: what Rekognition would be asked and would answer, as JSON, as a line for the
AWS CLI and as a snippet for boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QActionGroup, QFont, QGuiApplication, QPainter, QPaintEvent, QShowEvent, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.rekognition.snippets import (
    Where,
    aws_line,
    aws_lines,
    boto3_script,
    boto3_snippet,
    picture_notes,
    request_json,
)
from app.services.calls import Call, Calls
from app.ui.theme import Radius, Size, Theme
from app.ui.widgets.button import Button, IconButton
from app.ui.widgets.chip import Chip
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import ElidedLabel, Paragraph

REQUEST, RESPONSE, AWS, BOTO3 = "request", "response", "aws", "boto3"
_VIEWS = ((REQUEST, "Request"), (RESPONSE, "Response"), (AWS, "AWS CLI"), (BOTO3, "boto3"))
_KEY = "The endpoint asks for a key: make one in Settings, and give it to the AWS CLI or to boto3."


class RequestPanel(QWidget):
    """Made and written only while it is in sight: the answer of a crowd is long.

    `copied` comes after something went to the clipboard.
    """

    copied = Signal()

    def __init__(
        self,
        theme: Theme,
        where: Callable[[], Where],
        parent: QWidget | None = None,
        *,
        name: str = "Request and response",
        nothing: str = "Nothing was asked yet.",
        margins: tuple[int, int, int, int] = (16, 12, 0, 0),
        inset: int = 12,
        answers: bool = True,
    ) -> None:
        """`where` says whom the lines are to ask; `nothing` stands where there is no call. The text
        goes to the right edge, for its scroll bar; the rest ends `inset` before. Without `answers` there is
        no Response to choose."""
        super().__init__(parent)
        self._where, self._nothing = where, nothing
        self._make: Callable[[], Calls] | None = None
        self._calls = Calls()
        self._chosen, self._wanted = 0, ""
        self._stale = False
        column = QVBoxLayout(self)
        column.setContentsMargins(*margins)
        column.setSpacing(8)
        self.operation = Chip(theme, "Operation", plain=True)
        # A call is told from others by the name of its picture, which may be long.
        self.operation.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.operation.setMinimumWidth(80)
        self._title = ElidedLabel(theme, weight=600)
        self.copy_button = IconButton(theme, "copy", "Copy this", shortcut_hint="Ctrl+Shift+C")
        self.copy_button.clicked.connect(self.copy)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, inset, 0)
        head.setSpacing(8)
        head.addWidget(self.operation)
        head.addWidget(self._title, 1)
        head.addStretch(1)
        head.addWidget(self.copy_button)
        column.addWidget(self._head)
        self.choice = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="What to show", tight=True)
        for key, text in _VIEWS:
            if answers or key != RESPONSE:
                self.choice.add(key, text)
        if answers:
            self.choice.set_current(RESPONSE)
        self.choice.chosen.connect(lambda _key: self._write())
        column.addWidget(self.choice)
        self.note = _Note(theme)
        holder = QVBoxLayout()
        holder.setContentsMargins(0, 0, inset, 0)
        holder.addWidget(self.note)
        column.addLayout(holder)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("mono", True)
        font = theme.font("mono")
        for ligatures in ("liga", "calt"):
            # What is to be copied is shown letter by letter.
            font.setFeature(QFont.Tag(ligatures), 0)
        self.text.setFont(font)
        self.text.document().setDocumentMargin(0)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.setAccessibleName(name)
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)
        self._rest = QWidget()
        column.addWidget(self._rest, 1)
        self._show_parts("")

    def show_calls(self, make: Callable[[], Calls] | None) -> None:
        """Another result; `make` is called when somebody looks at it or copies it."""
        self._make, self._stale = make, True
        if self.isVisible():
            self._refresh()

    def again(self) -> None:
        """What was shown has become another: ask for it anew."""
        self.show_calls(self._make)

    def choose(self, operation: str) -> None:
        """Show that operation, now and of the results to come."""
        self._wanted = operation
        self._choose(next((at for at, each in enumerate(self._calls.calls) if _name(each) == operation), 0))

    def view(self, key: str) -> None:
        self.choice.set_current(key)
        self._write()

    def words(self) -> str:
        """What is chosen, as it is copied; empty where there is nothing."""
        if self._stale:
            self._refresh()
        call = self._call()
        if call is None:
            return ""
        where, steps = self._where(), self._calls.calls if self._calls.steps else (call,)
        match self.choice.current():
            case "request":
                return _json(request_json(call.request, where))
            case "aws":
                return (
                    aws_lines(steps, where)
                    if len(steps) > 1
                    else aws_line(call.operation, call.request, where)
                )
            case "boto3":
                return (
                    boto3_script(steps, where)
                    if len(steps) > 1
                    else boto3_snippet(call.operation, call.request, where)
                )
            case _:
                return "" if call.answer is None else _json(call.answer)

    def copy(self) -> None:
        words = self.words()
        if words:
            QGuiApplication.clipboard().setText(words)
            self.copied.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The endpoint may have been switched meanwhile: the lines name it.
        if self._stale:
            self._refresh()
        else:
            self._write()

    # Parts of the above

    def _call(self) -> Call | None:
        calls = self._calls.calls
        return calls[min(self._chosen, len(calls) - 1)] if calls else None

    def _refresh(self) -> None:
        self._stale = False
        before = [_name(each) for each in self._calls.calls]
        self._calls = self._make() if self._make is not None else Calls()
        names = [_name(each) for each in self._calls.calls]
        self._chosen = names.index(self._wanted) if self._wanted in names else 0
        if names != before:
            self._list(names)
        self._write()

    def _list(self, names: list[str]) -> None:
        old = self.operation.menu()
        menu = QMenu(self)
        group = QActionGroup(menu)
        for at, name in enumerate(names):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(at == self._chosen)
            group.addAction(action)
            action.triggered.connect(lambda _=False, name=name: self.choose(name))
        self.operation.set_menu(menu)
        if old is not None:
            old.deleteLater()

    def _choose(self, at: int) -> None:
        self._chosen = at
        self._write()

    def _write(self) -> None:
        words = self.words()
        self._show_parts(words)
        if words != self.text.toPlainText():
            self.text.setPlainText(words)

    def _show_parts(self, words: str) -> None:
        call, several = self._call(), len(self._calls.calls) > 1
        code = self.choice.current() in (AWS, BOTO3)
        self.operation.setVisible(several and not (code and self._calls.steps))
        self._title.setVisible(call is not None and self.operation.isHidden())
        if call is not None:
            self.operation.set_value(_name(call))
            self.operation.setToolTip(_name(call))
            count = len(self._calls.calls)
            self._title.setText(f"{count} calls, in this order" if several else call.operation)
        self._head.setVisible(call is not None)
        self.choice.setVisible(call is not None)
        self.copy_button.setEnabled(bool(words))
        self.note.say(self._notes(call, code))
        self.text.setVisible(bool(words))
        self._rest.setVisible(not words)

    def _notes(self, call: Call | None, code: bool) -> list[str]:
        if call is None:
            return list(self._calls.notes) or [self._nothing]
        where, view = self._where(), self.choice.current()
        notes = [*self._calls.notes, *call.notes]
        if view != RESPONSE:
            calls = self._calls.calls if code and self._calls.steps else (call,)
            for each in calls:
                notes += [note for note in picture_notes(each, where) if note not in notes]
        if view == RESPONSE and call.answer is None:
            notes.append("The answer was not kept: ask again to see it.")
        return [*notes, _KEY] if code and where.endpoint is not None else notes


class RequestDrawer(Panel):
    """A RequestPanel at the side of a page that has no inspector, and the `button` that opens it.
    `opened` says whether it is."""

    opened = Signal(bool)

    def __init__(self, theme: Theme, where: Callable[[], Where], *, nothing: str) -> None:
        super().__init__(theme, "surface", lines=("left", "top"))
        self.panel = RequestPanel(theme, where, nothing=nothing, margins=(16, 12, 0, 0))
        self.button = Button(
            theme,
            "JSON",
            icon="brackets-curly",
            tooltip="Request and response, AWS CLI, boto3",
            shortcut_hint="Ctrl+I",
            checkable=True,
        )
        self.button.toggled.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 0, 0)
        column.addWidget(self.panel)
        self.setFixedWidth(Size.INSPECTOR)
        self.hide()

    def toggle(self) -> None:
        self.button.toggle()

    def _open(self, wanted: bool) -> None:
        self.setVisible(wanted)
        self.opened.emit(wanted)

    def set_narrow(self, narrow: bool) -> None:
        self.setFixedWidth(Size.INSPECTOR_NARROW if narrow else Size.INSPECTOR)


class _Note(QWidget):
    """Sentences on a quiet ground; hidden without any."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "info", token="t2"), 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        row.addLayout(self._column, 1)
        self._lines: list[Paragraph] = []
        theme.changed.connect(self.update)
        self.hide()

    def say(self, sentences: list[str]) -> None:
        if sentences != self.sentences():
            for line in self._lines:
                self._column.removeWidget(line)
                line.hide()
                line.deleteLater()
            self._lines = [Paragraph(self.theme, each, role="small", token="t1") for each in sentences]
            for line in self._lines:
                self._column.addWidget(line)
        self.setVisible(bool(sentences))

    def sentences(self) -> list[str]:
        return [line.text() for line in self._lines]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("well"))
        painter.drawRoundedRect(QRectF(self.rect()), Radius.CONTROL, Radius.CONTROL)


def _name(call: Call) -> str:
    return call.title or call.operation


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(_sent(value), indent=2, ensure_ascii=False, default=str)


def _sent(value: Any) -> Any:
    """Without what is None: it is left out on the wire."""
    if isinstance(value, Mapping):
        return {name: _sent(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_sent(each) for each in value]
    return value
