"""The look of the program: tokens, fonts, icons, and the theme that applies them."""

from app.ui.theme.theme import Theme, ThemeMode
from app.ui.theme.tokens import (
    DARK,
    LIGHT,
    PERSON_COLORS,
    Duration,
    PersonColor,
    Radius,
    Size,
    Space,
    Tokens,
    person_color,
)
from app.ui.theme.typography import ROLES, TypeRole

__all__ = [
    "DARK",
    "LIGHT",
    "PERSON_COLORS",
    "ROLES",
    "Duration",
    "PersonColor",
    "Radius",
    "Size",
    "Space",
    "Theme",
    "ThemeMode",
    "Tokens",
    "TypeRole",
    "person_color",
]
