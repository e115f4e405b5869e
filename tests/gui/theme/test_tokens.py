from __future__ import annotations

import itertools

import pytest

from app.ui.theme.tokens import DARK, LIGHT, PERSON_COLORS, Tokens, contrast, person_color

SURFACES = ("window", "sidebar", "surface", "raised", "hover", "tint")
TEXTS = ("t1", "t2", "t3", "accent_text", "danger", "warn")


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), list(itertools.product(TEXTS, SURFACES)))
def test_text_is_readable_on_every_surface(tokens: Tokens, text: str, surface: str) -> None:
    # The design's table prints 4.5 for the faintest pairs, one decimal rounded.
    assert round(contrast(getattr(tokens, text), getattr(tokens, surface)), 1) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("toast_text", "toast"),
        ("toast_action", "toast"),
        ("danger", "danger_bg"),
        ("warn", "warn_bg"),
        ("t1", "press"),
    ],
)
def test_text_is_readable_on_fills(tokens: Tokens, text: str, surface: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, surface)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["edge", "accent"])
@pytest.mark.parametrize("surface", ["window", "surface"])
def test_focus_and_edges_are_seen(tokens: Tokens, mark: str, surface: str) -> None:
    assert contrast(getattr(tokens, mark), getattr(tokens, surface)) >= 3.0


def test_the_measured_table_of_the_design_holds() -> None:
    assert contrast(LIGHT.t1, LIGHT.window) == pytest.approx(16.5, abs=0.06)
    assert contrast(DARK.t3, DARK.hover) == pytest.approx(4.9, abs=0.06)
    assert contrast(LIGHT.on_accent, LIGHT.accent) == pytest.approx(6.0, abs=0.06)


@pytest.mark.parametrize("color", PERSON_COLORS, ids=lambda color: color.name)
def test_names_are_readable_on_peoples_colours(color: object) -> None:
    assert round(contrast(color.hex, color.text), 1) >= 4.5  # type: ignore[attr-defined]


def test_peoples_colours_repeat_after_the_twelfth() -> None:
    assert person_color(12) is person_color(0)
    assert len({color.hex for color in PERSON_COLORS}) == 12
