"""The totals of the period in a row of figures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.metrics.state import Figure
from app.ui.theme import Theme
from app.ui.widgets.glyph import Card, Panel
from app.ui.widgets.text import ElidedLabel, Label

_CELL = 148
"""Below this, six figures stand in two rows of three."""


class _Cell(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.name = Label(theme, role="small", token="t3")
        self.figure = Label(theme, role="name", weight=600)
        self.fact = ElidedLabel(theme, role="small", token="t3")
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        for label in (self.name, self.figure, self.fact):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(words, 1)
        self.line = Panel(theme, "line")
        self.line.setFixedSize(1, 56)
        row.addWidget(self.line)

    def show_figure(self, figure: Figure) -> None:
        self.name.setText(figure.name)
        self.figure.setText(figure.value)
        self.figure.set_token("danger" if figure.bad else "t1")
        self.fact.setText(figure.fact)
        self.setAccessibleName(f"{figure.name}: {figure.value}. {figure.fact}")


class Totals(Card):
    """Six figures: in one row, or in two where that is narrow."""

    def __init__(self, theme: Theme, count: int = 6) -> None:
        super().__init__(theme, margins=(20, 12, 4, 12))
        self.cells = [_Cell(theme) for _ in range(count)]
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        self._columns = 0
        self.body.addLayout(self._grid)
        self._arrange(count)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        for cell, figure in zip(self.cells, figures, strict=True):
            cell.show_figure(figure)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        count = len(self.cells)
        self._arrange(count if self.width() >= count * _CELL else -(-count // 2))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, cell in enumerate(self.cells):
            self._grid.addWidget(cell, number // columns, number % columns)
            cell.line.setVisible(number % columns != columns - 1)
        for column in range(len(self.cells)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
