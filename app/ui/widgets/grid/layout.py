"""Where cells and headings lie: index arithmetic of the grid, without Qt.

Coordinates are content coordinates in logical pixels: y = 0 is the top of the whole content, not of
what is in sight. Sections cover 0..count-1 in order without holes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

import numpy as np


class SectionLink(NamedTuple):
    """A word at the right of a heading that can be clicked. `key` is what the view's signal carries."""

    key: str
    text: str
    accent: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A run of `count` cells from `start`, under a heading (none when title and caption are empty).

    `dot` is a person's colour number before the title. `note` is a fact at the right, before the
    links, with an icon in the colour of a token. `divider` draws the title as a caption with a line
    to the right edge instead of a heading. `dim` cells are painted at 55 %.
    """

    title: str
    caption: str = ""
    start: int = 0
    count: int = 0
    dot: int | None = None
    note: str = ""
    note_icon: str = ""
    note_token: str = "t2"
    links: tuple[SectionLink, ...] = ()
    divider: bool = False
    dim: bool = False

    @property
    def has_heading(self) -> bool:
        return bool(self.title or self.caption)


class Move(Enum):
    """Where a key asks the current cell to go."""

    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    HOME = auto()
    END = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()


class Box(NamedTuple):
    """A rectangle in content coordinates, whole pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes of a grid. The gap between columns widens until the row is full; cells never do.

    `gap` lies between rows and is the aim between columns; a column more fits when `least_gap` is left,
    so that one pixel too few does not leave a hole of a whole cell.
    """

    cell_width: int
    cell_height: int
    gap: int = 8
    least_gap: int = 6
    heading: int = 40
    left: int = 24
    right: int = 16
    top: int = 4
    bottom: int = 24
    section_gap: int = 0


class GridLayout:
    """The layout of `count` equal cells in sections within a width. Immutable; rebuilt when one changes."""

    def __init__(self, width: int, count: int, sections: Sequence[Section], measures: Measures) -> None:
        self.measures = m = measures
        self.count = count
        self.sections: tuple[Section, ...] = tuple(sections) or (Section("", count=count),)
        if sum(s.count for s in self.sections) != count:
            raise ValueError(f"the sections hold {sum(s.count for s in self.sections)} cells, not {count}")
        self.content_width = max(width - m.left - m.right, m.cell_width)
        self.columns = max(1, (self.content_width + m.least_gap) // (m.cell_width + m.least_gap))
        spare = self.content_width - self.columns * m.cell_width
        self.column_gap = spare / (self.columns - 1) if self.columns > 1 else 0.0
        self._x = [m.left + round(c * (m.cell_width + self.column_gap)) for c in range(self.columns)]
        self.pitch = m.cell_height + m.gap
        counts = np.fromiter((s.count for s in self.sections), np.int64, len(self.sections))
        headings = np.fromiter(
            (m.heading if s.has_heading else 0 for s in self.sections), np.int64, len(self.sections)
        )
        rows = -(-counts // self.columns)
        heights = headings + np.maximum(rows * self.pitch - m.gap, 0) + m.section_gap
        tops = m.top + np.concatenate(([0], np.cumsum(heights)))[:-1]
        # Lists: one look-up a cell and frame, for which an array is ten times slower.
        self._starts: list[int] = np.concatenate(([0], np.cumsum(counts)))[:-1].tolist()
        self._tops: list[int] = tops.tolist()
        self._cells_top: list[int] = (tops + headings).tolist()
        self._rows: list[int] = rows.tolist()
        self.height = int(m.top + heights.sum() + m.bottom)

    def section_of(self, index: int) -> int:
        """The section that holds a cell. The index must be in 0..count-1."""
        return bisect_right(self._starts, index) - 1

    def place(self, index: int) -> tuple[int, int, int]:
        """(section, row within the section, column) of a cell."""
        section = self.section_of(index)
        row, column = divmod(index - self._starts[section], self.columns)
        return section, row, column

    def rect(self, index: int) -> Box:
        """The rectangle of a cell."""
        section, row, column = self.place(index)
        y = self._cells_top[section] + row * self.pitch
        return Box(self._x[column], y, self.measures.cell_width, self.measures.cell_height)

    def heading(self, section: int) -> Box:
        """The rectangle of a section's heading; empty height when it has none."""
        top = self._tops[section]
        return Box(self.measures.left, top, self.content_width, self._cells_top[section] - top)

    def index_at(self, x: float, y: float) -> int:
        """The cell under a point, or -1 in gaps, headings and beyond the end."""
        if not self.count:
            return -1
        section = self.section_at(y)
        row, rest = divmod(int(y) - self._cells_top[section], self.pitch)
        if row < 0 or row >= self._rows[section] or rest >= self.measures.cell_height:
            return -1
        column = self.column_at(x)
        if not self._x[column] <= x < self._x[column] + self.measures.cell_width:
            return -1
        offset = row * self.columns + column
        if offset >= self.sections[section].count:
            return -1
        return self._starts[section] + offset

    def column_at(self, x: float) -> int:
        """The column whose cell starts at or left of x, clamped."""
        step = self.measures.cell_width + self.column_gap
        guess = int((x - self.measures.left) / step + 1e-9) if step else 0
        guess = min(max(guess, 0), self.columns - 1)
        if guess + 1 < self.columns and x >= self._x[guess + 1]:
            guess += 1
        elif guess and x < self._x[guess]:
            guess -= 1
        return guess

    def section_at(self, y: float) -> int:
        """The section that a height falls in, clamped to the first and last."""
        return min(max(bisect_right(self._tops, y) - 1, 0), len(self.sections) - 1)

    def bands(self, top: int, bottom: int) -> Iterator[tuple[int, bool, int, int]]:
        """What lies between two heights: (section, heading in sight, first cell, last cell).

        The last cell is inclusive; last < first when only the heading is in sight.
        """
        for section in range(self.section_at(top), len(self.sections)):
            if self._tops[section] > bottom:
                break
            cells_top, rows = self._cells_top[section], self._rows[section]
            first_row = max((top - cells_top) // self.pitch, 0)
            last_row = min((bottom - cells_top) // self.pitch, rows - 1)
            start, count = self._starts[section], self.sections[section].count
            first = start + min(first_row * self.columns, count)
            last = start + min((last_row + 1) * self.columns, count) - 1
            heading = cells_top > self._tops[section] and cells_top > top
            yield section, heading, first, last

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """First and last cell (inclusive) of the rows between two heights; (0, -1) when none."""
        found = [(first, last) for _, _, first, last in self.bands(top, bottom) if last >= first]
        return (found[0][0], found[-1][1]) if found else (0, -1)

    def touched(self, x0: float, y0: float, x1: float, y1: float) -> list[tuple[int, int]]:
        """Runs (first, last inclusive) of the cells that a rectangle touches."""
        m = self.measures
        columns = [c for c in range(self.columns) if self._x[c] <= x1 and self._x[c] + m.cell_width > x0]
        runs: list[tuple[int, int]] = []
        if not columns or not self.count:
            return runs
        for section, _, first, last in self.bands(int(y0), int(y1)):
            start = self._starts[section]
            for row_start in range(first, last + 1, self.columns):
                row = (row_start - start) // self.columns
                y = self._cells_top[section] + row * self.pitch
                if y > y1 or y + m.cell_height <= y0:
                    continue
                left = row_start + columns[0]
                right = min(row_start + columns[-1], start + self.sections[section].count - 1)
                if left <= right:
                    if runs and runs[-1][1] == left - 1:
                        runs[-1] = (runs[-1][0], right)
                    else:
                        runs.append((left, right))
        return runs

    def move(self, index: int, move: Move, page: int) -> int:
        """The cell that a key leads to from `index` (-1: nowhere yet). `page` is the height in sight."""
        if not self.count:
            return -1
        if index < 0:
            return self.count - 1 if move is Move.END else 0
        match move:
            case Move.LEFT:
                return max(index - 1, 0)
            case Move.RIGHT:
                return min(index + 1, self.count - 1)
            case Move.HOME:
                return 0
            case Move.END:
                return self.count - 1
            case Move.UP | Move.DOWN:
                return self._step(index, -1 if move is Move.UP else 1)
            case _:
                steps = max(1, page // self.pitch)
                for _ in range(steps):
                    after = self._step(index, -1 if move is Move.PAGE_UP else 1)
                    if after == index:
                        break
                    index = after
                return index

    def _step(self, index: int, direction: int) -> int:
        """One row up or down in the same column; the end of a shorter row; stays at the first and last."""
        section, row, column = self.place(index)
        row += direction
        while not 0 <= row < self._rows[section]:
            section += direction
            if not 0 <= section < len(self.sections):
                return index
            row = 0 if direction > 0 else self._rows[section] - 1
        offset = min(row * self.columns + column, self.sections[section].count - 1)
        return self._starts[section] + offset
