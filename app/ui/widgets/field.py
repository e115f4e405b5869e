"""Text fields: with an icon before the text and a key hint after it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.theme import Size, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.keycap import keycap_width, paint_keycap


class TextField(QLineEdit):
    """A line to write in, 28 or 32 high. The key cap is hidden while there is text."""

    escaped = Signal()
    """Esc in an empty field; Esc with text clears it first."""

    def __init__(
        self,
        theme: Theme,
        placeholder: str,
        parent: QWidget | None = None,
        *,
        icon: str = "",
        key: str = "",
        height: int = Size.CONTROL,
        width: int | None = None,
        clearable: bool = False,
    ) -> None:
        super().__init__(parent)
        self.theme, self._icon, self._key = theme, icon, key
        small = height <= Size.CONTROL_SMALL
        self.setProperty("small", small)
        self.setFont(theme.font("small" if small else "body"))
        self.setFixedHeight(height)
        if width is not None:
            self.setFixedWidth(width)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder.rstrip("…"))
        self._clear = IconButton(theme, "x", "Clear", self, side=20, icon_size=12, token="t3")
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.hide()
        self._clear.clicked.connect(self.clear)
        self._clearable = clearable
        self.textChanged.connect(self._adjust)
        self._adjust()
        theme.changed.connect(self.update)

    def _adjust(self) -> None:
        left = 22 if self._icon else 0
        has_text = bool(self.text())
        right = 20 if has_text and self._clearable else 0
        if self._key and not has_text:
            right = keycap_width(self.theme, self._key)
        self.setTextMargins(left, 0, right, 0)
        self._clear.setVisible(has_text and self._clearable)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._clear.move(self.width() - 24, (self.height() - 20) // 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.escaped.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self._icon:
            self.theme.paint_icon(painter, QRect(9, 0, 14, self.height()), self._icon, "t3", 14)
        if self._key and not self.text():
            width = keycap_width(self.theme, self._key)
            cap = QRect(self.width() - width - 6, (self.height() - 18) // 2, width, 18)
            paint_keycap(painter, self.theme, cap, self._key)


class SearchField(TextField):
    """A field that filters while one types: `searched` comes 120 ms after the last key, or on Enter.

    `width` is what it takes where there is room; it can shrink to 144.
    """

    searched = Signal(str)

    def __init__(
        self,
        theme: Theme,
        placeholder: str,
        parent: QWidget | None = None,
        *,
        shortcut_hint: str = "Ctrl+F",
        width: int = 224,
        height: int = Size.CONTROL_SMALL,
    ) -> None:
        native = QKeySequence(shortcut_hint).toString(QKeySequence.SequenceFormat.NativeText)
        super().__init__(
            theme,
            placeholder,
            parent,
            icon="magnifying-glass",
            key=native.replace("+", " "),
            height=height,
            clearable=True,
        )
        self._wish = width
        self.setMinimumWidth(min(width, 144))
        self.setMaximumWidth(width)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(120)
        self._wait.timeout.connect(self._tell)
        self._told = ""
        self.textChanged.connect(self._wait.start)
        self.returnPressed.connect(self._tell)
        self.setToolTip(f"{placeholder} ({native})")

    def sizeHint(self) -> QSize:
        return QSize(self._wish, self.height())

    def _tell(self) -> None:
        self._wait.stop()
        text = self.text().strip()
        if text != self._told:
            self._told = text
            self.searched.emit(text)
