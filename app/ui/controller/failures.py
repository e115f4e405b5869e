"""Which files of a job could not be indexed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.text import printable
from app.ui.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.text import Label

Failure = tuple[Path, str]


class FailureList(QDialog):
    """A list beside the work, not in its way: file and reason, to read or to copy. Esc closes it."""

    def __init__(self, theme: Theme, title: str, failures: Sequence[Failure], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Files that could not be indexed")
        self.resize(760, 400)
        self._failures = list(failures)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(Label(theme, title, weight=600))
        self.list = QTreeWidget()
        self.list.setAccessibleName("Files that could not be indexed")
        self.list.setHeaderLabels(["File", "Reason"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        # Under their headings; and a reason is never cut, but scrolled to.
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setStyleSheet("QTreeWidget::item { padding: 6px 5px; }")
        self.list.setColumnWidth(0, 220)
        for path, reason in self._failures:
            item = QTreeWidgetItem([printable(path.name), reason])
            item.setToolTip(0, printable(str(path)))
            item.setToolTip(1, reason)
            self.list.addTopLevelItem(item)
        column.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.copy = Button(theme, "Copy the list", icon="copy")
        self.copy.clicked.connect(self._copy)
        close = Button(theme, "Close", shortcut_hint="Esc")
        close.clicked.connect(self.close)
        buttons.addWidget(self.copy)
        buttons.addWidget(close)
        column.addLayout(buttons)

    def _copy(self) -> None:
        lines = [f"{printable(str(path))}\t{reason}" for path, reason in self._failures]
        QGuiApplication.clipboard().setText("\n".join(lines))
