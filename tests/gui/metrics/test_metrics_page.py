"""Metrics in the whole window: what was done in it is counted, drawn, exported and watched."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.domain.errors import NoFace
from app.services.metrics import AlarmRule, AlarmState, Comparison, Metric, Statistic
from app.services.metrics.alarms import SETTLED_AFTER
from app.ui.metrics.page import MetricsPage
from tests.gui.program.stage import CTRL, KEY, Stage


def compare(stage: Stage, source: str, target: str) -> None:
    stage.bench.compare.compare(stage.pictures / source, stage.pictures / target)


def metrics(stage: Stage) -> MetricsPage:
    page = stage.page("metrics")
    assert isinstance(page, MetricsPage)
    stage.rest(lambda: page._shown is not None)
    page.refresh()
    stage.rest()
    return page


def test_by_its_key(stage: Stage) -> None:
    QTest.keyClick(stage.window, KEY.Key_8, CTRL)
    stage.rest(lambda: stage.window.current_key == "metrics")
    assert stage.window.windowTitle() == "Metrics – Likeness"


def test_an_empty_library_says_what_will_be_here(empty_stage: Stage) -> None:
    page = metrics(empty_stage)
    assert page._stack.currentWidget() is page.nothing
    assert not page.export_button.isEnabled()


def test_what_was_done_is_counted_and_drawn(stage: Stage) -> None:
    for _ in range(3):
        compare(stage, "ada-2015.png", "both.png")
    with pytest.raises(NoFace):
        compare(stage, "nobody.png", "both.png")
    page = metrics(stage)
    board = page.board
    sums = page._shown.sums["CompareFaces"]
    assert (sums.successes, sums.user_errors) == (3, 1)
    figures = {cell.name.text(): cell.figure.text() for cell in board.totals.cells}
    assert figures["Server errors"] == "0" and figures["User errors"] == "2", "one is of the furnishing"
    assert "CompareFaces: 4" in board.requests.graph.words(len(page._shown.starts) - 1)
    row = board.operations.topLevelItem(0)
    named = [board.operations.topLevelItem(at).text(0) for at in range(board.operations.topLevelItemCount())]
    assert row is not None and "CompareFaces" in named
    assert board.errors.topLevelItem(0).text(1) == "CompareFaces"
    assert "no face in the source image" in board.errors.topLevelItem(0).text(4)


def test_one_operation_of_one_hour(stage: Stage) -> None:
    compare(stage, "ada-2015.png", "both.png")
    page = metrics(stage)
    page.span.chosen.emit("hour")
    page.operation.chose.emit("CompareFaces")
    stage.rest(lambda: page._shown.operation == "CompareFaces" and page._shown.period == 60)
    assert set(page._shown.sums) == {"CompareFaces"} and "IndexFaces" in page._shown.operations
    assert np.nansum(page._shown.requests[0].values) == 1


def test_a_graph_is_read_with_the_arrow_keys(stage: Stage) -> None:
    compare(stage, "ada-2015.png", "both.png")
    page = metrics(stage)
    graph = page.board.requests.graph
    last = len(page._shown.starts) - 1
    graph.setFocus()
    QTest.keyClick(graph, KEY.Key_End)
    assert graph.at == last and "CompareFaces: 1" in graph.accessibleDescription()
    QTest.keyClick(graph, KEY.Key_Left)
    assert graph.at == last - 1
    QTest.keyClick(graph, KEY.Key_Home)
    QTest.keyClick(graph, KEY.Key_Left)
    assert graph.at == 0
    place = graph.rect().center()
    QTest.mouseMove(graph, place)
    QTest.mouseMove(graph, place + QPoint(3, 0))
    assert graph.at not in (0, None)
    graph._leave()


def test_an_alarm_is_made_changed_and_deleted(stage: Stage) -> None:
    compare(stage, "ada-2015.png", "both.png")
    page = metrics(stage)
    page.board.alarms.add.click()
    form = page.form
    assert form is not None and not form.save.isEnabled()
    form.name.setText("Scripts fail")
    form.threshold.setValue(5)
    form.save.click()
    stage.rest(lambda: len(page.board.alarms.rows) == 1)
    (alarm,) = stage.bench.alarms.list()
    assert alarm.rule.metric is Metric.USER_ERRORS and alarm.rule.threshold == 5
    page.open_form(alarm)
    assert page.form.name.text() == "Scripts fail" and page.form.threshold.value() == 5
    page.form.name.setText("Scripts fail often")
    page.form.save.click()
    stage.rest(lambda: [each.rule.name for each in stage.bench.alarms.list()] == ["Scripts fail often"])
    page.remove(stage.bench.alarms.list()[0])
    stage.rest(lambda: not page.board.alarms.rows)


def test_a_name_that_is_taken_keeps_the_form_open(stage: Stage) -> None:
    rule = AlarmRule("Slow", Metric.RESPONSE_TIME, Statistic.AVERAGE, Comparison.GREATER, 100)
    stage.bench.alarms.add(rule)
    page = metrics(stage)
    page.open_form(None)
    page.form.name.setText("Slow")
    page.form.save.click()
    stage.rest(lambda: page.form.problem.isVisible())
    assert len(stage.bench.alarms.list()) == 1
    page.form.close()
    stage.rest(lambda: page.form is None)


def test_a_change_of_state_is_told_once(stage: Stage) -> None:
    stage.bench.alarms.add(
        AlarmRule("Any comparison", Metric.SUCCESSFUL, Statistic.SUM, Comparison.GREATER, 0, 60, 1)
    )
    told: list[str] = []
    stage.shown.host.toast = lambda text, undo=None: told.append(text)
    compare(stage, "ada-2015.png", "both.png")
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    over = minute + timedelta(seconds=60 + SETTLED_AFTER)
    (change,) = stage.bench.alarms.evaluate(over)
    assert change.after is AlarmState.ALARM
    assert stage.bench.alarms.evaluate(over + timedelta(seconds=1)) == []
    stage.rest(lambda: bool(told))
    assert len(told) == 1 and told[0].startswith("In alarm: Any comparison.")


def test_the_figures_are_saved(stage: Stage, tmp_path: Path) -> None:
    compare(stage, "ada-2015.png", "both.png")
    page = metrics(stage)
    path = tmp_path / "figures.csv"
    page.export(path)
    stage.rest(path.is_file)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert any("CompareFaces" in row for row in rows[1:])
