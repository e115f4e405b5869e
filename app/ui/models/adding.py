"""Adding a model of one's own: the check, what it found, a name and a licence."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.services.models import Finding
from app.ui.settings.rows import Section
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.text import Label, Paragraph


class AddingSection(Section):
    """Hidden until a file is chosen; one file at a time."""

    add_asked = Signal(str, str, bool)
    """(name, licence, anyway)"""
    dropped = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "A model of your own")
        self.path: Path | None = None
        self.finding: Finding | None = None
        self.heading = Label(theme, "", weight=500)
        self.words = Paragraph(theme, "", role="small", token="t2")
        self.verdict = Paragraph(theme, "", role="small", token="t1")
        self.name = TextField(theme, placeholder="Name")
        self.name.setAccessibleName("Name of the model")
        self.licence = TextField(theme, placeholder="Licence, as you know it")
        self.licence.setAccessibleName("Licence of the model")
        self.add_button = Button(
            theme, "Add", variant=Variant.PRIMARY, tooltip="Copy it into your own models"
        )
        self.add_button.clicked.connect(self._ask)
        self.drop_button = Button(theme, "Cancel", tooltip="Leave this file")
        self.drop_button.clicked.connect(self.close_form)
        self.drop_button.clicked.connect(self.dropped)
        self._fields = QWidget()
        fields = QHBoxLayout(self._fields)
        fields.setContentsMargins(0, 4, 0, 0)
        fields.setSpacing(8)
        fields.addWidget(self.name, 1)
        fields.addWidget(self.licence, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 4, 0, 0)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.drop_button)
        buttons.addWidget(self.add_button)
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(6)
        for part in (self.heading, self.words, self.verdict, self._fields):
            column.addWidget(part)
        column.addLayout(buttons)
        self.add(form)
        self.hide()

    def begin(self, path: Path) -> None:
        """The check runs."""
        self.path, self.finding = path, None
        self.heading.setText(f"Checking {path.name}")
        self.words.setText(
            "It is tried on the demo's faces, in a process of its own. This takes a few seconds, or a few "
            "minutes where the model is large."
        )
        self._parts(found=False)
        self.show()
        self.drop_button.setFocus()

    def show_finding(self, finding: Finding) -> None:
        if self.path is None:
            return
        self.finding = finding
        self.heading.setText(self.path.name)
        self.words.setText("\n".join(finding.sentences[:-1]))
        self.verdict.setText(finding.verdict)
        self.verdict.set_token("t1" if finding.usable and not finding.doubtful else "warn")
        self.add_button.setText("Add" if finding.usable else "Add anyway")
        self.name.setText(self.path.stem)
        self._parts(found=True)
        self.name.setFocus()
        self.name.selectAll()

    def show_reason(self, reason: str) -> None:
        """It cannot be used."""
        if self.path is None:
            return
        self.heading.setText(f"{self.path.name} cannot be added")
        self.words.setText(reason)
        self._parts(found=False)
        self.drop_button.setText("Close")

    def close_form(self) -> None:
        self.path = self.finding = None
        self.hide()

    def _parts(self, found: bool) -> None:
        for part in (self.verdict, self._fields, self.add_button):
            part.setVisible(found)
        self.add_button.setEnabled(True)
        self.drop_button.setText("Cancel")

    def _ask(self) -> None:
        self.add_button.setEnabled(False)
        usable = self.finding is not None and self.finding.usable
        self.add_asked.emit(self.name.text().strip(), self.licence.text().strip(), not usable)
