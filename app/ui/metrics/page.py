"""The page: the period and the operation in force, and what came of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.records import ChangeSet
from app.services.metrics import OPERATIONS, Alarm, AlarmRule, AlarmService, MetricService, Span
from app.ui.controller import PageHost, TaskRunner
from app.ui.metrics.alarm_form import AlarmForm
from app.ui.metrics.board import Board
from app.ui.metrics.state import PERIODS, Shown, read
from app.ui.search.panel import Choice
from app.ui.theme import Space
from app.ui.widgets.button import Button
from app.ui.widgets.empty import EmptyState
from app.ui.widgets.header import Header
from app.ui.widgets.segmented import SegmentedControl

# A month of a busy library takes a worker a second to add up, and its bars are half days.
_EVERY_MS: Final = {Span.HOUR: 10_000, Span.DAY: 30_000, Span.WEEK: 120_000, Span.MONTH: 300_000}
_SPANS: Final = {Span.HOUR: "1 h", Span.DAY: "24 h", Span.WEEK: "7 days", Span.MONTH: "30 days"}
_ALL: Final = "All operations"


class MetricsPage(QWidget):
    """Follows what happens while it is in sight: the more often, the shorter the time it shows."""

    key = "metrics"

    def __init__(
        self, host: PageHost, tasks: TaskRunner, metrics: MetricService, alarms: AlarmService
    ) -> None:
        super().__init__()
        self._host, self._tasks, self._metrics, self._alarms = host, tasks, metrics, alarms
        self._span = Span.DAY
        self._operation: str | None = None
        self._shown: Shown | None = None
        self._known_alarms: list[Alarm] = []
        self.form: AlarmForm | None = None
        theme = host.theme
        self.header = Header(theme, "Metrics")
        self.operation = Choice(theme, "Operation")
        self.operation.show_choices([(None, _ALL)], None)
        self.span = SegmentedControl(theme, name="Period")
        for span, text in _SPANS.items():
            self.span.add(span.value, text)
        self.span.set_current(self._span.value)
        self.export_button = Button(theme, "Export CSV…", icon="export", tooltip="Save these figures")
        for control in (self.operation, self.span, self.export_button):
            self.header.row.addWidget(control)
        self.nothing = EmptyState(
            theme,
            icon="chart-line-up",
            missing="Nothing was counted in this time",
            hint="Every operation of the window, the command line and the endpoint is counted here: "
            "how many, how long they took, and what failed.",
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.nothing)
        self.board = Board(theme)
        self._stack.addWidget(self._scrolled(self.board))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self.operation.chose.connect(self._choose_operation)
        self.span.chosen.connect(self._choose_span)
        self.export_button.clicked.connect(self.ask_export)
        alarms_card = self.board.alarms
        alarms_card.add_asked.connect(lambda: self.open_form(None))
        alarms_card.edit_asked.connect(self.open_form)
        alarms_card.remove_asked.connect(self.remove)

    # -- the page's life ---------------------------------------------------------------------------------

    def activate(self, **_params: Any) -> None:
        self.refresh()
        self._timer.start(_EVERY_MS[self._span])
        self.span.setFocus()

    def deactivate(self) -> None:
        self._timer.stop()
        self._tasks.cancel((id(self), "read"))
        if self.form is not None:
            self.form.close()

    def apply_changes(self, changes: ChangeSet) -> None:
        """What was done was counted, too: the timer shows it, an indexing would ask many times a second."""

    def regions(self) -> list[QWidget]:
        return [self.header, self._stack]

    @staticmethod
    def _scrolled(board: Board) -> QScrollArea:
        board.setContentsMargins(Space.PAGE_LEFT, Space.S, Space.PAGE_RIGHT - 16, Space.XL)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(board)
        board.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        return area

    # -- what there is -----------------------------------------------------------------------------------

    def refresh(self) -> None:
        span, operation = self._span, self._operation

        def work() -> tuple[Shown, list[Alarm]]:
            return read(self._metrics, span, operation), self._alarms.list()

        self._tasks.run(work, done=self._show, failed=self._host.show_error, key=(id(self), "read"))

    def _show(self, answer: tuple[Shown, list[Alarm]]) -> None:
        self._shown, alarms = answer
        names: list[tuple[object, str]] = [(name, name) for name in self._shown.operations]
        self.operation.show_choices([(None, _ALL), *names], self._operation)
        self.export_button.setEnabled(not self._shown.empty)
        self.board.show_state(self._shown)
        if alarms != self._known_alarms or len(self.board.alarms.rows) != len(alarms):
            self.board.show_alarms(alarms)
        self._known_alarms = alarms
        # An alarm is reason enough to show the page although nothing happened.
        self._stack.setCurrentIndex(0 if self._shown.empty and not alarms else 1)

    def _choose_span(self, key: str) -> None:
        self._span = Span(key)
        self._timer.start(_EVERY_MS[self._span])
        self.refresh()

    def _choose_operation(self, name: str | None) -> None:
        self._operation = name
        self.refresh()

    # -- alarms ------------------------------------------------------------------------------------------

    def open_form(self, alarm: Alarm | None) -> None:
        if self.form is not None:
            self.form.close()
        rule = alarm.rule if alarm is not None else None
        form = self.form = AlarmForm(self._host.theme, sorted(OPERATIONS), rule, self)

        def save(wanted: AlarmRule) -> None:
            work = (self._alarms.add, wanted) if alarm is None else (self._alarms.edit, alarm.id, wanted)
            self._tasks.run(*work, done=saved, failed=form.refuse)

        def saved(_alarm: Alarm) -> None:
            form.close()
            self.refresh()

        form.accepted_rule.connect(save)
        form.destroyed.connect(self._forget_form)
        form.show()

    def _forget_form(self) -> None:
        self.form = None

    def remove(self, alarm: Alarm) -> None:
        def removed(_nothing: object) -> None:
            self._host.toast(f"Alarm “{alarm.rule.name}” deleted")
            self.refresh()

        self._tasks.run(self._alarms.remove, alarm.id, done=removed, failed=self._host.show_error)

    # -- export ------------------------------------------------------------------------------------------

    def ask_export(self) -> None:
        suggested = f"likeness-metrics-{datetime.now():%Y-%m-%d}.csv"
        path, _ = QFileDialog.getSaveFileName(self, "Save the metrics", suggested, "CSV (*.csv)")
        if path:
            self.export(Path(path))

    def export(self, path: Path) -> None:
        end = datetime.now(UTC)
        start = end - timedelta(seconds=self._span.seconds)
        wanted = None if self._operation is None else (self._operation,)

        def done(rows: int) -> None:
            self._host.toast(f"{rows:,} rows saved to {path.name}")

        self._tasks.run(
            self._metrics.export,
            path,
            start,
            end,
            PERIODS[self._span],
            wanted,
            done=done,
            failed=self._host.show_error,
        )
