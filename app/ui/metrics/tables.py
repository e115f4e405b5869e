"""The figures of each operation, and the errors one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from app.domain.text import printable
from app.services.metrics import Metric, OperationError, Statistic, Sums
from app.ui.metrics.state import milliseconds

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COUNTS: Final = (
    ("Requests", "requests"),
    ("Successful", "successes"),
    ("User errors", "user_errors"),
    ("Server errors", "server_errors"),
    ("Throttled", "throttled"),
)
_TIMES: Final = (
    ("Average", Statistic.AVERAGE),
    ("Median", Statistic.P50),
    ("95th", Statistic.P95),
    ("99th", Statistic.P99),
)
_FOUND: Final = (("Faces", "faces"), ("Labels", "labels"))
_ROW: Final = 32
_NAME: Final = 176
_NUMBER: Final = 76
_MOST_ROWS: Final = 8


class _Row(QTreeWidgetItem):
    """Sorts by its numbers, not by how they are written."""

    def __lt__(self, other: QTreeWidgetItem) -> bool:
        tree = self.treeWidget()
        column = tree.sortColumn() if tree is not None else 0
        role = Qt.ItemDataRole.UserRole
        mine, others = self.data(column, role), other.data(column, role)
        if mine is None or others is None:
            return self.text(column) < other.text(column)
        return bool(mine < others)


class _Table(QTreeWidget):
    """As high as its rows, to a limit; Ctrl+C copies the chosen rows, or all."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHeaderLabels(list(columns))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setStyleSheet("QTreeWidget { background: transparent; } QTreeWidget::item { padding: 6px 4px; }")
        self.header().setStretchLastSection(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def fit(self) -> None:
        rows = min(max(self.topLevelItemCount(), 1), _MOST_ROWS)
        self.setFixedHeight(self.header().sizeHint().height() + rows * _ROW + 12)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            items = self.selectedItems() or [
                item for at in range(self.topLevelItemCount()) if (item := self.topLevelItem(at)) is not None
            ]
            lines = ["\t".join(item.text(at) for at in range(self.columnCount())) for item in items]
            QGuiApplication.clipboard().setText("\n".join(lines))
            return
        super().keyPressEvent(event)


class OperationTable(_Table):
    """A row for each operation of the period: counts, response times, what was found."""

    def __init__(self) -> None:
        names = [name for name, _ in (*_COUNTS, *_TIMES, *_FOUND)]
        super().__init__("Operations", ["Operation", *names])
        self.setSortingEnabled(True)
        self.sortByColumn(1, Qt.SortOrder.DescendingOrder)
        self.setColumnWidth(0, _NAME)
        for column, name in enumerate(names, 1):
            self.headerItem().setTextAlignment(column, _RIGHT)
            # With room for the arrow of the sorting.
            self.setColumnWidth(column, max(self.fontMetrics().horizontalAdvance(name) + 24, _NUMBER))

    def show_sums(self, sums: dict[str, Sums]) -> None:
        self.setSortingEnabled(False)
        self.clear()
        for name, each in sums.items():
            row = _Row([name])
            numbers = [(getattr(each, field), f"{getattr(each, field):,}") for _, field in _COUNTS]
            for _, statistic in _TIMES:
                value = each.value(Metric.RESPONSE_TIME, statistic)
                numbers.append((value, "" if np.isnan(value) else milliseconds(value)))
            for _, field in _FOUND:
                count = getattr(each, field)
                numbers.append((count, f"{count:,}" if count else ""))
            for column, (value, text) in enumerate(numbers, 1):
                row.setData(column, Qt.ItemDataRole.UserRole, float(value))
                row.setText(column, text)
                row.setTextAlignment(column, _RIGHT)
            self.addTopLevelItem(row)
        self.setSortingEnabled(True)
        self.fit()


class ErrorTable(_Table):
    """The latest errors with their sentences."""

    def __init__(self) -> None:
        super().__init__("Errors", ["Time", "Operation", "From", "Error", "What happened"])
        mode = QHeaderView.ResizeMode
        for column in range(4):
            self.header().setSectionResizeMode(column, mode.ResizeToContents)
        self.header().setSectionResizeMode(4, mode.Stretch)

    def show_errors(self, errors: Sequence[OperationError]) -> None:
        self.clear()
        for error in errors:
            at = error.at.astimezone()
            words = printable(error.message)
            row = _Row(
                [f"{at:%a} {at.day} {at:%b %H:%M:%S}", error.operation, error.origin.value, error.code, words]
            )
            row.setToolTip(4, words)
            self.addTopLevelItem(row)
        self.fit()
