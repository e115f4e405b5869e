"""A small pop-up that asks for a name: below the button that opened it, gone with Esc or a click outside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.canvas.editor import NameField
from app.ui.theme import Radius, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.text import Label


class Popup(QFrame):
    """A raised surface of its own that closes by itself; `column` is its layout."""

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.theme = theme
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 16)
        self.column.setSpacing(8)
        self.title = Label(theme, title, weight=600)
        self.column.addWidget(self.title)

    def open_below(self, anchor: QWidget) -> None:
        """Its right edge where the anchor's is when there is no room at the right, inside the screen."""
        self.adjustSize()
        at = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        area = anchor.screen().availableGeometry()
        left = min(at.x(), area.right() - self.width() - 8)
        if left < at.x():
            left = min(left, at.x() + anchor.width() - self.width())
        top = (
            at.y() if at.y() + self.height() < area.bottom() else at.y() - anchor.height() - self.height() - 8
        )
        self.move(max(left, area.left() + 8), top)
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("raised"))
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


class NamePopup(Popup):
    """Asks for a name, with the names there are to complete it. Enter keeps it."""

    named = Signal(str)

    def __init__(self, theme: Theme, title: str, action: str, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(theme, title, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = NameField(theme)
        self.field.setFixedWidth(224)
        self.field.set_names(names)
        self.field.setAccessibleName(title)
        self.button = Button(theme, action, variant=Variant.PRIMARY, tooltip=action, shortcut_hint="Return")
        self.button.setProperty("ringRadius", Radius.CONTROL + 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field)
        row.addWidget(self.button)
        self.column.addLayout(row)
        self.field.kept.connect(self._keep)
        self.field.cancelled.connect(self.close)
        self.button.clicked.connect(lambda: self._keep(self.field.text()))
        self.setFocusProxy(self.field)

    def open_below(self, anchor: QWidget) -> None:
        super().open_below(anchor)
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _keep(self, name: str) -> None:
        name = " ".join(name.split())
        if name and self.isVisible():
            self.close()
            self.named.emit(name)
