from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QIcon
from PySide6.QtWidgets import QApplication, QLabel

from app.ui.theme import DARK, LIGHT, Theme, ThemeMode
from app.ui.theme.glyphs import glyph_pixmap, has_glyph
from app.ui.theme.mark import app_icon, mark_pixmap
from app.ui.theme.sheet import style_sheet


def test_forcing_a_mode_changes_tokens_palette_and_sheet(theme: Theme, qapp: QApplication, qtbot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(ThemeMode.DARK)
    assert theme.tokens is DARK
    assert qapp.palette().window().color() == QColor(DARK.window)
    assert DARK.surface in qapp.styleSheet()
    theme.set_mode(ThemeMode.LIGHT)
    assert theme.tokens is LIGHT


def test_following_the_system_goes_with_its_scheme(theme: Theme, qapp: QApplication) -> None:
    theme.set_mode(ThemeMode.SYSTEM)
    # The offscreen platform has no scheme of its own, so its signal is sent by hand.
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens is DARK
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.tokens is LIGHT
    theme.set_mode(ThemeMode.LIGHT)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.tokens is LIGHT


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_the_sheet_has_no_colour_but_the_tokens(tokens) -> None:
    known = {getattr(tokens, name).lower() for name in tokens.names()}
    assert {c.lower() for c in re.findall(r"#[0-9a-fA-F]{6}", style_sheet(tokens))} <= known


def test_the_bundled_faces_are_used(theme: Theme) -> None:
    assert QFontInfo(theme.font()).family() == "Inter"
    assert QFontInfo(theme.font("mono")).family() == "JetBrains Mono"
    assert theme.font("title").pixelSize() == 20


@pytest.mark.parametrize("role", ["body", "small", "label", "title"])
def test_figures_are_tabular(theme: Theme, role: str) -> None:
    metrics = QFontMetricsF(theme.font(role))
    widths = {round(metrics.horizontalAdvance(str(n) * 8), 3) for n in range(10)}
    assert max(widths) - min(widths) < 0.5, "rounding to 1/64 px is all that may differ"


def test_tabular_figures_survive_the_style_sheet(theme: Theme, qtbot) -> None:
    label = QLabel("1")
    qtbot.addWidget(label)
    label.ensurePolished()
    metrics = QFontMetricsF(label.font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("8888")


ICONS = [
    "image-square",
    "user-focus",
    "users",
    "arrows-left-right",
    "magnifying-glass",
    "clock-counter-clockwise",
    "command",
    "list",
    "dots-three",
    "plus-bold",
    "plus",
    "minus",
    "folder-simple-plus",
    "folder-open",
    "link-simple",
    "eye",
    "eye-slash",
    "clipboard",
    "copy",
    "trash",
    "arrow-counter-clockwise",
    "arrow-clockwise",
    "cursor",
    "selection-plus",
    "hand",
    "bounding-box",
    "tag",
    "dots-nine",
    "caret-left",
    "caret-right",
    "caret-down",
    "arrow-left",
    "keyboard",
    "gear-six",
    "info",
    "sliders-horizontal",
    "frame-corners",
    "sort-descending",
    "sort-ascending",
    "check-bold",
    "checks",
    "x-bold",
    "x",
    "pencil-simple",
    "user-plus",
    "user-minus",
    "git-merge",
    "git-fork",
    "cake",
    "bookmark-simple",
    "swap",
    "export",
    "hourglass-medium",
    "warning-circle",
    "check-circle",
    "warning",
    "app-window",
    "terminal-window",
    "broadcast",
    "lock-simple",
]


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_of_the_design_is_there_and_draws(theme: Theme, name: str) -> None:
    assert has_glyph(name)
    image = glyph_pixmap(name, QColor("#000000"), 16, 2.0).toImage()
    drawn = [(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 32]
    assert len(drawn) > 10
    assert image.size().width() == 32


def test_an_icon_follows_the_theme(theme: Theme) -> None:
    icon = theme.icon("trash", "t1")

    def darkest() -> int:
        image = icon.pixmap(32, 32).toImage()
        colors = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
        return max((c for c in colors), key=lambda c: c.alpha()).lightness()

    light = darkest()
    theme.set_mode(ThemeMode.DARK)
    assert darkest() > light + 100
    assert not icon.pixmap(16, 16, QIcon.Mode.Disabled).isNull()


def test_unknown_icons_are_an_error(theme: Theme) -> None:
    with pytest.raises(KeyError, match="no-such-icon"):
        glyph_pixmap("no-such-icon", QColor("#000000"), 16)


def test_the_mark_takes_the_colour(theme: Theme) -> None:
    image = mark_pixmap("#45C4B6", 24, 2.0).toImage()
    assert image.width() == 48
    assert image.pixelColor(14, 24).name().upper() == "#45C4B6"
    assert not app_icon().isNull()


def test_motion_can_be_switched_off(theme: Theme) -> None:
    assert theme.duration(160) == 0
    theme.set_reduce_motion(False)
    assert theme.duration(160) == 160
    theme.set_reduce_motion(None)
    assert theme.reduce_motion in (True, False)
