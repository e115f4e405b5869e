from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.ui.shell import MainWindow, PageSpec, SidebarCollection
from app.ui.theme import Theme


class SmallPage(QWidget):
    """A page with a field and a button that notes what the shell calls."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key, self.calls, self.takes_paste, self.takes_new = key, [], False, False
        column = QVBoxLayout(self)
        self.field, self.button = QLineEdit(), QPushButton("Act")
        for widget in (QLabel(key), self.field, self.button):
            column.addWidget(widget)

    def activate(self, **params) -> None:
        self.calls.append(("activate", params))

    def deactivate(self) -> None:
        self.calls.append(("deactivate", {}))

    def paste(self, content) -> bool:
        self.calls.append(("paste", content))
        return self.takes_paste

    def new_item(self) -> bool:
        return self.takes_new


COLLECTIONS = [
    SidebarCollection(1, "archive", "Archive", 1284, 2107, 196),
    SidebarCollection(2, "solvay", "Solvay Institute", 20, 58, 29),
]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def built() -> list[str]:
    return []


@pytest.fixture
def make_window(theme: Theme, settings: QSettings, built: list[str], qtbot):
    def make(width: int = 1280, height: int = 800) -> MainWindow:
        window = MainWindow(theme, settings)
        qtbot.addWidget(window)
        for key in ("photos", "faces", "people", "photo", "compare", "search", "analyse", "history"):

            def factory(key: str = key) -> SmallPage:
                built.append(key)
                return SmallPage(key)

            window.register(PageSpec(key, key.title(), "image-square", factory))
        window.set_collections(COLLECTIONS, 1)
        window.resize(width, height)
        window.show_page("photos", 1)
        window.show()
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def window(make_window) -> MainWindow:
    return make_window()
