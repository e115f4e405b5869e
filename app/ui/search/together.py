"""Together with: people who must be in the photo too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.records import User
from app.services.search import Together
from app.ui.people.popup import NamePopup
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.chip import Chip
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Label

_MODES = (
    (Together.ALL, "All of them", "Photos that have every one of these people"),
    (Together.ANY, "Any", "Photos that have one or more of these people"),
    (Together.ONLY, "Only them", "Photos with every one of these people and nobody else"),
)


class PersonChip(Chip):
    """A person who was added; the x, Delete and Backspace take the person out again."""

    def __init__(self, theme: Theme, user: User) -> None:
        super().__init__(theme, user.display_name)
        self.set_value(user.display_name)
        self.setAccessibleName(f"Together with {user.display_name}. Delete takes them out.")
        self.setToolTip(f"{user.display_name}. Delete takes them out.")

    def _words(self) -> str:
        return self.text()


class TogetherField(QWidget):
    """`changed` comes when people or the mode are others."""

    changed = Signal()
    unknown = Signal(str)
    """A name was typed that nobody has."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._known: dict[int, User] = {}
        self._people: list[int] = []
        self.add_button = Button(
            theme, "Add a person", variant=Variant.LINK, icon="user-plus", height=Size.CONTROL_SMALL
        )
        self.add_button.clicked.connect(self._ask)
        head = QHBoxLayout()
        head.addWidget(Label(theme, "Together with", weight=600))
        head.addStretch(1)
        head.addWidget(self.add_button)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, gap=4)
        self.mode_control = SegmentedControl(theme, height=Size.CONTROL_SMALL, name="Together with")
        for mode, text, tooltip in _MODES:
            self.mode_control.add(mode.value, text, tooltip=tooltip)
        self.mode_control.chosen.connect(lambda _key: self.changed.emit() if self._people else None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._chips)
        column.addWidget(self.mode_control, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    @property
    def people(self) -> tuple[int, ...]:
        return tuple(self._people)

    @property
    def mode(self) -> Together:
        return Together(self.mode_control.current())

    def names(self) -> list[str]:
        return [self._known[pk].display_name for pk in self._people]

    def set_known(self, users: Sequence[User]) -> None:
        """Who can be added. People who are gone are taken out, without `changed`."""
        self._known = {user.id: user for user in users}
        self._people = [pk for pk in self._people if pk in self._known]
        self.add_button.setEnabled(bool(self._known))
        self.add_button.setToolTip("" if self._known else "Nobody is named in this collection yet")
        self._show()

    def set_people(self, people: Sequence[int], mode: Together) -> None:
        """From a saved search; emits nothing."""
        self._people = [pk for pk in people if pk in self._known]
        self.mode_control.set_current(mode.value)
        self._show()

    def add(self, name: str) -> None:
        """The person of that name, in any case."""
        folded = name.strip().casefold()
        found = next((u for u in self._known.values() if u.display_name.casefold() == folded), None)
        if found is None:
            self.unknown.emit(name)
        elif found.id not in self._people:
            self._people.append(found.id)
            self._show()
            self.changed.emit()

    def remove(self, user_pk: int) -> None:
        if user_pk in self._people:
            self._people.remove(user_pk)
            self._show()
            self.add_button.setFocus()
            self.changed.emit()

    def _ask(self) -> None:
        names = sorted(u.display_name for pk, u in self._known.items() if pk not in self._people)
        popup = NamePopup(self.theme, "Together with", "Add", names, self)
        popup.named.connect(self.add)
        popup.open_below(self.add_button)

    def _show(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for pk in self._people:
            chip = PersonChip(self.theme, self._known[pk])
            chip.cleared.connect(lambda pk=pk: self.remove(pk))
            self._flow.addWidget(chip)
        self._chips.setVisible(bool(self._people))
        self.mode_control.setEnabled(bool(self._people))
