"""The design's values: colours of both themes, people's colours, spacing and sizes.

Sizes are logical pixels (Qt scales them). Every distance is a multiple of 4.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one theme as #RRGGBB. Text on any surface keeps a contrast of 4.5:1 or more."""

    window: str
    sidebar: str
    surface: str
    raised: str
    hover: str
    press: str
    well: str
    line: str
    line2: str
    edge: str
    t1: str
    t2: str
    t3: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_text: str
    tint: str
    tint2: str
    danger: str
    danger_bg: str
    warn: str
    warn_bg: str
    toast: str
    toast_text: str
    toast_action: str
    dark: bool

    def names(self) -> tuple[str, ...]:
        """The names of the colours, in the order of the fields."""
        return tuple(field.name for field in fields(self) if field.name != "dark")


LIGHT: Final = Tokens(
    window="#F7F8F8",
    sidebar="#EEF0F0",
    surface="#FFFFFF",
    raised="#FFFFFF",
    hover="#E4E7E7",
    press="#D9DDDD",
    well="#EDEFEF",
    line="#E0E3E3",
    line2="#C8CDCD",
    edge="#858D8D",
    t1="#171A1A",
    t2="#4D5555",
    t3="#5E6666",
    accent="#0A7068",
    accent_hover="#085E57",
    on_accent="#FFFFFF",
    accent_text="#0A6A62",
    tint="#DCEFEC",
    tint2="#C5E4DF",
    danger="#B3261E",
    danger_bg="#FBE9E7",
    warn="#855300",
    warn_bg="#FBF0DC",
    toast="#1E2323",
    toast_text="#F2F5F5",
    toast_action="#5FD3C6",
    dark=False,
)

DARK: Final = Tokens(
    window="#151818",
    sidebar="#101212",
    surface="#1C2020",
    raised="#242929",
    hover="#262B2B",
    press="#2F3535",
    well="#0E1010",
    line="#2A2F2F",
    line2="#3B4242",
    edge="#7C8686",
    t1="#ECF0F0",
    t2="#ADB6B6",
    t3="#8E9898",
    accent="#45C4B6",
    accent_hover="#5FD3C6",
    on_accent="#04211E",
    accent_text="#5FD3C6",
    tint="#173430",
    tint2="#1E4641",
    danger="#FF8A80",
    danger_bg="#38201E",
    warn="#F0B429",
    warn_bg="#332711",
    toast="#ECF0F0",
    toast_text="#171A1A",
    toast_action="#0A6A62",
    dark=True,
)


@dataclass(frozen=True, slots=True)
class PersonColor:
    """One of the twelve colours of people, with the text colour that is read on it."""

    name: str
    hex: str
    text: str


_INK, _PAPER = "#0D0F0F", "#FFFFFF"

PERSON_COLORS: Final = (
    PersonColor("Raspberry", "#DA2A78", _PAPER),
    PersonColor("Rose", "#F39EAC", _INK),
    PersonColor("Tangerine", "#F78015", _INK),
    PersonColor("Sun", "#FED32B", _INK),
    PersonColor("Olive", "#74793D", _PAPER),
    PersonColor("Pistachio", "#D7EAA9", _INK),
    PersonColor("Clover", "#19C468", _INK),
    PersonColor("Pine", "#0B8474", _PAPER),
    PersonColor("Aqua", "#87F5EC", _INK),
    PersonColor("Azure", "#4F96FB", _INK),
    PersonColor("Lilac", "#C5B9F7", _INK),
    PersonColor("Violet", "#8865B1", _PAPER),
)


def person_color(number: int) -> PersonColor:
    """The colour of a person whose stored colour is `number` (any whole number: they repeat)."""
    return PERSON_COLORS[number % len(PERSON_COLORS)]


class Space:
    """Distances between things."""

    XS, S, M, L, XL = 4, 8, 12, 16, 24
    PAGE_LEFT, PAGE_RIGHT = 24, 32
    GRID_GAP = 8


class Size:
    """Heights and widths of the parts of the window."""

    SIDEBAR, SIDEBAR_MIN, SIDEBAR_MAX, RAIL = 240, 200, 320, 56
    INSPECTOR, INSPECTOR_NARROW, SEARCH_PANEL, HISTORY_DETAIL = 320, 288, 336, 352
    HEADER, FILTER_BAR, DOCKED_BAR, FILMSTRIP = 56, 48, 56, 88
    LIST_ROW, NAV_ROW = 48, 32
    CONTROL_SMALL, CONTROL, CONTROL_LARGE, ANSWER = 28, 32, 40, 48
    RAIL_BELOW, NARROW_BELOW = 1100, 1280
    WINDOW, WINDOW_MIN = (1280, 800), (960, 600)
    CELL_MIN, CELL_MAX, CELL_PHOTO, CELL_FACE, CELL_RESULT, CARD = 96, 320, 136, 88, 128, 184


class Radius:
    """Corner radii by what they belong to."""

    PHOTO = TAG = 4
    FACE = CONTROL = ROW = 6
    CARD = 8
    DROP = 12


class Duration:
    """Milliseconds of motion; all become 0 when the system asks for less motion."""

    HOVER, TOGGLE, TOAST_IN, TOAST_OUT, PANEL, FIT = 80, 120, 160, 120, 160, 140
    TOAST_STAYS, PROGRESS_AFTER, SKELETON_AFTER = 8000, 1000, 100


def luminance(color: str) -> float:
    """Relative luminance of #RRGGBB, 0-1 (WCAG 2.2, "relative luminance")."""
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two #RRGGBB colours, 1-21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)
