"""Widgets of the design. Every one takes the Theme first and repaints when it changes.

Buttons: Button(theme, text, variant=, icon=, height=, key=, tooltip=, shortcut_hint=), IconButton.
Choices: SegmentedControl, Chip, Slider, SizeSlider. Text: Label, ElidedLabel, Paragraph, TextField,
SearchField, KeyCap. Bars of a page: Header, FilterBar, DockedBar, NavigationBreadcrumb. Facts:
ConfidenceBar, Gauge, ThinBar, ProgressRow, EmptyState, ToastHost. Grounds: Panel, Card, Divider,
DropZone, FlowLayout, Glyph, Mark, PersonDot. The grid has a package of its own: `widgets.grid`.
Painting helpers for boxes, tags and people: `widgets.painting`.
"""

from app.ui.widgets.bars import ConfidenceBar, Gauge, ProgressRow, ThinBar
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.chip import Chip
from app.ui.widgets.drop import DroppedContent, DropZone, can_take, content_of
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.field import SearchField, TextField
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.focus import FocusRing
from app.ui.widgets.glyph import Card, Divider, Glyph, Mark, Panel, PersonDot
from app.ui.widgets.header import DockedBar, FilterBar, Header, NavigationBreadcrumb
from app.ui.widgets.keycap import KeyCap
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.slider import SizeSlider, Slider
from app.ui.widgets.text import ElidedLabel, Label, Paragraph
from app.ui.widgets.toast import Toast, ToastHost, ToastMessage

__all__ = [
    "Button",
    "Card",
    "Chip",
    "ConfidenceBar",
    "Divider",
    "DockedBar",
    "DropZone",
    "DroppedContent",
    "ElidedLabel",
    "EmptyState",
    "FilterBar",
    "FlowLayout",
    "FocusRing",
    "Gauge",
    "Glyph",
    "Header",
    "IconButton",
    "KeyCap",
    "Label",
    "Mark",
    "NavigationBreadcrumb",
    "Panel",
    "Paragraph",
    "PersonDot",
    "ProgressRow",
    "SearchField",
    "SegmentedControl",
    "SizeSlider",
    "Slider",
    "TextField",
    "ThinBar",
    "Toast",
    "ToastHost",
    "ToastMessage",
    "Variant",
    "can_take",
    "content_of",
]
