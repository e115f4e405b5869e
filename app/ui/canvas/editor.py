"""A person's name typed where it is shown: Enter keeps it, Esc cancels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from app.ui.canvas.geometry import Box
from app.ui.theme import Size, Theme

_WIDTH, _GAP, _EDGE = 208, 4, 4


class NameField(QLineEdit):
    """A line for a name that completes the names of the collection's people.

    `kept` comes with Enter or with a name picked from the list, never with an empty one; `cancelled`
    with Esc.
    """

    kept = Signal(str)
    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        completer.activated.connect(self._pick)
        self.setCompleter(completer)
        theme.changed.connect(self._dress)
        self._dress()
        self.setFont(theme.font("body", 600))
        self.setAccessibleName("Name of this person")
        self.setPlaceholderText("Name")
        self.setMaxLength(255)
        self._handed_over = False

    def _dress(self) -> None:
        """The list of names is a window of its own, which the sheet's transparent lists are not made for."""
        tokens = self.theme.tokens
        popup = self.completer().popup()
        if popup is None:
            return
        popup.setStyleSheet(
            f"QListView {{ background: {tokens.raised}; border: 1px solid {tokens.line2}; padding: 4px; }}"
            f"QListView::item {{ min-height: 28px; padding: 0 8px; border-radius: 6px; color: {tokens.t1}; }}"
            f"QListView::item:selected, QListView::item:hover {{ background: {tokens.tint}; }}"
        )

    def set_names(self, names: Sequence[str]) -> None:
        """The names to complete with."""
        if list(names) != self._names.stringList():
            self._names.setStringList(list(names))

    def _pick(self, name: str) -> None:
        self.setText(name)
        self._keep()

    def _keep(self) -> None:
        name = " ".join(self.text().split())
        if name and not self._handed_over:
            # Enter in the list of completions arrives both as a pick and as a key.
            self._handed_over = True
            self.kept.emit(name)
            self._handed_over = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            event.accept()
            return True
        return super().event(event)


class NameEditor(NameField):
    """A NameField that opens beside a box on the canvas and closes when it is done or loses the focus."""

    named = Signal(int, str)
    """(key, name)"""
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._key: int | None = None
        self.kept.connect(self._name)
        self.cancelled.connect(self.finish)
        self.hide()

    @property
    def key(self) -> int | None:
        """The face being named; None while closed."""
        return self._key

    def open_at(self, key: int, box: Box, text: str, begun: bool) -> None:
        """Edit the name of a face whose box lies at `box` in the parent. With `begun`, `text` is what
        was typed so far and typing goes on behind it; else it is the old name, selected."""
        self._key = key
        self.setText(text)
        self.place(box)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if begun:
            self.end(False)
            if text:
                self.completer().setCompletionPrefix(text)
                self.completer().complete()
        else:
            self.selectAll()

    def place(self, box: Box) -> None:
        """Above the box, else below it, inside the parent."""
        parent = self.parentWidget()
        area = parent.rect() if parent is not None else self.rect()
        text_width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 32
        width = min(max(_WIDTH, text_width), area.width() - 2 * _EDGE)
        height = Size.CONTROL
        left = min(max(round(box.center[0] - width / 2), _EDGE), area.width() - _EDGE - width)
        top = round(box.top) - _GAP - height
        if top < _EDGE:
            top = round(box.bottom) + _GAP
        top = min(max(top, _EDGE), area.height() - _EDGE - height)
        self.setGeometry(left, top, width, height)

    def finish(self) -> None:
        """Close without keeping."""
        if self._key is None:
            return
        self._key = None
        self.hide()
        self.closed.emit()

    def _name(self, name: str) -> None:
        key = self._key
        if key is not None:
            self.finish()
            self.named.emit(key, name)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.finish()
