"""The palette that goes with the style sheet, for everything that Fusion draws itself."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from app.ui.theme.tokens import Tokens


def palette(tokens: Tokens) -> QPalette:
    """A complete palette of one theme."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    table = {
        role.Window: tokens.window,
        role.WindowText: tokens.t1,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.window,
        role.Text: tokens.t1,
        role.PlaceholderText: tokens.t3,
        role.Button: tokens.raised,
        role.ButtonText: tokens.t1,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.toast,
        role.ToolTipText: tokens.toast_text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent_text,
        role.LinkVisited: tokens.accent_text,
        role.Light: tokens.surface,
        role.Midlight: tokens.hover,
        role.Mid: tokens.line2,
        role.Dark: tokens.edge,
        role.Shadow: "#000000",
    }
    made = QPalette()
    for key, value in table.items():
        made.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(group.Disabled, key, QColor(tokens.t3))
    made.setColor(group.Disabled, role.Highlight, QColor(tokens.press))
    made.setColor(group.Disabled, role.HighlightedText, QColor(tokens.t3))
    return made
