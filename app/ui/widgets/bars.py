"""Progress, confidence and pose: bars of 4 px and the rows they stand in."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.widgets.text import ElidedLabel, Label

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


def paint_bar(painter: QPainter, theme: Theme, rect: QRectF, low: float, high: float, token: str) -> None:
    """A bar of 4 px with the part from `low` to `high` (ratios 0-1) filled."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("press"))
    painter.drawRoundedRect(rect, 2, 2)
    low, high = max(0.0, min(low, 1.0)), max(0.0, min(high, 1.0))
    if high > low:
        width = max((high - low) * rect.width(), 4.0)
        x = min(rect.left() + low * rect.width(), rect.right() - width)
        painter.setBrush(theme.color(token))
        painter.drawRoundedRect(QRectF(x, rect.top(), width, rect.height()), 2, 2)


class ConfidenceBar(QWidget):
    """A row of 24: name (104), value (72), a bar, and the figure at its right (40). In a narrow panel name
    and value come closer, so that the bar still tells something."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._name = theme, name
        self._value, self._figure = "", ""
        self._low = self._high = 0.0
        self.setFixedHeight(24)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_name(self, name: str) -> None:
        """Another name, before `set_confidence` or `set_span`."""
        self._name = name

    def set_confidence(self, value: str, confidence: float) -> None:
        """A value with its confidence (0-100), shown with one decimal."""
        self.set_span(value, 0.0, confidence / 100, f"{confidence:.1f}")

    def set_span(self, value: str, low: float, high: float, figure: str) -> None:
        """A value as a span of the bar (ratios 0-1), with words at the right ("years")."""
        self._value, self._low, self._high, self._figure = value, low, high, figure
        self.setAccessibleName(f"{self._name}: {value}, {figure}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(288, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("t2"))
        name, value = (104, 72) if self.width() >= 280 else (92, 62)
        painter.drawText(QRectF(0, 0, name, 24), _LEFT, self._name)
        painter.drawText(QRectF(self.width() - 40, 0, 40, 24), _RIGHT, self._figure)
        painter.setPen(theme.color("t1"))
        painter.drawText(QRectF(name, 0, value, 24), _LEFT, self._value)
        left = name + value
        bar = QRectF(left, 10, max(self.width() - left - 44, 8), 4)
        paint_bar(painter, theme, bar, self._low, self._high, "t2")


class Gauge(QWidget):
    """A name, a figure and a bar below: with a dot on a scale around 0 (pose), or filled (quality)."""

    def __init__(
        self, theme: Theme, name: str, parent: QWidget | None = None, *, centered: bool = False
    ) -> None:
        super().__init__(parent)
        self.theme, self._name, self._centered = theme, name, centered
        self._figure, self._share = "", 0.5 if centered else 0.0
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_value(self, figure: str, share: float) -> None:
        """The figure in words, and where it stands on the bar (ratio 0-1)."""
        self._figure, self._share = figure, min(max(share, 0.0), 1.0)
        self.setAccessibleName(f"{self._name}: {figure}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("t2"))
        painter.drawText(QRectF(0, 0, self.width(), 16), _LEFT, self._name)
        painter.setPen(theme.color("t1"))
        painter.drawText(QRectF(0, 0, self.width(), 16), _RIGHT, self._figure)
        bar = QRectF(0, 22, self.width(), 4)
        if not self._centered:
            paint_bar(painter, theme, bar, 0.0, self._share, "t2")
            return
        paint_bar(painter, theme, bar, 0.0, 0.0, "t2")
        painter.fillRect(QRectF(round(self.width() / 2), 20, 1, 8), theme.color("t3"))
        painter.setBrush(theme.color("t1"))
        painter.drawEllipse(QRectF(self._share * (self.width() - 8), 20, 8, 8))


class ThinBar(QProgressBar):
    """Progress as 4 px of accent, without text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setTextVisible(False)
        self.setFixedHeight(4)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        span = self.maximum() - self.minimum()
        share = (self.value() - self.minimum()) / span if span > 0 else 0.0
        paint_bar(QPainter(self), self.theme, QRectF(self.rect()), 0.0, share, "accent")


class ProgressRow(QWidget):
    """What is going on: a title with actions at its right, a bar, and a line of facts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(4)
        self.title = ElidedLabel(theme, role="small", weight=600)
        self.title.setMinimumHeight(20)
        top.addWidget(self.title, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(4)
        top.addLayout(self.buttons)
        column.addLayout(top)
        column.addSpacing(4)
        self.bar = ThinBar(theme)
        column.addWidget(self.bar)
        column.addSpacing(8)
        self.facts = ElidedLabel(theme, role="small", token="t2")
        column.addWidget(self.facts)

    def set_progress(self, title: str, done: int, total: int, facts: str) -> None:
        self.title.setText(title)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        self.facts.setText(facts)
        self.setAccessibleName(f"{title}. {facts}")


__all__ = ["ConfidenceBar", "Gauge", "Label", "ProgressRow", "ThinBar", "paint_bar"]
