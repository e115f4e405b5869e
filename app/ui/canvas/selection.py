"""Which face is current and which is pointed at: shared by the canvas and the lists beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal


class FaceSelection(QObject):
    """One current and one hovered face, by key. Every view of the same faces shares one of these."""

    current_changed = Signal(object)
    hovered_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order: tuple[int, ...] = ()
        self._current: int | None = None
        self._hovered: int | None = None

    @property
    def order(self) -> tuple[int, ...]:
        """The faces there are, in the order of stepping."""
        return self._order

    @property
    def current(self) -> int | None:
        return self._current

    @property
    def hovered(self) -> int | None:
        return self._hovered

    def set_order(self, keys: Sequence[int]) -> None:
        """Other faces, or another order. What is gone is no longer current or hovered."""
        self._order = tuple(keys)
        if self._current not in self._order:
            self.select(None)
        if self._hovered not in self._order:
            self.hover(None)

    def select(self, key: int | None) -> None:
        if key is not None and key not in self._order:
            return
        if key != self._current:
            self._current = key
            self.current_changed.emit(key)

    def hover(self, key: int | None) -> None:
        if key is not None and key not in self._order:
            return
        if key != self._hovered:
            self._hovered = key
            self.hovered_changed.emit(key)

    def step(self, by: int) -> bool:
        """To the next (1) or previous (-1) face. False, and nothing current, past the last or first."""
        if not self._order:
            return False
        if self._current is None:
            self.select(self._order[0 if by > 0 else -1])
            return True
        index = self._order.index(self._current) + by
        inside = 0 <= index < len(self._order)
        self.select(self._order[index] if inside else None)
        return inside
