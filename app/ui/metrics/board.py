"""What the page shows of a period: totals, graphs, alarms, the table of operations, the errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.services.metrics import Alarm
from app.ui.metrics.alarms import AlarmsCard
from app.ui.metrics.cards import GraphCard, TitledCard
from app.ui.metrics.graph import Series, Shape
from app.ui.metrics.state import OTHERS, Curve, Shown, milliseconds
from app.ui.metrics.tables import ErrorTable, OperationTable
from app.ui.metrics.totals import Totals
from app.ui.theme import PERSON_COLORS, Theme
from app.ui.widgets.text import Paragraph

_ONE_COLUMN_BELOW: Final = 900
_TALL, _LOW = 312, 208
# tokens.md: accent, Azure, Tangerine, Lilac in that order, then the rest.
_COLORS: Final = ("accent", *(PERSON_COLORS[at].hex for at in (9, 2, 10, 6)))


def _count(value: float) -> str:
    return f"{value:,.0f}"


class Board(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.totals = Totals(theme)
        self.requests = GraphCard(theme, "Requests by operation", _count, _TALL)
        self.times = GraphCard(theme, "Response time, ms", milliseconds, _TALL)
        self.faces = GraphCard(theme, "Faces detected", _count, _LOW)
        self.failures = GraphCard(theme, "Errors", _count, _LOW)
        self.alarms = AlarmsCard(theme)
        self.operations = OperationTable()
        self.errors = ErrorTable()
        self._of_operations = TitledCard(theme, "Operations")
        self._of_operations.body.addWidget(self.operations)
        self._of_errors = TitledCard(theme, "Latest errors")
        self._of_errors.body.addWidget(self.errors)
        self.no_errors = Paragraph(theme, "No operation failed in this time.", role="small", token="t3")
        self._of_errors.body.addWidget(self.no_errors)
        self._graphs = QGridLayout()
        self._graphs.setSpacing(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.totals)
        column.addLayout(self._graphs)
        column.addWidget(self._of_operations)
        column.addWidget(self._of_errors)
        column.addStretch(1)
        self._narrow: bool | None = None

    def show_state(self, shown: Shown) -> None:
        self.totals.show_figures(shown.figures)
        for card, series in (
            (self.requests, self._stack(shown.requests)),
            (
                self.times,
                [
                    _series(shown.average, "accent", Shape.LINE),
                    _series(shown.slowest, "t3", Shape.DASHED),
                ],
            ),
            (self.faces, self._found(shown)),
            (
                self.failures,
                [
                    _series(curve, color, Shape.BARS)
                    for curve, color in zip(shown.failures, ("danger", "warn", "t3"), strict=True)
                ],
            ),
        ):
            card.show_series(shown.starts, shown.period, series)
        self.operations.show_sums(shown.sums)
        self.errors.show_errors(shown.errors)
        self.errors.setVisible(bool(shown.errors))
        self.no_errors.setVisible(not shown.errors)

    def show_alarms(self, alarms: Sequence[Alarm]) -> None:
        self.alarms.show_alarms(alarms)

    @staticmethod
    def _stack(curves: Sequence[Curve]) -> list[Series]:
        return [
            _series(curve, "t3" if curve.name == OTHERS else color, Shape.BARS)
            for curve, color in zip(curves, _COLORS, strict=False)
        ]

    @staticmethod
    def _found(shown: Shown) -> list[Series]:
        faces = _series(shown.faces, "accent", Shape.AREA)
        if not shown.labels.values.any():
            return [faces]
        return [faces, _series(shown.labels, _COLORS[1], Shape.LINE)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < _ONE_COLUMN_BELOW
        if narrow == self._narrow:
            return
        self._narrow = narrow
        cards = (self.requests, self.times, self.faces, self.failures, self.alarms)
        # Six columns: two thirds and one third above, three thirds below.
        wide = ((0, 0, 4), (0, 4, 2), (1, 0, 2), (1, 2, 2), (1, 4, 2))
        for number, (card, place) in enumerate(zip(cards, wide, strict=True)):
            row, column, span = (number, 0, 6) if narrow else place
            self._graphs.addWidget(card, row, column, 1, span)
        for column in range(6):
            self._graphs.setColumnStretch(column, 1)
            self._graphs.setColumnMinimumWidth(column, 0)


def _series(curve: Curve, color: str, shape: Shape) -> Series:
    return Series(curve.name, curve.values, color, shape)
