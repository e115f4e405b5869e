"""The bar above the picture: the way back, tools, layers, zoom, inspector."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.attributes.layer_control import LayerControl
from app.ui.canvas.tools import Tool
from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, IconButton, Variant, tooltip_with_key
from app.ui.widgets.glyph import Divider
from app.ui.widgets.header import NavigationBreadcrumb
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Label

_TEXT_FROM, _ALL_WORDS_FROM = 1000, 1120
_TOOLS = (
    (Tool.SELECT, "cursor", "Select and move faces", "V"),
    (Tool.DRAW, "selection-plus", "Draw a face that was missed", "D"),
    (Tool.PAN, "hand", "Move the picture", "H"),
)


class PhotoHeader(NavigationBreadcrumb):
    """Emits what is wanted; the page does it and shows the state back through the setters."""

    tool_chosen = Signal(str)
    zoom_in = Signal()
    zoom_out = Signal()
    fit = Signal()
    layers_changed = Signal()
    inspector_toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Photos", parent, ground="surface", right=16)
        self.tools = SegmentedControl(theme, name="Tool")
        for tool, icon, words, key in _TOOLS:
            self.tools.add(tool.value, icon=icon, tooltip=tooltip_with_key(words, key))
        self.tools.chosen.connect(self.tool_chosen)
        self.boxes = self._toggle("Boxes", "bounding-box", "Show the boxes of the faces", "B", True)
        self.names = self._toggle("Names", "tag", "Show the names", "N", True)
        self.layers = LayerControl(theme)
        self.add(self.tools)
        self.add(Divider(theme, upright=True))
        for toggle in (self.boxes, self.names, self.layers):
            self.add(toggle)
        self.add_stretch()
        self.add(self._zoom_group())
        self.add(Divider(theme, upright=True))
        self.inspector = IconButton(
            theme,
            "sliders-horizontal",
            "Inspector",
            side=Size.CONTROL,
            shortcut_hint="Ctrl+I",
            checkable=True,
        )
        self.inspector.setChecked(True)
        self.inspector.toggled.connect(self.inspector_toggled)
        self.add(self.inspector)

    def _toggle(self, text: str, icon: str, words: str, key: str, on: bool) -> Button:
        toggle = Button(
            self.theme,
            text,
            icon=icon,
            height=Size.CONTROL_SMALL,
            tooltip=words,
            shortcut_hint=key,
            checkable=True,
        )
        toggle.setChecked(on)
        toggle.setAccessibleName(words)
        toggle.setProperty("words", text)
        toggle.toggled.connect(lambda _on: self.layers_changed.emit())
        return toggle

    def _zoom_group(self) -> QWidget:
        group = QWidget()
        row = QHBoxLayout(group)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        smaller = IconButton(self.theme, "minus", "Zoom out", shortcut_hint="-")
        larger = IconButton(self.theme, "plus", "Zoom in", shortcut_hint="+")
        smaller.clicked.connect(self.zoom_out)
        larger.clicked.connect(self.zoom_in)
        self._zoom = Label(self.theme, "", weight=500)
        self._zoom.setFixedWidth(56)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        fit = Button(
            self.theme,
            "Fit",
            variant=Variant.QUIET,
            height=Size.CONTROL_SMALL,
            tooltip="Show the whole picture",
            shortcut_hint="0",
        )
        fit.clicked.connect(self.fit)
        for widget in (smaller, self._zoom, larger, fit):
            row.addWidget(widget)
        return group

    def show_zoom(self, zoom: float) -> None:
        """1.0 is 100 %."""
        percent = zoom * 100
        self._zoom.setText(f"{percent:,.0f} %" if percent >= 10 else f"{percent:.1f} %")
        self._zoom.setAccessibleName(f"Zoom {self._zoom.text()}")

    def show_tool(self, tool: str) -> None:
        self.tools.set_current(tool)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow: the layers show their icons alone."""
        super().resizeEvent(event)
        wide = self.width() >= _TEXT_FROM
        self.layers.set_words_shown(self.width() >= _ALL_WORDS_FROM)
        for toggle in (self.boxes, self.names):
            text = toggle.property("words") if wide else ""
            if toggle.text() != text:
                toggle.setText(text)
                toggle.updateGeometry()
