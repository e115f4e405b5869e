"""The place of the panels at the right: one at a time, or none."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.person.covering import CoverPanel
from app.ui.person.facts import PersonFacts
from app.ui.person.merging import MergePanel
from app.ui.person.panel import SidePanel
from app.ui.person.splitting import SplitPanel
from app.ui.theme import Theme
from app.ui.widgets.grid import ImageStore


class Panels(QWidget):
    changed = Signal(str)
    """The key of the panel that is open now, "" for none."""

    def __init__(self, theme: Theme, images: ImageStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.merge, self.split = MergePanel(theme, images), SplitPanel(theme)
        self.cover = CoverPanel(theme, images)
        self._panels: dict[str, SidePanel] = {
            panel.key: panel for panel in (self.merge, self.split, self.cover)
        }
        self._facts: PersonFacts | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for panel in self._panels.values():
            panel.hide()
            row.addWidget(panel)
            panel.closed.connect(lambda: self.open(""))
        self.hide()

    def current(self) -> str:
        return next((key for key, panel in self._panels.items() if panel.isVisibleTo(self)), "")

    def toggle(self, key: str) -> None:
        self.open("" if self.current() == key else key)

    def open(self, key: str) -> None:
        """Open one and give it the keyboard; "" closes."""
        if key == self.current():
            self.changed.emit(key)  # the button that asked shows it again
            return
        for name, panel in self._panels.items():
            panel.setVisible(name == key)
        self.setVisible(bool(key))
        if key:
            if self._facts is not None:
                self._panels[key].show_facts(self._facts)
            self._panels[key].first_widget().setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(key)

    def show_facts(self, facts: PersonFacts) -> None:
        self._facts = facts
        current = self.current()
        if current:
            self._panels[current].show_facts(facts)

    def set_narrow(self, narrow: bool) -> None:
        for panel in self._panels.values():
            panel.set_narrow(narrow)
