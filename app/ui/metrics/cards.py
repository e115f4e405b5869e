"""The cards of the page: a title with something at its right, over a body."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.metrics.graph import Graph, Series
from app.ui.metrics.legend import Legend
from app.ui.theme import Theme
from app.ui.widgets.glyph import Card
from app.ui.widgets.text import Label


class TitledCard(Card):
    """`head` is the row of the title."""

    def __init__(self, theme: Theme, title: str, aside: QWidget | None = None) -> None:
        super().__init__(theme, margins=(16, 14, 16, 12))
        self.title = Label(theme, title, weight=600)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(0, 0, 0, 4)
        self.head.setSpacing(16)
        self.head.addWidget(self.title)
        if aside is None:
            self.head.addStretch(1)
        else:
            self.head.addWidget(aside, 1)
        self.body.addLayout(self.head)


class GraphCard(TitledCard):
    """A graph, `height` logical pixels high, with its legend where there is more than one thing to tell
    apart."""

    def __init__(self, theme: Theme, title: str, say: Callable[[float], str], height: int) -> None:
        self.legend = Legend(theme)
        super().__init__(theme, title, self.legend)
        self.graph = Graph(theme, title, say)
        self.graph.setFixedHeight(height)
        self.body.addWidget(self.graph)
        self.body.addStretch(1)

    def show_series(self, starts: NDArray[np.float64], period: int, series: Sequence[Series]) -> None:
        self.graph.show_series(starts, period, series)
        told = series if len(series) > 1 else ()
        self.legend.show_entries([(each.name, each.color, each.shape.value) for each in told])
