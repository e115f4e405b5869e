"""The inspector's third page: request, response and command, to read and copy."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QShowEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.attributes import FaceAttributes
from app.ui.photo.response import command, pretty, request_json, response_json
from app.ui.photo.state import PhotoState
from app.ui.theme import Size, Theme
from app.ui.widgets.segmented import SegmentedControl

_REQUEST, _RESPONSE, _COMMAND = "request", "response", "command"


class JsonTab(QWidget):
    """Written only while it is in sight: a group of 500 faces makes a long text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: PhotoState | None = None
        self._collection_id = self._model_version = ""
        self._stale = False
        self._attributes: Mapping[int, FaceAttributes] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 0, 0)
        column.setSpacing(8)
        self.choice = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="What to show")
        self.choice.add(_RESPONSE, "Response")
        self.choice.add(_REQUEST, "Request")
        self.choice.add(_COMMAND, "Command")
        self.choice.chosen.connect(lambda _key: self._write())
        column.addWidget(self.choice)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setProperty("mono", True)
        self.text.setFont(theme.font("mono"))
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setAccessibleName("JSON of this photo")
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)

    def show_state(self, state: PhotoState | None, collection_id: str, model_version: str) -> None:
        self._state, self._collection_id, self._model_version = state, collection_id, model_version
        self._stale = True
        if self.isVisible():
            self._write()

    def show_attributes(self, attributes: Mapping[int, FaceAttributes]) -> None:
        """What the faces look like, by their rows, as far as it is known."""
        if attributes != self._attributes:
            self._attributes, self._stale = dict(attributes), True
            if self.isVisible():
                self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._write()

    def words(self) -> str:
        """What is chosen, as it is copied."""
        if self._state is None:
            return ""
        match self.choice.current():
            case "request":
                return pretty(request_json(self._state, self._collection_id, self._attributes))
            case "command":
                return command(self._state, self._collection_id)
            case _:
                return pretty(response_json(self._state, self._model_version, self._attributes))

    def _write(self) -> None:
        self._stale = False
        self.text.setPlainText(self.words())
