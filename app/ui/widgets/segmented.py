"""A segmented control: a few exclusive choices on one track."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from app.ui.theme import Duration, Size, Theme


class _Segment(QAbstractButton):
    def __init__(
        self, theme: Theme, text: str, icon: str, height: int, tooltip: str, padding: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.theme, self._icon, self._height, self._padding = theme, icon, height, padding
        self.setText(text)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(tooltip)
        self.setAccessibleName(text or tooltip)
        self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        if not self.text():
            return QSize(32, self._height)
        metrics = QFontMetricsF(self._face())
        width = round(metrics.horizontalAdvance(self.text())) + 2 * self._padding
        return QSize(width + (22 if self._icon else 0), self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _face(self) -> QFont:
        return self.theme.font("small" if self._height <= 24 else "body", 500)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() in arrows:
            event.ignore()  # the group moves and says so; the button alone would move in silence
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = self.theme, self.isChecked()
        ink = "t1" if on or self.underMouse() else "t2"
        if not self.isEnabled():
            ink = "edge"
        width = QFontMetricsF(self._face()).horizontalAdvance(self.text()) if self.text() else 0.0
        total = width + (16 + (6 if self.text() else 0) if self._icon else 0)
        x = (self.width() - total) / 2
        if self._icon:
            theme.paint_icon(painter, QRectF(x, 0, 16, self.height()), self._icon, ink, 16)
            x += 22
        painter.setFont(self._face())
        painter.setPen(theme.color(ink))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(x, 0, width + 2, self.height()), middle, self.text())


class SegmentedControl(QWidget):
    """Exclusive choices by key; arrows move between them, the active one slides over 120 ms."""

    chosen = Signal(str)
    """A person chose another segment: its key."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        height: int = Size.CONTROL,
        name: str = "",
        clearable: bool = False,
        tight: bool = False,
    ) -> None:
        """`height` 32 or 28. `name` is read out for the whole group ("Group by"). With `clearable` the
        active segment, chosen again, is left, and `chosen` carries "". `tight` for four in an inspector."""
        super().__init__(parent)
        self.theme, self._height, self._padding = theme, height, 8 if tight else 12
        self._group = QButtonGroup(self)
        self._keys: list[str] = []
        self._from = QRectF()
        self._slide = QVariantAnimation(self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.setStartValue(0.0)
        self._slide.setEndValue(1.0)
        self._slide.valueChanged.connect(self.update)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self._group.idToggled.connect(self._toggled)
        self._pressed = -1
        if clearable:
            self._group.idPressed.connect(self._note_active)
        self._group.idClicked.connect(self._clicked)
        theme.changed.connect(self.update)

    def add(self, key: str, text: str = "", *, icon: str = "", tooltip: str = "") -> None:
        """Append a segment; the first one added is active."""
        segment = _Segment(self.theme, text, icon, self._height - 4, tooltip, self._padding, self)
        self._group.addButton(segment, len(self._keys))
        self._keys.append(key)
        self._row.addWidget(segment)
        if len(self._keys) == 1:
            segment.setChecked(True)

    def set_text(self, key: str, text: str) -> None:
        """Change the words of a segment ("All 196")."""
        segment = self._group.button(self._keys.index(key))
        segment.setText(text)
        segment.setAccessibleName(text)
        segment.updateGeometry()

    def set_enabled(self, key: str, enabled: bool) -> None:
        self._group.button(self._keys.index(key)).setEnabled(enabled)

    def current(self) -> str:
        """The key of the active segment ("" when there is none yet)."""
        number = self._group.checkedId()
        return self._keys[number] if number >= 0 else ""

    def set_current(self, key: str) -> None:
        """Make a segment active without emitting `chosen`; "" leaves none active."""
        active = self._group.checkedButton()
        if key:
            self._group.button(self._keys.index(key)).setChecked(True)
        elif active is not None:
            self._group.setExclusive(False)
            active.setChecked(False)
            self._group.setExclusive(True)
            self.update()

    def _note_active(self, _number: int) -> None:
        self._pressed = self._group.checkedId()

    def _clicked(self, number: int) -> None:
        again, self._pressed = self._pressed == number, -1
        if again:
            self.set_current("")
        self.chosen.emit("" if again else self._keys[number])

    def _toggled(self, number: int, on: bool) -> None:
        if not on:
            self._from = QRectF(self._group.button(number).geometry())
            return
        time = self.theme.duration(Duration.TOGGLE)
        if time and self.isVisible() and not self._from.isNull():
            self._slide.setDuration(time)
            self._slide.start()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()
            return
        number = self._group.checkedId() + step
        if 0 <= number < len(self._keys):
            self._group.button(number).setFocus(Qt.FocusReason.OtherFocusReason)
            self._group.button(number).click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._slide.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("hover"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        active = self._group.checkedButton()
        if active is None:
            return
        rect = QRectF(active.geometry())
        if self._slide.state() == QVariantAnimation.State.Running:
            share = float(self._slide.currentValue())
            rect = QRectF(
                self._from.x() + (rect.x() - self._from.x()) * share,
                rect.y(),
                self._from.width() + (rect.width() - self._from.width()) * share,
                rect.height(),
            )
        painter.setBrush(self.theme.color("press" if self.theme.tokens.dark else "surface"))
        painter.setPen(QPen(self.theme.color("line2"), 1))
        painter.drawRoundedRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5), 6, 6)
