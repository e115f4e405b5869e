"""The bar at the foot: the one likely next act on what was found, or what can be done with a selection."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QWidget

from app.ui.search.outcome import Suggestion
from app.ui.theme import Space, Theme
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.glyph import Glyph, Panel
from app.ui.widgets.text import ElidedLabel, Label

_HEIGHT = 64
# Below it there is room for what is done first; the rest stands in the context menu and on keys.
_ROOMY = 560


class NextBar(Panel):
    """64 high, raised. `name` carries what was typed; `confirm` and `reject` are of the suggestion."""

    confirm = Signal()
    reject = Signal()
    named = Signal(str)
    not_this = Signal()
    compare = Signal()
    search = Signal()
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "raised", lines=("top",), line_token="line2")
        self.setFixedHeight(_HEIGHT)
        self._sign = Glyph(theme, "info", token="accent_text", size=20)
        self.words = Label(theme, weight=600)
        self.detail = ElidedLabel(theme, token="t2")
        self.field = TextField(theme, "Name…", icon="user", key="Enter", width=224)
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)
        self.field.returnPressed.connect(self._take)
        self.field.escaped.connect(self.closed)
        self.reject_button = Button(theme, "Reject", variant=Variant.QUIET, icon="x")
        self.confirm_button = Button(theme, "Confirm", variant=Variant.PRIMARY, icon="check-bold")
        self.not_button = Button(
            theme, "Not this person", variant=Variant.QUIET, icon="user-minus", shortcut_hint="X"
        )
        self.compare_button = Button(
            theme, "Compare", variant=Variant.QUIET, icon="arrows-left-right", shortcut_hint="C"
        )
        self.search_button = Button(
            theme, "Search", variant=Variant.QUIET, icon="magnifying-glass", shortcut_hint="S"
        )
        self._wanted: set[QWidget] = set()
        self.close_button = IconButton(theme, "x", "Select none", side=32, shortcut_hint="Esc")
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.PAGE_LEFT, 1, Space.PAGE_RIGHT, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._sign)
        row.addSpacing(4)
        row.addWidget(self.words)
        row.addWidget(self.detail, 1)
        row.addWidget(self.field)
        for button, signal in (
            (self.not_button, self.not_this),
            (self.compare_button, self.compare),
            (self.search_button, self.search),
            (self.reject_button, self.reject),
            (self.confirm_button, self.confirm),
            (self.close_button, self.closed),
        ):
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(0)
        self.hide()

    def set_names(self, names: Sequence[str]) -> None:
        """The people to complete to."""
        self._names.setStringList(list(names))

    def offer(self, unnamed: int, total: int, suggestion: Suggestion | None) -> None:
        """`unnamed` of `total` matches have no name; `suggestion` says who they may be."""
        if not unnamed:
            self.hide()
            return
        verb = "has" if unnamed == 1 else "have"
        lead = f"{unnamed:,} of the {total:,} {verb} no name."
        if unnamed == total:
            lead = "This face has no name." if total == 1 else f"None of the {total:,} has a name."
        self.words.setText(lead)
        self.detail.setText(suggestion.sentence(unnamed) if suggestion is not None else "")
        self._show(suggesting=suggestion is not None, selecting=False)
        self.field.setPlaceholderText("Name it…" if unnamed == 1 else f"Name all {unnamed:,}…")
        self.field.setAccessibleName(f"Name for the {unnamed:,} without one")
        if suggestion is not None:
            count = len(suggestion.faces)
            self.confirm_button.setText(f"Confirm {count:,} as {suggestion.name}")
            self.reject_button.setText(f"Reject {count:,}")
            self.reject_button.setToolTip(f"Remember that this is not {suggestion.name}")
        self.updateGeometry()
        self.show()

    def select(self, count: int, named: bool, faces: bool = True) -> None:
        """`count` results are selected; `named`: one of them has a person."""
        self.words.setText(f"{count:,} selected")
        self.detail.setText("")
        self._show(suggesting=False, selecting=True)
        self.field.setVisible(faces)
        self.field.setPlaceholderText("Name…")
        self.field.setAccessibleName("Name for the selected faces")
        if faces and named:
            self._wanted.add(self.not_button)
        if faces and count == 1:
            self._wanted |= {self.compare_button, self.search_button}
        self._fit()
        self.show()

    def ask_name(self) -> bool:
        """Put the cursor into the name field where there is one."""
        if not self.field.isVisible():
            return False
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _show(self, *, suggesting: bool, selecting: bool) -> None:
        self._wanted = {self.words, self.detail} if selecting else {self._sign, self.words, self.detail}
        self.field.setVisible(selecting or not suggesting)
        for button in (self.reject_button, self.confirm_button):
            button.setVisible(suggesting)
        self.close_button.setVisible(selecting)
        self._fit()

    def _fit(self) -> None:
        roomy = self.width() >= _ROOMY
        for widget in (
            self._sign,
            self.words,
            self.detail,
            self.not_button,
            self.compare_button,
            self.search_button,
        ):
            widget.setVisible(roomy and widget in self._wanted)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, _HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _take(self) -> None:
        name = self.field.text().strip()
        if name:
            self.field.clear()
            self.named.emit(name)
