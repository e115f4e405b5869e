"""The head of the page, which scrolls with the faces: identity, suggestions, timeline, order of the faces."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.ui.person.facts import FaceOrder, PersonFacts, Suggestion
from app.ui.person.identity import Identity
from app.ui.person.suggesting import SuggestionCard
from app.ui.person.timeline import Timeline, Years
from app.ui.theme import Space, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.chip import Chip
from app.ui.widgets.grid import ImageStore
from app.ui.widgets.text import ElidedLabel, Label, Paragraph


class PersonHead(QWidget):
    order_chosen = Signal(object)
    """A FaceOrder."""

    def __init__(self, theme: Theme, images: ImageStore) -> None:
        super().__init__()
        self.identity = Identity(theme, images)
        self.suggestions = SuggestionCard(theme, images)
        self.timeline = Timeline(theme)
        self._dated = ElidedLabel(theme, token="t3")
        self._hint = Label(theme, "Drag across years to filter", role="small", token="t2")
        self._all_years = Button(
            theme, "All years", variant=Variant.LINK, height=24, tooltip="Show all years"
        )
        self._count = Label(theme, token="t3")
        self.order = Chip(theme, "Order", plain=True)
        self._build(theme)
        self.set_order(FaceOrder.NEWEST)
        self._all_years.clicked.connect(self.timeline.clear)
        self.timeline.chosen.connect(self._show_range)
        self._show_range(None)

    def _build(self, theme: Theme) -> None:
        self._line = QWidget()
        line = _row(self._line)
        line.addWidget(Label(theme, "Timeline", weight=600))
        line.addWidget(self._dated, 1)
        line.addWidget(self._hint)
        line.addWidget(self._all_years)
        confirmed = QHBoxLayout()
        confirmed.setSpacing(8)
        confirmed.addWidget(Label(theme, "Confirmed", weight=600))
        confirmed.addWidget(self._count)
        confirmed.addStretch(1)
        confirmed.addWidget(self.order)
        self._menu = QMenu(self)
        group = QActionGroup(self._menu)
        for order in FaceOrder:
            action = group.addAction(self._menu.addAction(order))
            action.setCheckable(True)
            action.setData(order)
        group.triggered.connect(lambda action: self._order_picked(FaceOrder(action.data())))
        self._orders = group
        self.order.set_menu(self._menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.PAGE_LEFT, 20, Space.PAGE_RIGHT, 8)
        column.setSpacing(0)
        for part, above in (
            (self.identity, 0),
            (self.suggestions, 16),
            (self._line, 16),
            (self.timeline, 0),
        ):
            part.setContentsMargins(0, 0, 0, 0)
            holder = QVBoxLayout()
            holder.setContentsMargins(0, above, 0, 0)
            holder.addWidget(part)
            column.addLayout(holder)
        column.addSpacing(12)
        column.addLayout(confirmed)
        self._none = Paragraph(
            theme, "No face yet. Name a face on Photos or Faces, and it appears here.", token="t2"
        )
        self._none.hide()
        column.addWidget(self._none)

    def show_facts(self, facts: PersonFacts) -> None:
        self.identity.show_facts(facts)
        years = facts.years()
        self.timeline.set_years(years)
        several = len(years) > 1
        self._line.setVisible(several)
        self.timeline.setVisible(several)
        dated, count = sum(number for _, number in years), len(facts.faces)
        faces = "face" if count == 1 else "faces"
        known = f"{count:,} {faces}" if dated == count else f"{dated:,} of {count:,} {faces}"
        self._dated.setText(f"{known} by date taken")
        self._show_range(self.timeline.range())
        self._none.setVisible(not facts.faces)
        self.order.setVisible(count > 1)

    def show_suggestions(self, name: str, found: Sequence[Suggestion]) -> None:
        self.suggestions.show_for(name, found)

    def show_count(self, shown: int, total: int) -> None:
        self._count.setText(f"{shown:,}" if shown == total else f"{shown:,} of {total:,}")

    def set_order(self, order: FaceOrder) -> None:
        self.order.set_value(order)
        self.order.setAccessibleName(f"Order of the faces: {order}")
        for action in self._orders.actions():
            action.setChecked(action.data() == order)

    def _order_picked(self, order: FaceOrder) -> None:
        self.set_order(order)
        self.order_chosen.emit(order)

    def _show_range(self, years: Years | None) -> None:
        self._hint.setVisible(years is None)
        self._all_years.setVisible(years is not None)


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    widget.setFixedHeight(24)
    return row
