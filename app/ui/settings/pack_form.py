"""What a pack of the people of a collection needs to have said of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.services.celebrities import PackPlan, WhichFaces
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Label, Paragraph

_WITH, _WITHOUT = "with", "without"


class PackForm(QWidget):
    """Fields of a PackPlan. `accepted` carries the plan; nothing is asked twice."""

    accepted = Signal(object)
    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.name = TextField(theme, "Name of the pack")
        self.licence = TextField(theme, "Licence, for example: private, not to be passed on")
        self.consent = TextField(theme, "Why they may be in it, for example: all agreed in May")
        self.faces = SegmentedControl(theme, height=28, name="Faces of each person")
        self.faces.add(WhichFaces.ALL.value, "All confirmed", tooltip="Every face that has the name")
        self.faces.add(WhichFaces.COVER.value, "Cover alone", tooltip="One face of each person")
        self.pictures = SegmentedControl(theme, height=28, name="Pictures in the pack")
        self.pictures.add(_WITHOUT, "Vectors alone", tooltip="No picture leaves this library")
        self.pictures.add(_WITH, "With crops", tooltip="Cut-out faces go in: other models can use the pack")
        self.save = Button(
            theme, "Save as…", variant=Variant.PRIMARY, tooltip="Choose where to save the pack"
        )
        self.cancel = Button(theme, "Cancel", variant=Variant.QUIET, tooltip="Make no pack")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        fields = (
            ("Name", self.name),
            ("Licence", self.licence),
            ("Consent", self.consent),
            ("Faces", self.faces),
            ("Contents", self.pictures),
        )
        for line, (words, field) in enumerate(fields):
            label = Label(theme, words, role="small", token="t2")
            label.setMinimumWidth(64)
            grid.addWidget(label, line, 0)
            if isinstance(field, TextField):
                grid.addWidget(field, line, 1)
                field.textChanged.connect(self._check)
                field.returnPressed.connect(self._accept)
                field.escaped.connect(self.cancelled)
            else:
                grid.addWidget(field, line, 1, Qt.AlignmentFlag.AlignLeft)
        told = Paragraph(
            theme,
            "A face is personal. Say on what ground these people may be in a pack; it is written into it.",
            role="small",
            token="t3",
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 16)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(told)
        column.addLayout(buttons)
        self.save.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.cancelled)
        self._check()

    def begin(self, name: str) -> None:
        """With the name of the collection; what was typed for another one is gone."""
        self.name.setText(name)
        self.licence.setText("private")
        self.consent.clear()
        self.consent.setFocus(Qt.FocusReason.OtherFocusReason)

    def plan(self) -> PackPlan:
        return PackPlan(
            name=self.name.text().strip(),
            licence=self.licence.text().strip(),
            consent=self.consent.text().strip(),
            faces=WhichFaces(self.faces.current()),
            pictures=self.pictures.current() == _WITH,
        )

    def _check(self) -> None:
        said = self.plan()
        missing = not (said.name and said.licence and said.consent)
        self.save.setEnabled(not missing)
        self.save.setToolTip(
            "Say name, licence and consent first" if missing else "Choose where to save the pack"
        )

    def _accept(self) -> None:
        if self.save.isEnabled():
            self.accepted.emit(self.plan())
