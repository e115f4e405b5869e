"""The panel that gives some of the faces to a new person."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.ui.canvas.editor import NameField
from app.ui.person.facts import LINE, PersonFacts
from app.ui.person.panel import SidePanel
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import Label, Paragraph


class SplitPanel(SidePanel):
    """Follows the selection in the grid."""

    key = "split"
    split = Signal(str)
    """The new person's name; empty for a name made from the old one."""
    pick_asked = Signal()
    """Select the faces that stand out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme, "Split", "Select the faces that are someone else: the least alike come first."
        )
        self._total = self._selected = 0
        self.pick = Button(theme, "Select", icon="cursor", tooltip=f"Select the faces below {LINE:g}")
        self.count = Label(theme, weight=600)
        self.field = NameField(theme)
        self.field.setPlaceholderText("Name of the new person")
        self.field.setAccessibleName("Name of the new person")
        self.field.setFixedHeight(Size.CONTROL)
        self._note = Paragraph(
            theme, "Without a name it is called after the old one.", role="small", token="t3"
        )
        self.button = Button(theme, "Split off", variant=Variant.PRIMARY, icon="git-fork")
        for part in (self.pick, self.count, self.field, self._note, self.button):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.pick.clicked.connect(self.pick_asked)
        self.field.kept.connect(lambda _name: self._split())
        self.field.cancelled.connect(self.closed)
        self.button.clicked.connect(self._split)

    def show_facts(self, facts: PersonFacts) -> None:
        self.title.setText(f"Split {facts.user.display_name}")
        self._total = len(facts.faces)
        standing_out = sum(face.similarity is not None and face.similarity < LINE for face in facts.faces)
        self.pick.setVisible(standing_out > 0)
        what = "1 that stands out" if standing_out == 1 else f"{standing_out:,} that stand out"
        self.pick.setText(f"Select the {what}")
        self.show_selected(self._selected)

    def show_selected(self, count: int) -> None:
        """How many faces are selected in the grid."""
        self._selected = count
        self.count.setText(f"{count:,} of {self._total:,} selected")
        self.button.setEnabled(0 < count < self._total)
        faces = "1 face" if count == 1 else f"{count:,} faces"
        self.button.setText(f"Split off {faces}" if count else "Split off")
        everyone = count >= self._total > 0
        self._note.setText(
            "Leave at least one face: to give someone all of them another name, rename."
            if everyone
            else "Without a name it is called after the old one."
        )

    def first_widget(self) -> QWidget:
        return self.field

    def _split(self) -> None:
        if self.button.isEnabled():
            name = " ".join(self.field.text().split())
            self.field.clear()
            self.split.emit(name)
