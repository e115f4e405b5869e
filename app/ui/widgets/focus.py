"""The focus ring: 2 px of accent, 2 px outside the control that has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QSlider,
    QSplitter,
    QStackedWidget,
    QWidget,
)
from shiboken6 import isValid

from app.ui.theme import Theme

_OUT = 4


class _Ring(QWidget):
    def __init__(self, theme: Theme, parent: QWidget, radius: float) -> None:
        super().__init__(parent)
        self._theme, self.radius = theme, radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent"), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self.radius, self.radius)


def _holder(widget: QWidget) -> QWidget | None:
    """The nearest widget around it that has room for the ring; what scrolls keeps it, room or not."""
    holder = widget.parentWidget()
    while holder is not None and not holder.isWindow():
        outer = holder.parentWidget()
        if not isinstance(holder, QSplitter | QStackedWidget | QAbstractScrollArea):
            if isinstance(outer, QWidget) and isinstance(outer.parentWidget(), QAbstractScrollArea):
                return holder
            place = QRect(widget.mapTo(holder, widget.rect().topLeft()), widget.size())
            if holder.rect().contains(place.adjusted(-_OUT, -_OUT, _OUT, _OUT)):
                return holder
        holder = outer
    return holder


class FocusRing(QObject):
    """Draws one ring around the focused button or slider of the application.

    Only while the keyboard is in use: after a press of a mouse button nothing is shown. Fields, grids and
    lists show their focus themselves. A widget opts out with the property `ring` False, or gives its
    own radius with the property `ringRadius`.
    """

    def __init__(self, application: QApplication, theme: Theme) -> None:
        super().__init__(application)
        self._theme = theme
        self._target: QWidget | None = None
        self._ring: _Ring | None = None
        self._watched: list[QWidget] = []
        self._keyboard = False
        self._application = application
        application.focusChanged.connect(self._moved)

    def close(self) -> None:
        """Draw none any more."""
        self._application.focusChanged.disconnect(self._moved)
        self._drop()
        self.deleteLater()

    def _moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        self._drop()
        if now is None:
            return
        self._listen(now)
        if not self._keyboard:
            return
        if not isinstance(now, QAbstractButton | QSlider) or now.property("ring") is False:
            return
        holder = _holder(now)
        if holder is None:
            return
        radius = now.property("ringRadius")
        self._target = now
        self._ring = _Ring(self._theme, holder, float(radius) if radius is not None else 7.0)
        # What lies between moves the control as well.
        between: QWidget | None = now
        while between is not None and between is not holder:
            between.installEventFilter(self)
            self._watched.append(between)
            between = between.parentWidget()
        now.destroyed.connect(self._forget)
        self._follow()
        self._ring.setVisible(now.isVisible())

    def _listen(self, widget: QWidget) -> None:
        """Know whether keys or the pointer were used last: from the native window, which gets only input."""
        handle = widget.window().windowHandle()
        if handle is not None and not handle.property("focusRingListens"):
            handle.setProperty("focusRingListens", True)
            handle.installEventFilter(self)

    def _follow(self) -> None:
        if self._ring is None or self._target is None:
            return
        holder = self._ring.parentWidget()
        if holder is None:
            return
        place = QRect(self._target.mapTo(holder, self._target.rect().topLeft()), self._target.size())
        self._ring.setGeometry(place.adjusted(-_OUT, -_OUT, _OUT, _OUT))
        self._ring.raise_()

    def _drop(self) -> None:
        if self._target is not None:
            # A control that ends while it has the keyboard gives it up when it is half gone already.
            for widget in self._watched:
                if isValid(widget):
                    widget.removeEventFilter(self)
            if isValid(self._target):
                self._target.destroyed.disconnect(self._forget)
        self._watched.clear()
        if self._ring is not None and isValid(self._ring):
            self._ring.hide()
            self._ring.deleteLater()
        self._target = self._ring = None

    def _forget(self) -> None:
        """The focused widget is gone; the ring went with its parent or goes now."""
        self._target = None
        self._watched.clear()
        ring, self._ring = self._ring, None
        # It may have been deleted together with its parent.
        if ring is not None and isValid(ring):
            ring.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress:
            self._keyboard = True
        elif kind in (QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin):
            self._keyboard = False
        if kind in (QEvent.Type.Move, QEvent.Type.Resize) and watched in self._watched:
            self._follow()
        if watched is not self._target:
            return False
        if kind == QEvent.Type.Hide and self._ring is not None:
            self._ring.hide()
        elif kind == QEvent.Type.Show and self._ring is not None:
            self._follow()
            self._ring.show()
        return False
