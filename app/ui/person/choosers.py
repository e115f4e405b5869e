"""Choosing a person's colour and birthday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QActionGroup, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QMenu, QWidget

from app.ui.people.popup import Popup
from app.ui.theme import PERSON_COLORS, Size, Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.painting import paint_person_dot
from app.ui.widgets.text import Paragraph

_FIRST_YEAR = 1800  # before the first photographs


def color_menu(theme: Theme, current: int, choose: Callable[[int], None], parent: QWidget) -> QMenu:
    """The twelve colours by name; `choose` hears the number of another one."""
    menu = QMenu(parent)
    group = QActionGroup(menu)
    for number, color in enumerate(PERSON_COLORS):
        chosen = number == current % len(PERSON_COLORS)
        icon = _dot(theme, number, chosen, parent.devicePixelRatioF())
        action = group.addAction(menu.addAction(icon, color.name))
        action.setCheckable(True)
        action.setChecked(chosen)
        action.setData(number)
    group.triggered.connect(lambda action: choose(action.data()) if action.data() != current else None)
    return menu


def _dot(theme: Theme, number: int, chosen: bool, ratio: float) -> QIcon:
    """The colour; the one in force carries a check mark, which the menu itself leaves out beside icons."""
    pixmap = QPixmap(round(16 * ratio), round(16 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_person_dot(painter, theme, QPointF(8, 8), number, 14)
    if chosen:
        theme.paint_icon(painter, QRectF(0, 0, 16, 16), "check-bold", PERSON_COLORS[number].text, 10)
    painter.end()
    return QIcon(pixmap)


class BirthdayPopup(Popup):
    """Asks for a day that is not to come. Enter saves it, Esc leaves it."""

    chosen = Signal(object)
    """A date, or None to remove it."""

    def __init__(self, theme: Theme, name: str, birthday: date | None, parent: QWidget) -> None:
        super().__init__(theme, f"Birthday of {name}", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        words = "No photo from before that day is suggested."
        self.column.addWidget(Paragraph(theme, words, role="small", width=264))
        today = date.today()
        day = birthday or date(today.year - 30, 1, 1)
        self.edit = QDateEdit(QDate(day.year, day.month, day.day))
        self.edit.setDateRange(QDate(_FIRST_YEAR, 1, 1), QDate(today.year, today.month, today.day))
        self.edit.setDisplayFormat("d MMMM yyyy")
        self.edit.setFixedHeight(Size.CONTROL)
        self.edit.setAccessibleName(f"Birthday of {name}")
        save = Button(theme, "Save", variant=Variant.PRIMARY, tooltip="Save", shortcut_hint="Return")
        save.clicked.connect(self._save)
        remove = Button(theme, "Remove", variant=Variant.QUIET)
        remove.clicked.connect(self._remove)
        remove.setVisible(birthday is not None)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(remove)
        row.addWidget(save)
        self.column.addLayout(row)
        self.setFocusProxy(self.edit)

    def open_below(self, anchor: QWidget) -> None:
        super().open_below(anchor)
        self.edit.setFocus(Qt.FocusReason.PopupFocusReason)
        self.edit.setSelectedSection(QDateEdit.Section.DaySection)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        day = self.edit.date()
        self.close()
        self.chosen.emit(date(day.year(), day.month(), day.day()))

    def _remove(self) -> None:
        self.close()
        self.chosen.emit(None)
