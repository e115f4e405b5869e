"""Rows of the celebrity packs: one that is loaded, one that was removed."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.celebrities import CelebrityPack, RemovedPack
from app.services.celebrities import KEPT_DAYS
from app.services.naming import counted
from app.ui.settings.rows import Controls, Row
from app.ui.theme import Theme
from app.ui.widgets.button import Button, IconButton, Variant
from app.ui.widgets.segmented import SegmentedControl
from app.ui.widgets.text import Paragraph

_ON, _OFF = "on", "off"
# More than this is a list to read in a file, not here.
_MOST_PROBLEMS = 50


class PackRow(QWidget):
    """A loaded pack: what it is, whether its people are looked for, export and removal; its problems
    open below."""

    switched = Signal(str, bool)
    export_asked = Signal(str)
    remove_asked = Signal(str)
    measure_asked = Signal(str)

    def __init__(self, theme: Theme, pack: CelebrityPack) -> None:
        super().__init__()
        self.pack = pack
        self.switch = SegmentedControl(theme, height=28, name=f"Look for the people of {pack.name}")
        self.switch.add(_ON, "On", tooltip=f"Look for the people of {pack.name}")
        self.switch.add(_OFF, "Off", tooltip=f"Keep {pack.name}, but do not look for its people")
        self.switch.set_current(_ON if pack.enabled else _OFF)
        self.switch.chosen.connect(lambda key: self.switched.emit(pack.id, key == _ON))
        self.export = IconButton(theme, "export", f"Export {pack.name} as a zip…")
        self.export.clicked.connect(lambda: self.export_asked.emit(pack.id))
        self.export.setEnabled(pack.people > 0)
        self.remove = IconButton(theme, "trash", f"Remove {pack.name}; it can be put back")
        self.remove.clicked.connect(lambda: self.remove_asked.emit(pack.id))
        self.row = Row(theme, pack.name, "", Controls(self.switch, self.export, self.remove))
        self.row.say(*_facts(pack))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.row)
        self.measure: Button | None = None
        self.more: Button | None = None
        if not pack.measured and pack.people:
            self.measure = Button(
                theme, "Measure again", height=28, tooltip=f"Measure {pack.name} with the model in use"
            )
            self.measure.clicked.connect(lambda: self.measure_asked.emit(pack.id))
            self._under(column, self.measure)
        if pack.problems:
            words = counted(len(pack.problems), "problem")
            self.more = Button(
                theme, words, variant=Variant.LINK, height=28, tooltip=f"Show the problems of {pack.name}"
            )
            self.more.setAccessibleName(f"{words} of {pack.name}")
            self.more.clicked.connect(self._show_problems)
            self._under(column, self.more)
            shown = [*pack.problems[:_MOST_PROBLEMS]]
            if len(pack.problems) > len(shown):
                shown.append(f"And {len(pack.problems) - len(shown):,} more.")
            self.problems = Paragraph(theme, "\n".join(shown), role="small", token="t2")
            self._opened = QWidget()
            below = QVBoxLayout(self._opened)
            below.setContentsMargins(0, 0, 0, 12)
            below.addWidget(self.problems)
            self._opened.hide()
            column.addWidget(self._opened)

    @staticmethod
    def _under(column: QVBoxLayout, button: Button) -> None:
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(4)

    def _show_problems(self) -> None:
        self._opened.setVisible(self._opened.isHidden())


class RemovedRow(Row):
    """A removed pack: the way back, and the end."""

    restore_asked = Signal(str)
    discard_asked = Signal(str)

    def __init__(self, theme: Theme, pack: RemovedPack) -> None:
        self.pack = pack
        back = Button(theme, "Put back", icon="arrow-counter-clockwise", height=28)
        back.setToolTip(f"Put {pack.name} back")
        back.setAccessibleName(f"Put {pack.name} back")
        end = IconButton(theme, "x", f"Delete {pack.name} for good: there is no way back")
        until = (pack.removed_at + timedelta(days=KEPT_DAYS)).astimezone()
        hint = f"Removed. Kept until {until.day} {until:%B}."
        name = f"{pack.name} {pack.version}".strip()
        super().__init__(theme, name, hint, Controls(back, end))
        self.back, self.end = back, end
        self.back.clicked.connect(lambda: self.restore_asked.emit(pack.token))
        self.end.clicked.connect(lambda: self.discard_asked.emit(pack.token))


def _facts(pack: CelebrityPack) -> tuple[str, str]:
    if not pack.people:
        return pack.problems[0] if pack.problems else "", "warn"
    if not pack.measured:
        return "Its faces were measured with another model and are not looked for.", "warn"
    who = counted(pack.people, "person", "people")
    if pack.recognisable < pack.people:
        who = f"{pack.recognisable:,} of {who}"
    return " · ".join(
        part for part in (who, f"version {pack.version}", pack.licence, pack.attribution) if part
    ), "t3"
