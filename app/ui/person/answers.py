"""Answers that were given but are not yet in what was read: their faces must not be asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.ui.person.facts import Suggestion


class PendingAnswers:
    """A reading that began before an answer was stored still has its face among the suggestions. Each
    reading has a number; an answer counts until a reading that began after it was stored."""

    def __init__(self) -> None:
        self._faces: dict[int, int | None] = {}
        self._storing = 0

    def given(self, face_pks: Iterable[int]) -> None:
        self._storing += 1
        for pk in face_pks:
            self._faces[pk] = None

    def stored(self, reading: int) -> None:
        """One answer is stored; `reading` is the number of the last reading that has begun."""
        self._storing = max(self._storing - 1, 0)
        if not self._storing:
            for pk, until in self._faces.items():
                if until is None:
                    self._faces[pk] = reading + 1

    def clear(self) -> None:
        self._faces.clear()
        self._storing = 0

    def open(self, found: Sequence[Suggestion], reading: int) -> list[Suggestion]:
        """What of a reading is still to be asked."""
        for pk in [pk for pk, until in self._faces.items() if until is not None and until <= reading]:
            del self._faces[pk]
        return [one for one in found if one.face_pk not in self._faces]
