"""The alarms in a card: a row each, with its state as icon, word and colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.services.metrics import Alarm, AlarmState
from app.ui.metrics.cards import TitledCard
from app.ui.theme import Theme
from app.ui.widgets.button import Button, IconButton
from app.ui.widgets.glyph import Divider, Glyph
from app.ui.widgets.text import ElidedLabel, Label, Paragraph

_STATES: Final = {
    AlarmState.OK: ("check-circle", "accent_text", "OK"),
    AlarmState.ALARM: ("warning-circle", "danger", "In alarm"),
    AlarmState.INSUFFICIENT_DATA: ("hourglass-medium", "t3", "No data yet"),
}


def since(moment: datetime, now: datetime) -> str:
    """ "since 08:00" today, else "for 12 days"."""
    local, today = moment.astimezone(), now.astimezone()
    if local.date() == today.date():
        return f"since {local:%H:%M}"
    days = max((today.date() - local.date()).days, 1)
    return "since yesterday" if days == 1 else f"for {days:,} days"


class AlarmRow(QWidget):
    """Condition and state, with what can be done at the right."""

    def __init__(
        self, theme: Theme, alarm: Alarm, edit: Callable[[Alarm], None], remove: Callable[[Alarm], None]
    ) -> None:
        super().__init__()
        icon, token, word = _STATES[alarm.state]
        told = since(alarm.since, datetime.now(UTC))
        self.setAccessibleName(f"{alarm.rule.name}: {word} {told}. {alarm.rule.sentence}")
        words = QVBoxLayout()
        words.setSpacing(0)
        name = ElidedLabel(theme, alarm.rule.name, weight=500)
        words.addWidget(name)
        words.addWidget(Paragraph(theme, alarm.rule.sentence, role="small", token="t2"))
        state = QVBoxLayout()
        state.setSpacing(0)
        state.addWidget(Label(theme, word, weight=500, token=token), 0, Qt.AlignmentFlag.AlignRight)
        state.addWidget(Label(theme, told, role="small", token="t3"), 0, Qt.AlignmentFlag.AlignRight)
        self.more = IconButton(theme, "dots-three", f"Change or delete the alarm {alarm.rule.name}", side=28)
        menu = QMenu(self.more)
        menu.addAction("Change…", lambda: edit(alarm))
        menu.addAction("Delete", lambda: remove(alarm))
        self.more.clicked.connect(
            lambda: menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + 4)))
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(12)
        row.addWidget(Glyph(theme, icon, token=token, size=20), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        row.addLayout(state)
        row.addWidget(self.more)


class AlarmsCard(TitledCard):
    """All alarms, those in alarm first."""

    add_asked = Signal()
    edit_asked = Signal(object)
    remove_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Alarms")
        self.add = Button(theme, "New alarm…", icon="plus", height=28, tooltip="Watch a metric")
        self.add.clicked.connect(self.add_asked)
        self.head.addWidget(self.add)
        self.rows: list[AlarmRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.body.addLayout(self._list)
        self.note = Paragraph(theme, "", role="small", token="t3")
        self.body.addWidget(self.note)
        self.body.addStretch(1)

    def show_alarms(self, alarms: Sequence[Alarm]) -> None:
        while (taken := self._list.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        for alarm in sorted(alarms, key=lambda each: each.state is not AlarmState.ALARM):
            self._list.addWidget(Divider(self.theme))
            row = AlarmRow(self.theme, alarm, self.edit_asked.emit, self.remove_asked.emit)
            self._list.addWidget(row)
            self.rows.append(row)
        self.note.setText(
            "An alarm notifies once when its state changes."
            if alarms
            else "An alarm watches a metric, and tells you once when it has gone too far for a while: for "
            "example when a script makes more than 5 user errors in 5 minutes."
        )
