"""The tab of requests, responses and commands of the four operations."""

from __future__ import annotations

import json

from PySide6.QtGui import QActionGroup, QShowEvent, QTextOption
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityResult
from app.ui.analyse.response import Operation, command, request_json, response_json
from app.ui.analyse.state import Analysed
from app.ui.theme import Size, Theme
from app.ui.widgets.chip import Chip
from app.ui.widgets.segmented import SegmentedControl

_REQUEST, _RESPONSE, _COMMAND = "request", "response", "command"


class AnalyseJsonTab(QWidget):
    """Written only while it is in sight."""

    def __init__(
        self, theme: Theme, operations: tuple[Operation, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._analysed: Analysed | None = None
        self._celebrities: CelebrityResult | None = None
        self._operation = operations[0]
        self._stale = False
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 0, 0)
        column.setSpacing(8)
        self.operation = Chip(theme, "Operation", plain=True)
        self.operation.set_menu(self._menu(operations))
        self.operation.set_value(self._operation.value)
        column.addWidget(self.operation)
        self.choice = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="What to show")
        for key, text in ((_RESPONSE, "Response"), (_REQUEST, "Request"), (_COMMAND, "Command")):
            self.choice.add(key, text)
        self.choice.chosen.connect(lambda _key: self._write())
        column.addWidget(self.choice)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("mono", True)
        self.text.setFont(theme.font("mono"))
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setAccessibleName("JSON of this picture")
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)

    def _menu(self, operations: tuple[Operation, ...]) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        for operation in operations:
            action = menu.addAction(operation.value)
            action.setCheckable(True)
            action.setChecked(operation is self._operation)
            group.addAction(action)
            action.triggered.connect(lambda _=False, operation=operation: self.choose(operation))
        return menu

    def choose(self, operation: Operation) -> None:
        self._operation = operation
        self.operation.set_value(operation.value)
        self._write()

    def show_picture(self, analysed: Analysed | None, celebrities: CelebrityResult | None = None) -> None:
        self._analysed, self._celebrities = analysed, celebrities
        self._stale = True
        if self.isVisible():
            self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._write()

    def words(self) -> str:
        """What is chosen, as it is copied."""
        if self._analysed is None:
            return ""
        if self.choice.current() == _COMMAND:
            return command(self._operation, self._analysed)
        if self.choice.current() == _REQUEST:
            shown = request_json(self._operation, self._analysed)
        else:
            shown = response_json(self._operation, self._analysed, self._celebrities)
        return json.dumps(shown, indent=2, ensure_ascii=False)

    def _write(self) -> None:
        self._stale = False
        self.text.setPlainText(self.words())
