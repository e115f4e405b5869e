"""What the canvas draws for a face: data only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.geometry import BoundingBox, Landmarks
from app.ui.canvas.geometry import Box


class Stroke(StrEnum):
    """How a box is drawn."""

    SOLID = "solid"
    DASHED = "dashed"
    THIN = "thin"
    THIN_DASHED = "thin dashed"
    EMPHATIC = "emphatic"


@dataclass(frozen=True, slots=True)
class Tag:
    """The label of a box: a name, a figure after it in a lighter weight, colours as #RRGGBB."""

    text: str
    figure: str = ""
    fill: str = "#FFFFFF"
    ink: str = "#0D0F0F"


@dataclass(frozen=True, slots=True)
class Mark:
    """One face on the picture. `key` names it (a row, or a position); `title` is for screen readers; a
    `minor` label gives way to the others and is left out on small boxes."""

    key: int
    box: BoundingBox
    landmarks: Landmarks | None = None
    stroke: Stroke = Stroke.SOLID
    color: str = "#FFFFFF"
    tag: Tag | None = None
    title: str = ""
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Highlight:
    """A thing in the picture that is no face, and what it is called."""

    box: BoundingBox
    text: str = ""


class Marks:
    """The faces of one picture in their order, with their boxes in its pixels."""

    def __init__(self, marks: Sequence[Mark] = (), width: int = 1, height: int = 1) -> None:
        self._marks = tuple(marks)
        self._index = {mark.key: index for index, mark in enumerate(self._marks)}
        self.width, self.height = width, height
        self.boxes = [Box.of(mark.box, width, height) for mark in self._marks]

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)

    def __len__(self) -> int:
        return len(self._marks)

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(self._index)

    def get(self, key: int | None) -> Mark | None:
        index = None if key is None else self._index.get(key)
        return None if index is None else self._marks[index]

    def box(self, key: int | None) -> Box | None:
        """The box in pixels, None for an unknown key."""
        index = None if key is None else self._index.get(key)
        return None if index is None else self.boxes[index]

    def points(self, key: int | None) -> list[tuple[float, float]]:
        """The landmarks in pixels, none for an unknown key or a face without."""
        mark = self.get(key)
        if mark is None or mark.landmarks is None:
            return []
        return [(float(x), float(y)) for x, y in mark.landmarks.to_pixels(self.width, self.height)]

    def replaced(self, mark: Mark) -> Marks:
        """The same faces with one changed."""
        marks = [mark if each.key == mark.key else each for each in self._marks]
        return Marks(marks, self.width, self.height)
