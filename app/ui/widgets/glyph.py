"""Small things that are only drawn: an icon, the mark, a person's dot, lines, grounds."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import Theme, person_color
from app.ui.theme.mark import paint_mark
from app.ui.widgets.painting import paint_person_dot


class Glyph(QWidget):
    """An icon that is no button."""

    def __init__(
        self, theme: Theme, name: str, parent: QWidget | None = None, *, token: str = "t2", size: int = 16
    ) -> None:
        super().__init__(parent)
        self.theme, self._icon, self._token, self._size = theme, name, token, size
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def set_icon(self, name: str, token: str | None = None) -> None:
        self._icon, self._token = name, token or self._token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.theme.paint_icon(QPainter(self), self.rect(), self._icon, self._token, self._size)


class Mark(QWidget):
    """The program's mark in the accent."""

    def __init__(self, theme: Theme, size: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_mark(QPainter(self), QRectF(self.rect()), self.theme.color("accent"))


class PersonDot(QWidget):
    """A person's colour as a dot; its name is the accessible name and tooltip."""

    def __init__(self, theme: Theme, color: int, parent: QWidget | None = None, *, diameter: int = 8) -> None:
        super().__init__(parent)
        self.theme, self._diameter = theme, diameter
        self.setFixedSize(diameter + 2, diameter + 2)
        self.set_color(color)
        theme.changed.connect(self.update)

    def set_color(self, color: int) -> None:
        self._color = color
        self.setToolTip(person_color(color).name)
        self.setAccessibleName(person_color(color).name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        center = QPointF(self.width() / 2, self.height() / 2)
        paint_person_dot(QPainter(self), self.theme, center, self._color, self._diameter)


class Divider(QWidget):
    """A line of 1 px: across, or upright (20 high in bars, with 4 on each side)."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, upright: bool = False, token: str = ""
    ) -> None:
        super().__init__(parent)
        self.theme, self._token = theme, token or ("line2" if upright else "line")
        if upright:
            self.setFixedSize(9, 20)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._upright = upright
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(9, 20) if self._upright else QSize(40, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self.rect().adjusted(4, 0, -4, 0) if self._upright else self.rect()
        painter.fillRect(rect, self.theme.color(self._token))


class Panel(QWidget):
    """A ground in a token's colour with lines on some of its sides ("top", "right", "bottom", "left")."""

    def __init__(
        self,
        theme: Theme,
        token: str = "window",
        parent: QWidget | None = None,
        *,
        lines: tuple[str, ...] = (),
        line_token: str = "line",
    ) -> None:
        super().__init__(parent)
        self.theme, self.ground, self._lines, self._line_token = theme, token, lines, line_token
        theme.changed.connect(self.update)

    def set_ground(self, token: str) -> None:
        self.ground = token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.theme.color(self.ground))
        line, rect = self.theme.color(self._line_token), self.rect()
        for side in self._lines:
            if side == "top":
                painter.fillRect(0, 0, rect.width(), 1, line)
            elif side == "bottom":
                painter.fillRect(0, rect.height() - 1, rect.width(), 1, line)
            elif side == "left":
                painter.fillRect(0, 0, 1, rect.height(), line)
            else:
                painter.fillRect(rect.width() - 1, 0, 1, rect.height(), line)


class Card(QFrame):
    """A surface with a border and a radius of 8; `body` is its layout."""

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, margins: tuple[int, ...] = (16, 12, 16, 16)
    ) -> None:
        super().__init__(parent)
        self.theme, self._token, self._edge, self._radius = theme, "surface", "line", 8
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*margins)
        self.body.setSpacing(8)
        theme.changed.connect(self.update)

    def set_tokens(self, ground: str, edge: str) -> None:
        """Other colours: ("tint", "tint") for a chosen row, ("warn_bg", "warn_bg") for a note."""
        self._token, self._edge = ground, edge
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color(self._edge), 1))
        painter.setBrush(self.theme.color(self._token))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, self._radius - 0.5, self._radius - 0.5)


def transparent(widget: QWidget) -> QWidget:
    """Let the pointer through: for what is only drawn over something else."""
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return widget
