"""What scrolls."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.theme import Space


def column_of_cards(cards: Iterable[QWidget], width: int) -> QScrollArea:
    """A page of cards one below the other, `width` logical pixels at most, that scrolls; its bar stays, so
    that nothing moves when a card grows."""
    column = QWidget()
    column.setMaximumWidth(width)
    inside = QVBoxLayout(column)
    inside.setContentsMargins(0, 0, 0, 0)
    inside.setSpacing(Space.XL)
    for card in cards:
        inside.addWidget(card)
    inside.addStretch(1)
    body = QWidget()
    row = QHBoxLayout(body)
    row.setContentsMargins(Space.PAGE_LEFT, Space.S, Space.PAGE_RIGHT - 16, Space.XL)
    row.addWidget(column, 1)
    row.addStretch(0)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(body)
    body.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area


def replace_widget(area: QScrollArea, widget: QWidget) -> None:
    """Show another widget in the area, and delete the old one when nothing is on its way to it.

    `QScrollArea.setWidget` deletes it at once, and it may be the sender of the signal that led here.
    """
    before = area.takeWidget()
    area.setWidget(widget)
    if before is not None:
        before.deleteLater()
