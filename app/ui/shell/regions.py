"""F6: from one region of the window to the next, back to where the keyboard was in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget


class Regions(QObject):
    """Cycles through regions that `listed` names when it is asked; hidden ones are passed over."""

    def __init__(self, window: QWidget, listed: Callable[[], Sequence[QWidget]]) -> None:
        super().__init__(window)
        self._listed = listed
        self._last: dict[int, QWidget] = {}

    def step(self, direction: int) -> QWidget | None:
        """Go to the next (1) or previous (-1) region; gives the widget that has the keyboard now."""
        regions = [region for region in self._listed() if region.isVisible()]
        if not regions:
            return None
        focus = QApplication.focusWidget()
        here = next((i for i, r in enumerate(regions) if focus is not None and _holds(r, focus)), None)
        if here is not None and focus is not None:
            self._last[id(regions[here])] = focus
        for offset in range(1, len(regions) + 1):
            place = ((here if here is not None else -direction) + direction * offset) % len(regions)
            if here is None and direction > 0:
                place = (offset - 1) % len(regions)
            target = self._target(regions[place])
            if target is not None:
                target.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return target
        return None

    def _target(self, region: QWidget) -> QWidget | None:
        last = self._last.get(id(region))
        candidates = [region, *region.findChildren(QWidget)]
        if last is not None and any(last is widget for widget in candidates) and _takes(last):
            return last
        return next((widget for widget in candidates if _takes(widget)), None)


def _holds(region: QWidget, widget: QWidget) -> bool:
    return region is widget or region.isAncestorOf(widget)


def _takes(widget: QWidget) -> bool:
    wants = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(wants) and widget.isVisible() and widget.isEnabled()
