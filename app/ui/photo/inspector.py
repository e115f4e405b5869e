"""The panel at the right: Face, Photo, JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.domain.attributes import FaceAttributes
from app.rekognition.snippets import Where
from app.services.calls import Calls
from app.ui.canvas.selection import FaceSelection
from app.ui.controller import PageHost
from app.ui.photo.face_tab import FaceTab
from app.ui.photo.photo_tab import PhotoTab
from app.ui.photo.response import calls
from app.ui.photo.state import PhotoState
from app.ui.widgets.glyph import Panel
from app.ui.widgets.request_panel import RequestPanel


class Inspector(Panel):
    """320 wide, 288 in a narrow window."""

    shown = Signal()
    """It came into sight."""

    def __init__(
        self,
        host: PageHost,
        selection: FaceSelection,
        where: Callable[[], Where],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(host.theme, "surface", parent, lines=("left",))
        self.faces = FaceTab(host, selection)
        self.photo = PhotoTab(host.theme)
        self.json = RequestPanel(host.theme, where, name="JSON of this photo")
        self._state: PhotoState | None = None
        self._collection_id = self._model_version = ""
        self._attributes: Mapping[int, FaceAttributes] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Inspector")
        self.tabs.tabBar().setFont(host.theme.font("body", 500))
        self.tabs.tabBar().setDrawBase(False)
        # The tabs begin where the text of the pages does.
        self.tabs.setStyleSheet("QTabWidget::tab-bar { left: 15px; }")
        for page, title in ((self.faces, "Face"), (self.photo, "Photo"), (self.json, "JSON")):
            self.tabs.addTab(page, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self.tabs)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def show_state(self, state: PhotoState | None, collection_id: str, model_version: str) -> None:
        self.faces.show_state(state)
        self.photo.show_state(state)
        self._state, self._collection_id, self._model_version = state, collection_id, model_version
        self.json.show_calls(self._calls)

    def show_attributes(self, attributes: Mapping[int, FaceAttributes]) -> None:
        """What the faces look like, by their rows, as far as it is known: the answer has it."""
        if attributes != self._attributes:
            self._attributes = dict(attributes)
            self.json.again()

    def _calls(self) -> Calls:
        if self._state is None:
            return Calls()
        return calls(self._state, self._collection_id, self._model_version, self._attributes)
