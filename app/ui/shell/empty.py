"""The first page of an empty library: one place to drop, three ways to begin, and the demo."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.drop import DropZone
from app.ui.widgets.glyph import Card, Glyph, Mark, Panel
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_WIDTH, _ZONE_HEIGHT, _LOW = 720, 424, 720
_CENTER = Qt.AlignmentFlag.AlignHCenter


class _Whole(DropZone):
    """The zone is only drawn here: the window takes the drop, wherever on the page it falls."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _ZONE_HEIGHT)


class EmptyLibrary(Panel):
    """Shown while there is no collection, or nothing in it."""

    choose_photos = Signal()
    choose_folder = Signal()
    paste_image = Signal()
    open_demo = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "window", parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 16, 24, 16)
        outer.setSpacing(0)
        outer.addStretch(1)
        self._zone = _Whole(theme, takes_drops=False)
        self._zone.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._fill_zone(theme)
        outer.addWidget(self._zone, 0, _CENTER)
        outer.addSpacing(16)
        self._demo = self._demo_card(theme)
        outer.addWidget(self._demo, 0, _CENTER)
        self._gap = QWidget()
        self._gap.setFixedHeight(32)
        outer.addWidget(self._gap)
        outer.addWidget(self._promise(theme), 0, _CENTER)
        outer.addStretch(1)

    def _fill_zone(self, theme: Theme) -> None:
        column = QVBoxLayout(self._zone)
        column.setContentsMargins(24, 0, 24, 0)
        column.setSpacing(0)
        column.addStretch(66)
        column.addWidget(Mark(theme, 72), 0, _CENTER)
        column.addSpacing(28)
        column.addWidget(Label(theme, "Drop photos or a folder here", role="hero"), 0, _CENTER)
        column.addSpacing(8)
        words = (
            "Likeness finds the faces in them and puts together the ones that are the same person."
            " You say who they are."
        )
        column.addWidget(Paragraph(theme, words, role="lead", align=_CENTER, width=480), 0, _CENTER)
        column.addSpacing(32)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        large = Size.CONTROL_LARGE
        for text, icon, hint, signal in (
            ("Choose photos…", "image-square", "Ctrl+O", self.choose_photos),
            ("Choose a folder…", "folder-open", "Ctrl+Shift+O", self.choose_folder),
            ("Paste", "clipboard", "Ctrl+V", self.paste_image),
        ):
            variant = Variant.PRIMARY if icon == "image-square" else Variant.STANDARD
            button = Button(theme, text, variant=variant, icon=icon, height=large, shortcut_hint=hint)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(20)
        formats = "JPEG, PNG, WebP, TIFF and more. Your files are read, never moved or changed."
        column.addWidget(Label(theme, formats, role="small", token="t3"), 0, _CENTER)
        column.addStretch(58)

    def _demo_card(self, theme: Theme) -> Card:
        card = Card(theme, margins=(20, 0, 16, 0))
        card.setFixedHeight(88)
        row = QHBoxLayout()
        row.setSpacing(16)
        card.body.addLayout(row)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(Label(theme, "Only looking around?", weight=600))
        facts = "The demo library: portraits in the public domain."
        words.addWidget(ElidedLabel(theme, facts, token="t2"))
        words.addStretch(1)
        row.addLayout(words, 1)
        button = Button(theme, "Open the demo library", height=Size.CONTROL_LARGE)
        button.clicked.connect(self.open_demo)
        row.addWidget(button)
        return card

    def _promise(self, theme: Theme) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(theme, "lock-simple", token="accent_text", size=14))
        words = "Everything stays on this computer. Likeness sends nothing anywhere."
        row.addWidget(Label(theme, words, role="small", token="t2"))
        return line

    def set_drag_active(self, active: bool) -> None:
        """Files are dragged over the window: the frame turns accent, the fill tint."""
        self._zone.set_active(active)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At 960x600 everything still fits: the frame gives up its air first."""
        width = min(_WIDTH, self.width() - 48)
        taken = 16 * 2 + 16 + (88 if not self._demo.isHidden() else 0) + self._gap.height() + 16
        self._gap.setFixedHeight(32 if self.height() >= _LOW else 16)
        self._zone.setFixedSize(width, min(_ZONE_HEIGHT, max(self.height() - taken, 320)))
        self._demo.setFixedWidth(width)
        super().resizeEvent(event)
