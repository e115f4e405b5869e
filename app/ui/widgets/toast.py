"""The toast: says what was done, with Undo; never in the way of the next act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractAnimation,
    QEasingCurve,
    QEvent,
    QObject,
    QRect,
    QRectF,
    Qt,
    QTimer,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QEnterEvent,
    QFontMetricsF,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QPushButton, QWidget

from app.ui.theme import Duration, Radius, Theme
from app.ui.widgets.button import IconButton
from app.ui.widgets.glyph import Glyph
from app.ui.widgets.keycap import keycap_width, paint_keycap
from app.ui.widgets.text import Paragraph

_FOOT, _RISE = 12, 8
_HEIGHT, _PADDING = 44, 12
# Narrower and wider than this nothing is read well.
_NARROWEST, _WIDEST = 240, 720
# A long sentence stays as long as reading it slowly takes.
_MS_A_LETTER = 80


@dataclass(frozen=True, slots=True)
class ToastMessage:
    """What the toast says: a fact, an icon, and at most one action ("Undo") with its key.

    `danger` is for what went wrong. `action` is called when the person takes the offer.
    """

    text: str
    icon: str = "check-circle"
    action_text: str = ""
    action: Callable[[], None] | None = None
    shortcut_hint: str = ""
    danger: bool = False


class _Action(QPushButton):
    """The offer in a toast: words in the toast's accent and a key cap."""

    def __init__(self, theme: Theme, text: str, key: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.theme, self._key = theme, key
        self._width = round(QFontMetricsF(theme.font("body", 600)).horizontalAdvance(text))
        cap = 8 + keycap_width(theme, key) if key else 0
        self.setFixedSize(8 + self._width + 2 + cap + 8, 28)
        self.setAccessibleName(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        ink = theme.color("toast_action")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink.red(), ink.green(), ink.blue(), 36))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.setFont(theme.font("body", 600))
        painter.setPen(ink)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(8, 0, self._width + 4, 28), middle, self.text())
        if self._key:
            width = keycap_width(theme, self._key)
            cap = QRect(8 + self._width + 8, 5, width, 18)
            paint_keycap(painter, theme, cap, self._key, theme.color("toast_text"))


class Toast(QFrame):
    """One message at the foot of a widget: 12 above it, for 8 s, for ever while hovered or focused."""

    gone = Signal()

    def __init__(self, theme: Theme, message: ToastMessage, host: QWidget, *, foot: int = 0) -> None:
        """`foot` is the height of what is docked at the bottom of `host`."""
        super().__init__(host)
        self.theme, self.message, self._host, self._foot = theme, message, host, foot
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(Glyph(theme, message.icon, self, token="toast_text"))
        self._words = Paragraph(theme, message.text, weight=500, token="toast_text")
        row.addWidget(self._words, 1)
        if message.action is not None:
            key = QKeySequence(message.shortcut_hint).toString(QKeySequence.SequenceFormat.NativeText)
            self.action = _Action(theme, message.action_text, key.replace("+", " "), self)
            self.action.clicked.connect(self._act)
            row.addWidget(self.action)
        close = IconButton(theme, "x", "Dismiss", self, icon_size=14, token="toast_text")
        close.clicked.connect(self.dismiss)
        row.addWidget(close)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setOffset(0, 8)
        shadow.setBlurRadius(24)
        shadow.setColor(QColor(0, 0, 0, 128 if theme.tokens.dark else 46))
        self.setGraphicsEffect(shadow)
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(max(Duration.TOAST_STAYS, _MS_A_LETTER * len(message.text)))
        self._clock.timeout.connect(self._tired)
        self._move = QVariantAnimation(self)
        self._move.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._move.valueChanged.connect(self._place)
        self._share = 1.0
        self._leaving = False
        host.installEventFilter(self)
        theme.changed.connect(self.update)

    def present(self) -> None:
        """Show it, say it to screen readers, and let the clock run."""
        self.show()
        self.raise_()
        self._announce()
        self._animate(0.0, 1.0, Duration.TOAST_IN)
        self._clock.start()

    def dismiss(self) -> None:
        """Leave, in 120 ms."""
        if self._leaving:
            return
        self._leaving = True
        self._clock.stop()
        self._animate(1.0, 0.0, Duration.TOAST_OUT)

    def set_foot(self, foot: int) -> None:
        """Something is docked at the bottom now: stand above it."""
        self._foot = foot
        self._place()

    def _announce(self) -> None:
        words = self.message.text
        if self.message.action is not None:
            words = f"{words}. {self.message.action_text}"
        event = QAccessibleAnnouncementEvent(self, words)
        if self.message.danger:
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def _act(self) -> None:
        if self.message.action is not None and not self._leaving:
            self.message.action()
        self.dismiss()

    def _tired(self) -> None:
        focused = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        if self.underMouse() or focused:
            self._clock.start()
        else:
            self.dismiss()

    def _animate(self, start: float, end: float, time: int) -> None:
        self._move.stop()
        duration = self.theme.duration(time)
        if not duration:
            self._share = end
            self._place()
            self._finish()
            return
        self._move.setStartValue(start)
        self._move.setEndValue(end)
        self._move.setDuration(duration)
        self._move.finished.connect(self._finish, Qt.ConnectionType.UniqueConnection)
        self._move.start()

    def _finish(self) -> None:
        if self._leaving and self._move.state() != QAbstractAnimation.State.Running:
            self.hide()
            self._host.removeEventFilter(self)
            self.gone.emit()
            self.deleteLater()

    def _place(self, share: object = None) -> None:
        if isinstance(share, float):
            self._share = share
        others = self.sizeHint().width() - self._words.sizeHint().width()
        room = max(min(self._host.width() - 48, _WIDEST), 160)
        width = min(max(others + self._words.natural_width(), _NARROWEST), room)
        self._words.setFixedHeight(self._words.heightForWidth(width - others))
        height = max(_HEIGHT, self._words.height() + 2 * _PADDING)
        self.resize(width, height)
        x = (self._host.width() - width) // 2
        y = self._host.height() - self._foot - _FOOT - height + round((1.0 - self._share) * _RISE)
        self.move(x, y)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._clock.stop()

    def leaveEvent(self, event: QEvent) -> None:
        if not self._leaving:
            self._clock.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self._share)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("toast"))
        painter.drawRoundedRect(QRectF(self.rect()), Radius.CARD, Radius.CARD)


class ToastHost(QObject):
    """Shows one toast at a time over a widget: a newer one takes the place of the older."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host, self._foot = theme, host, 0
        self._shown: Toast | None = None

    def show(self, message: ToastMessage) -> Toast:
        if self._shown is not None:
            self._shown.gone.disconnect(self._forget)
            self._shown.hide()
            self._shown.dismiss()
        self._shown = toast = Toast(self._theme, message, self._host, foot=self._foot)
        toast.gone.connect(self._forget)
        toast.present()
        return toast

    def current(self) -> Toast | None:
        return self._shown

    def set_foot(self, height: int) -> None:
        """The height of what is docked at the foot of the page."""
        self._foot = height
        if self._shown is not None:
            self._shown.set_foot(height)

    def stay_on_top(self) -> None:
        if self._shown is not None:
            self._shown.raise_()

    def dismiss(self) -> None:
        if self._shown is not None:
            self._shown.dismiss()

    def _forget(self) -> None:
        self._shown = None
