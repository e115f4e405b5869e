"""The bar at the foot while faces are selected."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.header import DockedBar


class FacesBar(DockedBar):
    """Count, Not this person, Someone else, Cover (of one face), Delete."""

    not_person = Signal()
    move_asked = Signal()
    cover = Signal()
    remove = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        quiet = Variant.QUIET
        self.wrong = Button(theme, "Not this person", icon="user-minus", shortcut_hint="X")
        self.other = Button(theme, "Someone else…", variant=quiet, icon="tag", shortcut_hint="N")
        self.as_cover = Button(theme, "Use as cover", variant=quiet, icon="image-square")
        self.delete = Button(theme, "Delete", variant=Variant.DANGER, icon="trash", shortcut_hint="Del")
        for button, signal in (
            (self.wrong, self.not_person),
            (self.other, self.move_asked),
            (self.as_cover, self.cover),
            (self.delete, self.remove),
        ):
            button.clicked.connect(signal)
        self.add(self.wrong)
        for button in (self.other, self.as_cover, self.delete):
            self.add_right(button)
        self.hide()

    def show_for(self, count: int) -> None:
        self.set_words(f"{count:,} selected")
        self.as_cover.setVisible(count == 1)
        self.setVisible(count > 0)
