"""The bars at the foot of the page: for several selected cards, and for a name that is taken."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.header import DockedBar


class SelectionBar(DockedBar):
    """Count, Merge, Hide or Show, Delete: while several cards are selected."""

    merge = Signal()
    hide_asked = Signal()
    remove = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._merge = Button(theme, "Merge", icon="git-merge", shortcut_hint="M")
        self._hide = Button(theme, "Hide", variant=Variant.QUIET, icon="eye-slash", shortcut_hint="H")
        self._remove = Button(theme, "Delete", variant=Variant.DANGER, icon="trash", shortcut_hint="Del")
        self._merge.clicked.connect(self.merge)
        self._hide.clicked.connect(self.hide_asked)
        self._remove.clicked.connect(self.remove)
        self.add(self._merge)
        self.add_right(self._hide)
        self.add_right(self._remove)
        self.hide()

    def show_for(self, count: int, people: int, into: str, hidden: bool) -> None:
        """`count` cards, of which `people` have a name; they would merge into the person called `into`."""
        mixed = not into and 1 < people < count
        self.set_words(f"{count:,} selected" + (", groups join one person at a time" if mixed else ""))
        self._merge.setVisible(bool(into))
        name = into if len(into) <= 28 else f"{into[:27]}…"
        self._merge.setText(f"Merge into {name}")
        self._hide.setText("Show again" if hidden else "Hide")
        self._hide.set_icon("eye" if hidden else "eye-slash")
        self._remove.setVisible(people > 0)
        self.setVisible(count > 1)


class ClashBar(DockedBar):
    """A name is another person's already: the offer to merge the two."""

    merge = Signal(int, int)
    """(person who was to be renamed, person who has the name)"""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._pair = (0, 0)
        merge = Button(theme, "Merge the two", variant=Variant.PRIMARY, icon="git-merge")
        merge.clicked.connect(self._merge)
        self._button = merge
        self.add_right(merge)
        self.closed.connect(self.hide)
        self.hide()

    def offer(self, user_pk: int, name: str, other_pk: int) -> None:
        """Show the offer and put the keyboard on it."""
        self._pair = (user_pk, other_pk)
        self.set_words(f"There is a person called {name} already.")
        self.show()
        self._button.setFocus()

    def _merge(self) -> None:
        self.hide()
        self.merge.emit(*self._pair)
