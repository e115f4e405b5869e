"""Type: the bundled faces, the roles of the design and the fonts made from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from app.ui.theme.resources import resource

FACES: Final = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf")


@dataclass(frozen=True, slots=True)
class TypeRole:
    """Size and line height in pixels, letter spacing in em, default weight (100-900)."""

    size: int
    line: int
    weight: int = 400
    spacing: float = 0.0


ROLES: Final = {
    "display": TypeRole(32, 44, 600, -0.025),
    "hero": TypeRole(28, 36, 600, -0.02),
    "name": TypeRole(24, 32, 600, -0.02),
    "title": TypeRole(20, 28, 600, -0.015),
    "brand": TypeRole(15, 24, 600, -0.01),
    "lead": TypeRole(15, 24),
    "body": TypeRole(13, 20),
    "small": TypeRole(12, 16),
    "label": TypeRole(11, 16, 500),
    "section": TypeRole(11, 16, 600, 0.02),
    "mono": TypeRole(12, 20),
}


def load_fonts() -> None:
    """Register the bundled faces with Qt. A QGuiApplication must exist."""
    for name in FACES:
        if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0:
            raise RuntimeError(f"The font {name} cannot be read. Install the program again.")


@cache
def _prototype(role: str, weight: int) -> QFont:
    spec = ROLES[role]
    if role == "mono":
        font = QFont()
        font.setFamilies(
            ["JetBrains Mono", QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()]
        )
    else:
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()
        font = QFont()
        font.setFamilies(["Inter", system] if system != "Inter" else ["Inter"])
        # Tabular figures; Inter's single-storey a and round quotes.
        for tag in ("tnum", "cv11", "ss03"):
            font.setFeature(QFont.Tag(tag), 1)
    font.setPixelSize(spec.size)
    font.setWeight(QFont.Weight(weight))
    # Without hinting, widths follow the design at every scale.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if spec.spacing:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spec.spacing * spec.size)
    return font


def font(role: str = "body", weight: int | None = None) -> QFont:
    """A fresh font of a role of `ROLES`; `weight` 400, 500 or 600 overrides the role's own."""
    return QFont(_prototype(role, weight or ROLES[role].weight))
