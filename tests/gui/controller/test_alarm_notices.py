"""A change of an alarm's state, told on the desktop where the window is not in front."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QSystemTrayIcon

from app.services.metrics import Alarm, AlarmChange, AlarmRule, AlarmState, Comparison, Metric, Statistic
from app.ui.controller.alarms import AlarmNotices
from tests.gui.program.stage import Stage

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
RULE = AlarmRule("Scripts fail", Metric.USER_ERRORS, Statistic.SUM, Comparison.GREATER, 5)


def change(before: AlarmState, after: AlarmState) -> AlarmChange:
    return AlarmChange(Alarm(1, RULE, after, NOW, NOW), before, after, NOW, "7 in the last 5 minutes.")


@pytest.fixture
def notified(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the desktop was given: there is no tray where the tests run."""
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda self: None)
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, text, *_: shown.append((title, text))
    )
    return shown


@pytest.fixture
def notices(stage: Stage) -> AlarmNotices:
    return stage.shown._alarms


def test_the_desktop_is_told_when_the_window_is_not_in_front(
    stage: Stage, notices: AlarmNotices, notified: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices._window, "isActiveWindow", lambda: False)
    notices._heard.emit(change(AlarmState.OK, AlarmState.ALARM))
    assert notified == [("In alarm: Scripts fail", "7 in the last 5 minutes.")]
    assert "In alarm: Scripts fail" in stage.said
    notices._heard.emit(change(AlarmState.ALARM, AlarmState.OK))
    assert notified[1][0] == "OK again: Scripts fail"
    notices._open()
    stage.rest(lambda: stage.window.current_key == "metrics")


def test_the_window_in_front_tells_it_itself(
    stage: Stage, notices: AlarmNotices, notified: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices._window, "isActiveWindow", lambda: True)
    notices._heard.emit(change(AlarmState.OK, AlarmState.ALARM))
    assert notified == [] and "In alarm: Scripts fail" in stage.said


def test_the_first_data_are_no_news_where_all_is_well(
    stage: Stage, notices: AlarmNotices, notified: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices._window, "isActiveWindow", lambda: False)
    notices._heard.emit(change(AlarmState.INSUFFICIENT_DATA, AlarmState.OK))
    assert notified == []
    notices._heard.emit(change(AlarmState.INSUFFICIENT_DATA, AlarmState.ALARM))
    assert len(notified) == 1
