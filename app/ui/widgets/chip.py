"""Filter chips: a pill with a menu; while it filters it is tinted and carries an x."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from app.ui.theme import Size, Theme


class Chip(QToolButton):
    """A filter: "Quality ⌄", or "Quality: Medium ×" while it is set.

    A click opens `menu()` (or emits `clicked` when there is none); the x, Delete and Backspace emit
    `cleared`. With `plain` it is a chooser that is never cleared ("Archive ⌄").
    """

    cleared = Signal()

    def __init__(
        self, theme: Theme, text: str, parent: QWidget | None = None, *, plain: bool = False
    ) -> None:
        super().__init__(parent)
        self.theme, self._plain, self._value = theme, plain, ""
        self.setText(text)
        self.setFixedHeight(Size.CONTROL_SMALL)
        self.setProperty("ringRadius", Size.CONTROL_SMALL / 2 + 3)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name()
        theme.changed.connect(self.update)

    def set_value(self, value: str) -> None:
        """What it filters to ("Medium or better"), or "" for not filtering. A plain chip's choice."""
        self._value = value
        self._name()
        self.updateGeometry()
        self.update()

    def value(self) -> str:
        return self._value

    @property
    def active(self) -> bool:
        """True while it filters."""
        return bool(self._value) and not self._plain

    def set_menu(self, menu: QMenu) -> None:
        self.setMenu(menu)

    def _name(self) -> None:
        words = f"{self.text()}: {self._value}" if self._value else self.text()
        self.setAccessibleName(words)
        self.setToolTip(f"{words}. Delete clears it." if self.active else "")

    def _words(self) -> str:
        if self._plain:
            return self._value or self.text()
        return f"{self.text()}: {self._value}" if self._value else self.text()

    def sizeHint(self) -> QSize:
        width = QFontMetricsF(self.theme.font("small", 500)).horizontalAdvance(self._words())
        return QSize(round(width) + 10 + 4 + 12 + 8 + 2, Size.CONTROL_SMALL)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_x(self, x: float) -> bool:
        return self.active and x >= self.width() - 26

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._on_x(event.position().x()):
            self.cleared.emit()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.active and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down) and self.menu():
            self.showMenu()
        else:
            super().keyPressEvent(event)

    def menu_point(self) -> QPoint:
        """Below the chip, for a pop-up that is not a menu."""
        return self.mapToGlobal(QPoint(0, self.height() + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = self.theme, self.active
        if on:
            fill, edge, ink, icon = "tint", "tint2", "accent_text", "accent_text"
        else:
            fill = "hover" if self.underMouse() or self.isDown() else "surface"
            edge, ink, icon = "line2", "t2", "t3"
        if not self.isEnabled():
            ink = icon = "edge"
        painter.setPen(QPen(theme.color(edge), 1))
        painter.setBrush(theme.color(fill))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 13.5, 13.5)
        painter.setFont(theme.font("small", 500))
        painter.setPen(theme.color(ink))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        room = QRectF(11, 0, self.width() - 34, self.height())
        words = painter.fontMetrics().elidedText(
            self._words(), Qt.TextElideMode.ElideMiddle, round(room.width()) + 1
        )
        painter.drawText(room, middle, words)
        place = QRectF(self.width() - 21, 0, 12, self.height())
        theme.paint_icon(painter, place, "x" if self.active else "caret-down", icon, 12)
