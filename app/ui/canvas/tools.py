"""What a press on the canvas means."""

from __future__ import annotations

from enum import StrEnum


class Tool(StrEnum):
    SELECT = "select"
    DRAW = "draw"
    PAN = "pan"
