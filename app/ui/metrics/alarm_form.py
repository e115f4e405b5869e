"""An alarm's condition, to write or to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.services.metrics import AlarmRule, Comparison, Metric, Missing, Statistic
from app.ui.theme import Theme
from app.ui.widgets.button import Button, Variant
from app.ui.widgets.field import TextField
from app.ui.widgets.text import Label, Paragraph

METRICS: Final = {
    Metric.USER_ERRORS: "User errors",
    Metric.SERVER_ERRORS: "Server errors",
    Metric.THROTTLED: "Throttled requests",
    Metric.SUCCESSFUL: "Successful requests",
    Metric.RESPONSE_TIME: "Response time, ms",
    Metric.FACES: "Faces detected",
    Metric.LABELS: "Labels detected",
}
_COMPARISONS: Final = {
    Comparison.GREATER: "is above",
    Comparison.GREATER_OR_EQUAL: "is at least",
    Comparison.LESS: "is below",
    Comparison.LESS_OR_EQUAL: "is at most",
}
_PERIODS: Final = {
    60: "1 minute",
    300: "5 minutes",
    900: "15 minutes",
    1800: "30 minutes",
    3600: "1 hour",
    6 * 3600: "6 hours",
    86_400: "1 day",
}
_MISSING: Final = {
    Missing.MISSING: "say nothing",
    Missing.NOT_BREACHING: "are fine",
    Missing.BREACHING: "count as beyond it",
    Missing.IGNORE: "keep the state",
}
ALL: Final = "All operations"


class AlarmForm(QDialog):
    """Beside the page, not in its way. `accepted_rule` carries the rule; whoever saves it closes the form, or
    says with `refuse` what is wrong."""

    accepted_rule = Signal(object)

    def __init__(
        self, theme: Theme, operations: Sequence[str], rule: AlarmRule | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Change the alarm" if rule is not None else "New alarm")
        self.name = TextField(theme, "For example: scripts fail")
        self.operation, self.measure, self.statistic = QComboBox(), QComboBox(), QComboBox()
        self.comparison, self.period, self.missing = QComboBox(), QComboBox(), QComboBox()
        self.threshold = QDoubleSpinBox()
        self.threshold.setRange(0, 1e9)
        self.threshold.setDecimals(1)
        self.periods = QSpinBox()
        self.periods.setRange(1, 100)
        self.threshold.lineEdit().setTextMargins(6, 0, 0, 0)
        self.periods.lineEdit().setTextMargins(6, 0, 0, 0)
        self.operation.addItem(ALL, None)
        for name in operations:
            self.operation.addItem(name, name)
        for box, choices in (
            (self.measure, METRICS),
            (self.comparison, _COMPARISONS),
            (self.period, _PERIODS),
            (self.missing, _MISSING),
        ):
            for value, words in choices.items():
                box.addItem(words, value)
        self.problem = Paragraph(theme, "", role="small", token="danger")
        self.problem.hide()
        self.save = Button(theme, "Save", variant=Variant.PRIMARY, tooltip="Watch this from now on")
        cancel = Button(theme, "Cancel", variant=Variant.QUIET, shortcut_hint="Esc")
        self.save.setDefault(True)
        self._lay_out(theme, cancel)
        self.measure.currentIndexChanged.connect(self._offer_statistics)
        self.name.textChanged.connect(self._check)
        self.save.clicked.connect(lambda: self.accepted_rule.emit(self.rule()))
        cancel.clicked.connect(self.close)
        self._offer_statistics()
        if rule is not None:
            self._show(rule)
        self._check()
        self.name.setFocus()

    def _lay_out(self, theme: Theme, cancel: Button) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        lines = (
            ("Name", (self.name,)),
            ("Operation", (self.operation,)),
            ("When the", (self.statistic, Label(theme, "of", token="t2"), self.measure)),
            ("", (self.comparison, self.threshold)),
            ("in each of", (self.periods, Label(theme, "periods of", token="t2"), self.period)),
            ("Periods without requests", (self.missing,)),
        )
        names: dict[QWidget, str] = {
            self.operation: "Operation",
            self.statistic: "Statistic",
            self.measure: "Metric",
            self.comparison: "Comparison",
            self.threshold: "Threshold",
            self.periods: "Number of periods",
            self.period: "Length of a period",
            self.missing: "Periods without requests",
        }
        for field, name in names.items():
            field.setAccessibleName(name)
            field.setMinimumHeight(32)
        for line, (words, fields) in enumerate(lines):
            grid.addWidget(Label(theme, words, token="t2"), line, 0)
            row = QHBoxLayout()
            row.setSpacing(8)
            for field in fields:
                row.addWidget(field, 0 if isinstance(field, QLabel) else 1)
            grid.addLayout(row, line, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(self.problem)
        column.addLayout(buttons)
        self.setMinimumWidth(480)

    def rule(self) -> AlarmRule:
        return AlarmRule(
            name=self.name.text().strip(),
            metric=Metric(self.measure.currentData()),
            statistic=Statistic(self.statistic.currentData()),
            comparison=Comparison(self.comparison.currentData()),
            threshold=self.threshold.value(),
            period=int(self.period.currentData()),
            periods=self.periods.value(),
            operation=self.operation.currentData(),
            missing=Missing(self.missing.currentData()),
        )

    def refuse(self, error: Exception) -> None:
        """It could not be saved: the form stays, with what was written."""
        self.problem.setText(str(error))
        self.problem.show()
        self.name.setFocus()

    def _show(self, rule: AlarmRule) -> None:
        self.name.setText(rule.name)
        if rule.operation is not None and self.operation.findData(rule.operation) < 0:
            self.operation.addItem(rule.operation, rule.operation)
        if self.period.findData(rule.period) < 0:
            self.period.addItem(f"{rule.period:,} seconds", rule.period)
        for box, value in (
            (self.operation, rule.operation),
            (self.measure, rule.metric),
            (self.statistic, rule.statistic),
            (self.comparison, rule.comparison),
            (self.period, rule.period),
            (self.missing, rule.missing),
        ):
            box.setCurrentIndex(box.findData(value))
        self.threshold.setValue(rule.threshold)
        self.periods.setValue(rule.periods)

    def _offer_statistics(self) -> None:
        chosen = self.statistic.currentData()
        self.statistic.clear()
        for statistic in Metric(self.measure.currentData()).statistics:
            self.statistic.addItem(statistic.value, statistic)
        self.statistic.setCurrentIndex(max(self.statistic.findData(chosen), 0))

    def _check(self) -> None:
        named = bool(self.name.text().strip())
        self.save.setEnabled(named)
        self.save.setToolTip("Watch this from now on" if named else "Give it a name first")
