"""The filter bar of Photos: chips that together make a PhotoFilter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.records import PhotoStatus, User
from app.services.photos import PhotoFilter
from app.ui.attributes.chips import LabelChip, LooksChip
from app.ui.attributes.picker import PickChip
from app.ui.theme import Theme
from app.ui.widgets.chip import Chip

Choice = tuple[str, dict[str, Any]]

_PEOPLE: tuple[Choice, ...] = (
    ("anyone named", {"any_named": True, "people": None}),
    ("nobody named", {"any_named": False, "people": None}),
)
_FACES: tuple[Choice, ...] = (
    ("none", {"min_faces": None, "max_faces": 0}),
    ("1 or more", {"min_faces": 1, "max_faces": None}),
    ("just 1", {"min_faces": 1, "max_faces": 1}),
    ("2 or more", {"min_faces": 2, "max_faces": None}),
    ("5 or more", {"min_faces": 5, "max_faces": None}),
)
# The bars of sharpness at which a face still serves a search well, and serves it best.
_QUALITY: tuple[Choice, ...] = (
    ("Medium or better", {"min_sharpness": 20.0}),
    ("High", {"min_sharpness": 50.0}),
)
_STATE: tuple[Choice, ...] = (
    ("file missing", {"missing": True, "status": None}),
    ("failed", {"missing": None, "status": PhotoStatus.FAILED}),
    ("waiting", {"missing": None, "status": PhotoStatus.WAITING}),
)


class ChoiceChip(Chip):
    """A chip over a short list of choices; `chosen` carries the values to put into the filter."""

    # As an object: Qt would turn the members of a dict into its own types, an enum into its text.
    chosen = Signal(object)

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, parent)
        self._fields: set[str] = set()
        self._menu = QMenu(self)
        self._group = QActionGroup(self._menu)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self.set_menu(self._menu)
        self.cleared.connect(self.clear)

    def set_choices(self, choices: Sequence[Choice | None]) -> None:
        """None draws a separator. The choice in force stays when it is still there."""
        kept = self.value()
        self._menu.clear()
        for action in self._group.actions():
            self._group.removeAction(action)
        for choice in choices:
            if choice is None:
                self._menu.addSeparator()
                continue
            text, values = choice
            self._fields |= values.keys()
            action = self._menu.addAction(text[:1].upper() + text[1:])
            action.setCheckable(True)
            action.setChecked(text == kept)
            self._group.addAction(action)
            action.triggered.connect(self._chooser(text, values))

    def _chooser(self, text: str, values: dict[str, Any]) -> Callable[[bool], None]:
        def choose(checked: bool) -> None:
            if not checked:
                self.clear()
                return
            self.set_value(text)
            self.chosen.emit(values)

        return choose

    def clear(self) -> None:
        for action in self._group.actions():
            action.setChecked(False)
        self.set_value("")
        self.chosen.emit(dict.fromkeys(self._fields))


class PhotoFilters(QObject):
    """The chips in order, and the filter they make."""

    changed = Signal()

    def __init__(self, theme: Theme, looks: LooksChip, labels: LabelChip, parent: QWidget) -> None:
        super().__init__(parent)
        self.current = PhotoFilter()
        self.looks, self.labels = looks, labels
        self._people = ChoiceChip(theme, "People", parent)
        faces = ChoiceChip(theme, "Faces", parent)
        faces.set_choices(_FACES)
        quality = ChoiceChip(theme, "Quality", parent)
        quality.set_choices(_QUALITY)
        self._dates = ChoiceChip(theme, "Date taken", parent)
        state = ChoiceChip(theme, "State", parent)
        state.set_choices(_STATE)
        self.chips: tuple[ChoiceChip | PickChip, ...] = (
            *(self._people, faces, looks, labels),
            *(quality, self._dates, state),
        )
        for chip in self.chips:
            chip.chosen.connect(self._choose)
        self._years: tuple[int, ...] | None = None
        self.set_people(())
        self.set_years(())

    @property
    def active(self) -> bool:
        return self.current != PhotoFilter()

    def set_people(self, people: Sequence[User]) -> None:
        """The people to choose from, the ones with most faces first."""
        named = sorted(people, key=lambda user: (-user.face_count, user.display_name))[:30]
        own: list[Choice | None] = [
            (user.display_name, {"people": frozenset((user.id,)), "any_named": None}) for user in named
        ]
        self._people.set_choices([*_PEOPLE, *([None, *own] if own else [])])

    def set_years(self, years: Sequence[int]) -> None:
        if tuple(years) == self._years:
            return
        self._years = tuple(years)
        self._dates.set_choices(
            [(str(year), {"taken_from": date(year, 1, 1), "taken_to": date(year, 12, 31)}) for year in years]
        )
        self._dates.setVisible(bool(years) or self._dates.active)

    def set_text(self, text: str) -> None:
        self._set(replace(self.current, text=text))

    def clear(self) -> None:
        for chip in self.chips:
            chip.blockSignals(True)
            chip.clear()
            chip.blockSignals(False)
        self._set(PhotoFilter())

    def _choose(self, values: dict[str, Any]) -> None:
        self._set(replace(self.current, **values))

    def _set(self, wanted: PhotoFilter) -> None:
        if wanted != self.current:
            self.current = wanted
            self.changed.emit()
