"""A guard for Python 3.11 with PySide6 6.12: its calls give back a reference to None they never took.

PySide6 6.12.0 is built against headers in which None, True and False are immortal (Python 3.12, PEP
683), so a void call such as QPainter.drawPixmap lowers the count of None by one each time. Under 3.11
the count reaches zero after some thousand paints and the interpreter aborts ("deallocating None").
6.11.3 does not do it. Raising the counts once by a number that is never used up makes them as
immortal as the newer Python does.
"""

from __future__ import annotations

import ctypes
import sys

_MORE = 1 << (40 if sys.maxsize > 2**32 else 28)


def guard() -> None:
    """Make the singletons outlive the calls that forget to take a reference. No-op from 3.12 on."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for singleton in (None, True, False, NotImplemented, Ellipsis):
        # The reference count is the first word of a CPython object.
        ctypes.c_ssize_t.from_address(id(singleton)).value += _MORE
