"""What a photo shows, as a list: a row for each label, which lights up the boxes of its things."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from app.domain.attributes import Label
from app.ui.attributes.words import label_detail
from app.ui.theme import Radius, Size, Theme
from app.ui.widgets.bars import paint_bar
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.painting import elided
from app.ui.widgets.text import Paragraph

FIRST = 14
_POINT = "Point at a label: its things light up in the picture."
_BAR, _FIGURE, _GAP = 56, 40, 8
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class LabelRow(QAbstractButton):
    """Name, what kind of thing it is, bar and figure, 28 high. `lit` while pointed at or focused."""

    lit = Signal(object)
    """The Label, or None when it is left."""

    def __init__(self, theme: Theme, label: Label, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self.label = theme, label
        self.setFixedHeight(28)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("ringRadius", Radius.ROW)
        self.setText(label.name)
        detail = label_detail(label)
        self.setAccessibleName(", ".join(filter(None, (label.name, detail, f"{label.confidence:.1f}"))))
        self.setAccessibleDescription(facts(label, hint))
        if hint:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 28)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.lit.emit(self.label)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.lit.emit(self.label if self.hasFocus() else None)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.lit.emit(self.label)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.lit.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("press" if self.isDown() else "hover"))
            painter.drawRoundedRect(QRectF(self.rect()), Radius.ROW, Radius.ROW)
        height, right = self.height(), self.width() - _GAP
        room = right - _FIGURE - _BAR - 2 * _GAP
        font = theme.font("small", 500)
        name = elided(self.label.name, font, room - _GAP)
        painter.setFont(font)
        painter.setPen(theme.color("t1"))
        painter.drawText(QRectF(_GAP, 0, room, height), _LEFT, name)
        taken = QFontMetricsF(font).horizontalAdvance(name) + 2 * _GAP
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("t3"))
        if room - taken > 32:
            detail = elided(label_detail(self.label), theme.font("small"), round(room - taken))
            painter.drawText(QRectF(taken, 0, room - taken, height), _LEFT, detail)
        painter.setPen(theme.color("t2"))
        painter.drawText(QRectF(right - _FIGURE, 0, _FIGURE, height), _RIGHT, f"{self.label.confidence:.1f}")
        bar = QRectF(right - _FIGURE - _GAP - _BAR + 8, height / 2 - 2, _BAR, 4)
        paint_bar(painter, theme, bar, 0.0, self.label.confidence / 100, "t2")


def facts(label: Label, hint: str = "") -> str:
    """ "Kitchenware › Cup · also Mug · Kitchen and Dining"."""
    parts = [" › ".join((*reversed(label.parents), label.name))]
    if label.aliases:
        parts.append(f"also {', '.join(label.aliases)}")
    parts += label.categories
    if hint:
        parts.append(hint)
    return " · ".join(parts)


class LabelList(QWidget):
    """The surest labels first; the rest after Show all. `chosen` says which was clicked."""

    lit = Signal(object)
    chosen = Signal(str)

    def __init__(self, theme: Theme, hint: str = "", parent: QWidget | None = None) -> None:
        """`hint` says what a click does; without one a label cannot be clicked to any end."""
        super().__init__(parent)
        self.theme, self._hint = theme, hint
        self._labels: tuple[Label, ...] = ()
        self._all = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._more = Button(theme, "", variant=Variant.LINK, height=Size.CONTROL_SMALL)
        self._more.clicked.connect(self._show_all)
        self._rows: list[LabelRow] = []
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._more.hide()
        self._facts = Paragraph(theme, "", role="small", token="t3")
        # As high as it gets: the rows below must not move while the pointer does.
        self._facts.setFixedHeight(2 * 16)
        holder = QVBoxLayout()
        holder.setContentsMargins(_GAP, 4, _GAP, 0)
        holder.addWidget(self._facts)
        self._column.addLayout(holder)
        self.lit.connect(self._show_facts)

    def set_labels(self, labels: tuple[Label, ...]) -> None:
        if labels == self._labels:
            return
        self._labels, self._all = labels, False
        self._fill()

    def _show_facts(self, label: Label | None) -> None:
        words = facts(label, self._hint) if label is not None else _POINT if self._boxed else ""
        self._facts.setText(words)

    @property
    def _boxed(self) -> bool:
        return any(label.instances for label in self._labels)

    def rows(self) -> list[LabelRow]:
        return list(self._rows)

    def _show_all(self) -> None:
        self._all = True
        self._fill()
        if len(self._rows) > FIRST:
            self._rows[FIRST].setFocus(Qt.FocusReason.TabFocusReason)

    def _fill(self) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        count = len(self._labels)
        # One more row is no worse than a button that brings it.
        shown = self._labels if self._all or count <= FIRST + 1 else self._labels[:FIRST]
        self._rows = [LabelRow(self.theme, label, self._hint) for label in shown]
        for place, row in enumerate(self._rows):
            row.lit.connect(self.lit)
            row.clicked.connect(lambda _=False, name=row.label.name: self.chosen.emit(name))
            self._column.insertWidget(place, row)
        self._more.setText(f"Show all {count}")
        self._more.setVisible(len(shown) < count)
        self.lit.emit(None)
