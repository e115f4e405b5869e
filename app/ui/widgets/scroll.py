"""What scrolls."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget


def replace_widget(area: QScrollArea, widget: QWidget) -> None:
    """Show another widget in the area, and delete the old one when nothing is on its way to it.

    `QScrollArea.setWidget` deletes it at once, and it may be the sender of the signal that led here.
    """
    before = area.takeWidget()
    area.setWidget(widget)
    if before is not None:
        before.deleteLater()
