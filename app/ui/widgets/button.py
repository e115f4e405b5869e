"""Buttons: primary, standard, quiet, danger; with icon and key hint; square ones for icons alone."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEasingCurve, QEvent, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QEnterEvent, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from app.ui.theme import Duration, Radius, Size, Theme
from app.ui.widgets.keycap import keycap_width, paint_keycap

_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_MIDDLE_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class Variant(StrEnum):
    """How loud a button is. One primary a page; danger is quiet, in the colour of danger."""

    PRIMARY = "primary"
    STANDARD = "standard"
    QUIET = "quiet"
    DANGER = "danger"
    LINK = "link"


def tooltip_with_key(text: str, shortcut: str) -> str:
    """A tooltip that ends with its shortcut in the platform's spelling."""
    if not shortcut:
        return text
    native = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) or shortcut
    return f"{text} ({native})"


class HoverFade(QVariantAnimation):
    """0 at rest, 1 under the pointer, over 80 ms (at once when motion is reduced)."""

    def __init__(self, widget: QWidget, theme: Theme) -> None:
        super().__init__(widget)
        self._theme, self._widget = theme, widget
        self.level = 0.0
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._set)

    def go(self, inside: bool) -> None:
        self.stop()
        time = self._theme.duration(Duration.HOVER)
        if not time:
            self._set(float(inside))
            return
        self.setStartValue(self.level)
        self.setEndValue(float(inside))
        self.setDuration(time)
        self.start()

    def _set(self, level: float) -> None:
        self.level = float(level)
        self._widget.update()


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`first` at share 0, `second` at 1."""
    if share <= 0:
        return first
    if share >= 1:
        return second

    def between(a: int, b: int) -> int:
        return round(a + (b - a) * share)

    return QColor(
        between(first.red(), second.red()),
        between(first.green(), second.green()),
        between(first.blue(), second.blue()),
        between(first.alpha(), second.alpha()),
    )


class Button(QPushButton):
    """A button with text, and perhaps an icon before it and a key cap after it.

    `height` is 28, 32, 40 or 48. `checkable` buttons show the active tint while checked. `key` is
    drawn inside; `shortcut_hint` only goes into the tooltip.
    """

    def __init__(
        self,
        theme: Theme,
        text: str,
        parent: QWidget | None = None,
        *,
        variant: Variant = Variant.STANDARD,
        icon: str = "",
        height: int = Size.CONTROL,
        key: str = "",
        tooltip: str = "",
        shortcut_hint: str = "",
        checkable: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self.theme = theme
        self._variant, self._icon, self._height, self._key = variant, icon, height, key
        self._fade = HoverFade(self, theme)
        self.setCheckable(checkable)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        hint = tooltip_with_key(tooltip or (text.rstrip("…") if shortcut_hint else ""), shortcut_hint)
        if hint:
            self.setToolTip(hint)
        theme.changed.connect(self.update)

    def set_icon(self, name: str) -> None:
        self._icon = name
        self.updateGeometry()
        self.update()

    def set_variant(self, variant: Variant) -> None:
        self._variant = variant
        self.update()

    def variant(self) -> Variant:
        return self._variant

    def _role(self) -> str:
        return {28: "small", 48: "lead"}.get(self._height, "body")

    def _weight(self) -> int:
        return 600 if self._variant is Variant.PRIMARY else 500

    def _padding(self) -> int:
        if self._variant is Variant.LINK:
            return 0
        return {28: 8, 32: 12, 40: 16, 48: 20}.get(self._height, 12)

    def _icon_size(self) -> int:
        return 14 if self._height == Size.CONTROL_SMALL or self._icon.endswith("-bold") else 16

    def sizeHint(self) -> QSize:
        width = 2 * self._padding() + 2
        text = self.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        if text:
            width += round(
                QFontMetricsF(self.theme.font(self._role(), self._weight())).horizontalAdvance(text)
            )
        if self._icon:
            width += self._icon_size() + (8 if text else 0)
        if self._key:
            width += 8 + keycap_width(self.theme, self._key)
        return QSize(max(width, self._height if not text else 0), self._height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._fade.go(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._fade.go(False)
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._fade.go(False)
        super().changeEvent(event)

    def _colors(self) -> tuple[QColor, QColor | None, QColor, QColor]:
        """(fill, border, text, icon)"""
        color, hover = self.theme.color, self._fade.level if self.isEnabled() else 0.0
        clear = QColor(0, 0, 0, 0)
        if not self.isEnabled():
            fill = color("hover") if self._variant is Variant.PRIMARY else clear
            border = color("line") if self._variant is Variant.STANDARD else None
            return fill, border, color("t3"), color("t3")
        if self.isChecked():
            fill = mix(color("tint"), color("tint2"), 1.0 if self.isDown() else hover)
            return fill, color("tint2"), color("accent_text"), color("accent_text")
        match self._variant:
            case Variant.PRIMARY:
                fill = mix(color("accent"), color("accent_hover"), 1.0 if self.isDown() else hover)
                return fill, None, color("on_accent"), color("on_accent")
            case Variant.STANDARD:
                rest = color("raised" if self.theme.tokens.dark else "surface")
                fill = color("press") if self.isDown() else mix(rest, color("hover"), hover)
                return fill, color("line2"), color("t1"), color("t2")
            case Variant.LINK:
                return clear, None, color("accent_text"), color("accent_text")
            case _:
                rest = QColor(color("hover"))
                rest.setAlpha(0)
                fill = color("press") if self.isDown() else mix(rest, color("hover"), hover)
                danger = self._variant is Variant.DANGER
                return fill, None, color("danger" if danger else "t1"), color("danger" if danger else "t2")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, border, ink, icon_ink = self._colors()
        radius = Radius.CARD if self._height == Size.ANSWER else Radius.CONTROL
        rect = QRectF(self.rect())
        painter.setBrush(fill)
        if border is not None:
            painter.setPen(QPen(border, 1))
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5)
        elif fill.alpha():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect, radius, radius)
        self._paint_content(painter, ink, icon_ink)

    def _paint_content(self, painter: QPainter, ink: QColor, icon_ink: QColor) -> None:
        font = self.theme.font(self._role(), self._weight())
        text, size = self.text(), self._icon_size()
        metrics = QFontMetricsF(font)
        shown = text.replace("&", "")
        width = metrics.horizontalAdvance(shown) if shown else 0.0
        key_width = keycap_width(self.theme, self._key) if self._key else 0
        total = width + (size + (8 if text else 0) if self._icon else 0) + (8 + key_width if self._key else 0)
        x = max((self.width() - total) / 2, float(self._padding() // 2))
        if self._icon:
            place = QRectF(x, 0, size, self.height())
            self.theme.paint_icon(painter, place, self._icon, icon_ink.name(), size)
            x += size + 8
        room = self.width() - x - self._padding() / 2 - (key_width + 8 if self._key else 0)
        if shown and width > room + 1:
            shown, width = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, room), room
        painter.setFont(font)
        painter.setPen(ink)
        painter.drawText(QRectF(x, 0, width + 2, self.height()), _MIDDLE_LEFT, shown)
        if self._variant is Variant.LINK and (self.underMouse() or self.hasFocus()):
            y = self.height() / 2 + metrics.ascent() / 2
            painter.drawLine(round(x), round(y), round(x + width), round(y))
        if self._key:
            primary = self._variant is Variant.PRIMARY
            at = QRect(round(x + width + 8), (self.height() - 18) // 2, key_width, 18)
            paint_keycap(painter, self.theme, at, self._key, ink if primary else None)


class IconButton(QToolButton):
    """A square button with an icon alone: 20, 24, 28 or 32. The tooltip is its accessible name."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        tooltip: str,
        parent: QWidget | None = None,
        *,
        side: int = Size.CONTROL_SMALL,
        icon_size: int = 16,
        token: str = "t2",
        shortcut_hint: str = "",
        checkable: bool = False,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._icon, self._icon_size, self._token, self._side = icon, icon_size, token, side
        self._fade = HoverFade(self, theme)
        self.setCheckable(checkable)
        self.setFixedSize(side, side)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_tooltip(tooltip, shortcut_hint)
        theme.changed.connect(self.update)

    def set_tooltip(self, text: str, shortcut_hint: str = "") -> None:
        self.setAccessibleName(text)
        self.setToolTip(tooltip_with_key(text, shortcut_hint))

    def set_icon(self, name: str) -> None:
        self._icon = name
        self.update()

    def set_token(self, token: str) -> None:
        """The colour at rest, for instance t1 on a raised surface or #FFFFFF on a picture."""
        self._token = token
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._fade.go(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._fade.go(False)
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon_ground(painter, self.theme, self, self._fade.level)
        token = "accent_text" if self.isChecked() else self._token
        token = token if self.isEnabled() else "edge"
        if self._icon:
            self.theme.paint_icon(painter, self.rect(), self._icon, token, self._icon_size)


def paint_icon_ground(painter: QPainter, theme: Theme, button: QAbstractButton, level: float) -> None:
    """The ground of an icon button: nothing, hover, pressed, or the tint while it is on."""
    if not button.isEnabled():
        return
    if button.isChecked():
        fill = theme.color("tint2" if button.isDown() else "tint")
    elif button.isDown():
        fill = theme.color("press")
    else:
        fill = QColor(theme.color("hover"))
        fill.setAlphaF(level)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(QRectF(button.rect()), Radius.CONTROL, Radius.CONTROL)
