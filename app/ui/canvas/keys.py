"""The canvas's keys. Zoom and the layers are the page's actions; these need a face or the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.ui.canvas.tools import Tool

if TYPE_CHECKING:
    from app.ui.canvas.canvas import FaceCanvas

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_ALT = Qt.KeyboardModifier.AltModifier
_FAR = 10.0
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def claims(canvas: FaceCanvas, event: QKeyEvent) -> bool:
    """True for a key that is the canvas's now, although a shortcut of the page has it too: letters and
    arrows with a face selected, Esc while there is something to leave."""
    if event.key() == Qt.Key.Key_Escape:
        return (
            canvas.drag is not None or canvas.selection.current is not None or canvas.tool is not Tool.SELECT
        )
    if canvas.selection.current is None or not canvas.editable:
        return False
    return _is_nudge(event) or starts_a_name(event) or event.key() in (*_ENTER, Qt.Key.Key_Delete)


def starts_a_name(event: QKeyEvent) -> bool:
    """True for a plain letter of any script."""
    modifiers = event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier)
    return modifiers == _PLAIN and len(event.text()) == 1 and event.text().isalpha()


def press(canvas: FaceCanvas, event: QKeyEvent) -> bool:
    """Do what the key says. False if it says nothing here."""
    key, current = event.key(), canvas.selection.current
    if key == Qt.Key.Key_Escape:
        return _leave(canvas)
    if key == Qt.Key.Key_Space:
        if not event.isAutoRepeat():
            canvas.hold_to_pan(True)
        return True
    if current is None:
        return False
    if key in _ENTER and not canvas.editable:
        canvas.picked.emit(current)
        return True
    if not canvas.editable:
        return False
    if _is_nudge(event):
        across, down = _ARROWS[Qt.Key(key)]
        step = _FAR if event.modifiers() & _SHIFT else 1.0
        canvas.nudge(across * step, down * step, resize=bool(event.modifiers() & _ALT))
        return True
    if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        canvas.deletion_wanted.emit(current)
        return True
    if key in _ENTER or key == Qt.Key.Key_F2:
        canvas.naming_wanted.emit(current, "")
        return True
    if starts_a_name(event):
        canvas.naming_wanted.emit(current, event.text())
        return True
    return False


def _is_nudge(event: QKeyEvent) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in _ARROWS and modifiers & ~(_SHIFT | _ALT) == _PLAIN


def _leave(canvas: FaceCanvas) -> bool:
    """Esc: out of the drag, else out of the tool, else out of the selection."""
    if canvas.cancel_drag():
        return True
    if canvas.tool is not Tool.SELECT:
        canvas.set_tool(Tool.SELECT)
        return True
    if canvas.selection.current is not None:
        canvas.selection.select(None)
        return True
    return False
