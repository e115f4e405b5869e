"""How fine a painter paints."""

from __future__ import annotations

from PySide6.QtGui import QPainter


def pixel_ratio(painter: QPainter) -> float:
    """Device pixels to a logical one where this painter paints, without its own scaling.

    By value, not by `painter.device()`: during a repaint the device is one of Qt's own, which a wrapper
    in Python may outlive.
    """
    own = painter.worldTransform().m11() if painter.worldMatrixEnabled() else 1.0
    return painter.deviceTransform().m11() / (own or 1.0)
