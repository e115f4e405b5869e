"""The panel at the right: Face, Photo, JSON."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from app.ui.canvas.selection import FaceSelection
from app.ui.controller import PageHost
from app.ui.photo.face_tab import FaceTab
from app.ui.photo.json_tab import JsonTab
from app.ui.photo.photo_tab import PhotoTab
from app.ui.photo.state import PhotoState
from app.ui.widgets.button import IconButton
from app.ui.widgets.glyph import Panel


class Inspector(Panel):
    """320 wide, 288 in a narrow window. `copy_wanted` asks for the text of the JSON page."""

    copy_wanted = Signal()
    shown = Signal()
    """It came into sight."""

    def __init__(self, host: PageHost, selection: FaceSelection, parent: QWidget | None = None) -> None:
        super().__init__(host.theme, "surface", parent, lines=("left",))
        self.faces = FaceTab(host, selection)
        self.photo = PhotoTab(host.theme)
        self.json = JsonTab(host.theme)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Inspector")
        self.tabs.tabBar().setFont(host.theme.font("body", 500))
        self.tabs.tabBar().setDrawBase(False)
        # The tabs begin where the text of the pages does.
        self.tabs.setStyleSheet("QTabWidget::tab-bar { left: 15px; }")
        for page, title in ((self.faces, "Face"), (self.photo, "Photo"), (self.json, "JSON")):
            self.tabs.addTab(page, title)
        copy = IconButton(host.theme, "copy", "Copy as JSON", shortcut_hint="Ctrl+Shift+C")
        copy.clicked.connect(self.copy_wanted)
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 6, 12, 6)
        box.addWidget(copy)
        self.tabs.setCornerWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self.tabs)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def show_state(self, state: PhotoState | None, collection_id: str, model_version: str) -> None:
        self.faces.show_state(state)
        self.photo.show_state(state)
        self.json.show_state(state, collection_id, model_version)

    def copied_text(self) -> str:
        return self.json.words()
