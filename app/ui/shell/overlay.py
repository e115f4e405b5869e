"""Over the window: the keys of the page (F1), and the veil while files are dragged over it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.shell.keymap import KeyGroup
from app.ui.theme import Radius, Theme
from app.ui.widgets.keycap import keycap_width, paint_keycap
from app.ui.widgets.painting import elided

_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_COLUMN, _ROW, _PAD = 336, 26, 24


class _Over(QWidget):
    """Covers its parent and follows its size."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.cover()
        return False

    def cover(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())


class KeyOverlay(_Over):
    """All keys of the page in columns; any key or click closes it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.theme = theme
        self._groups: tuple[KeyGroup, ...] = ()
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def present(self, groups: Sequence[KeyGroup]) -> None:
        self._groups = tuple(groups)
        self._before = self.window().focusWidget()
        lines = [f"{caps.replace(' / ', ' or ')}: {meaning}" for g in groups for caps, meaning in g.keys]
        self.setAccessibleName("Keys of this page")
        self.setAccessibleDescription("; ".join(lines))
        self.cover()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        self.hide()
        before, self._before = self._before, None
        if before is not None:
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def groups(self) -> tuple[KeyGroup, ...]:
        return self._groups

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt):
            self.dismiss()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.dismiss()

    def _columns(self, height: int) -> list[list[tuple[str, str]]]:
        """Rows ("", title) and (caps, meaning) in columns: a group stays whole where it fits."""
        room = max((height - 2 * _PAD) // _ROW, 8)
        columns: list[list[tuple[str, str]]] = [[]]
        for group in self._groups:
            rows = [("", group.title), *group.keys]
            if columns[-1] and len(columns[-1]) + 1 + len(rows) > room:
                columns.append([])
            elif columns[-1]:
                columns[-1].append(("", ""))
            for row in rows:
                if len(columns[-1]) >= room:
                    columns.append([])
                columns[-1].append(row)
        return columns

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 140 if theme.tokens.dark else 90))
        columns = self._columns(self.height() - 64)
        width = min(len(columns) * _COLUMN + _PAD, self.width() - 32)
        height = max(len(rows) for rows in columns) * _ROW + 2 * _PAD
        sheet = QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)
        painter.setPen(QPen(theme.color("line2"), 1))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(sheet).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        step = (width - _PAD) // len(columns)
        for number, rows in enumerate(columns):
            left = sheet.left() + _PAD + number * step
            caps_width = max((self._caps_width(caps) for caps, _ in rows if caps), default=0)
            for line, (caps, text) in enumerate(rows):
                rect = QRect(left, sheet.top() + _PAD + line * _ROW, step - _PAD, _ROW)
                self._row(painter, rect, caps, text, caps_width)

    def _caps_width(self, caps: str) -> int:
        return sum(self._cap_width(cap) + 4 for cap in caps.split(" "))

    def _cap_width(self, cap: str) -> int:
        if cap in ("/", "…"):
            return round(QFontMetricsF(self.theme.font("label")).horizontalAdvance(cap)) + 2
        return keycap_width(self.theme, cap)

    def _row(self, painter: QPainter, rect: QRect, caps: str, text: str, caps_width: int) -> None:
        theme = self.theme
        if not caps:
            painter.setFont(theme.font("body", 600))
            painter.setPen(theme.color("t1"))
            painter.drawText(rect, _LEFT, text)
            return
        x = rect.left()
        for cap in caps.split(" "):
            width = self._cap_width(cap)
            if cap in ("/", "…"):
                painter.setFont(theme.font("label"))
                painter.setPen(theme.color("t3"))
                painter.drawText(QRect(x, rect.top(), width, rect.height()), _LEFT, cap)
            else:
                paint_keycap(painter, theme, QRect(x, rect.top() + (_ROW - 18) // 2, width, 18), cap)
            x += width + 4
        x = rect.left() + caps_width + 8
        font = theme.font("small")
        painter.setFont(font)
        painter.setPen(theme.color("t2"))
        shown = elided(text, font, rect.right() - x)
        painter.drawText(QRect(x, rect.top(), rect.right() - x, _ROW), _LEFT, shown)


class DropVeil(_Over):
    """While files are dragged over the page: accent border, tint, and what a drop will do."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self.theme = theme
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def present(self, words: str) -> None:
        self._words = words
        self.cover()
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = QColor(theme.color("tint"))
        tint.setAlpha(216)
        pen = QPen(theme.color("accent"), 2, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 2])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(tint)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(12, 12, -12, -12), Radius.DROP, Radius.DROP)
        painter.setFont(theme.font("title"))
        painter.setPen(theme.color("t1"))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._words)
