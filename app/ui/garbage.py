"""Python's collector of cycles, kept to the window's thread and to the time between two events."""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS: Final = 1000


class GarbageCollector(QObject):
    """While it is open, cycles are collected here alone; the application makes one before any window.

    Left to itself, Python collects in whichever thread happens to allocate, at any moment: a widget in
    a cycle (most are in one, through the callbacks they hold) would be destroyed by a thread that
    loads pictures, or in the middle of Qt's own work on it. Either ends the program now and then.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        # What was imported until now stays for ever: it need not be looked through each time.
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def close(self) -> None:
        """Collect what is left, and let Python collect by itself again."""
        self._timer.stop()
        gc.collect()
        gc.enable()

    @staticmethod
    def collect_what_is_due() -> None:
        """The oldest generation that has outgrown Python's own threshold, with the younger ones."""
        due = [
            generation
            for generation, (count, threshold) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if 0 < threshold < count
        ]
        if due:
            gc.collect(due[-1])
