"""The chips that filter by what photos show and faces look like."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.services.describing import DescribeService
from app.ui.attributes.choices import CHOICES, Choice, looks_of, typed_ages, without_rivals
from app.ui.attributes.picker import Item, PickChip
from app.ui.controller import TaskRunner
from app.ui.theme import Theme


class LooksChip(PickChip):
    """Smiling, sunglasses, 30-40, looking left: all that is chosen must hold of one face."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Looks", "smiling, 30-40, looking left…", parent)
        self.popup.set_items([Item(choice.text, group=choice.group) for choice in _grouped()])
        self.popup.finds = _finds
        self.popup.extra = _typed

    def values(self, picked: tuple[str, ...]) -> dict[str, object]:
        return {"looks": looks_of(picked)}

    def joined(self, added: str) -> Sequence[str]:
        return without_rivals(self.picked, added)


def _grouped() -> list[Choice]:
    order = {choice.group: place for place, choice in reversed(list(enumerate(CHOICES)))}
    return sorted(CHOICES, key=lambda choice: order[choice.group])


def _finds(text: str, typed: str) -> bool:
    return any(choice.answers(typed) for choice in CHOICES if choice.text == text)


def _typed(typed: str) -> str | None:
    choice = typed_ages(typed)
    return choice.text if choice else None


class LabelChip(PickChip):
    """The labels of the collection's photos, asked for each time the list opens."""

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        describe: DescribeService,
        collection_pk: Callable[[], int | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "Label", "Find a label…", parent)
        self._tasks, self._describe, self._collection_pk = tasks, describe, collection_pk
        self.popup.set_items((), "Looking which labels there are…")
        self.opening.connect(self._ask)

    def values(self, picked: tuple[str, ...]) -> dict[str, object]:
        return {"labels": frozenset(picked) or None}

    def _ask(self) -> None:
        pk = self._collection_pk()
        if pk is not None:
            self._tasks.run(self._describe.labels, pk, done=self._have, key=(id(self), "labels"))

    def _have(self, found: list[tuple[str, int]]) -> None:
        note = "" if found else "No photo has been looked at for labels yet."
        self.popup.set_items([Item(name, f"{count:,}") for name, count in found], note)
