"""Fixtures of the window's tests: offscreen, and strict about what Qt says and what is left behind."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QObject, QThread, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from app.ui.theme import Theme, ThemeMode

# Qt's own remarks about the machine the tests run on, not about the program.
_MACHINE = (
    "This plugin does not support",
    "propagateSizeHints",
    "QFontDatabase: Cannot find font directory",
)


@pytest.fixture(scope="session")
def theme_of_session(qapp: QApplication) -> Theme:
    return Theme(qapp, ThemeMode.LIGHT, reduce_motion=True)


@pytest.fixture
def theme(theme_of_session: Theme) -> Iterator[Theme]:
    """The applied theme: light, without motion; set back after the test."""
    yield theme_of_session
    theme_of_session.set_reduce_motion(True)
    theme_of_session.set_mode(ThemeMode.LIGHT)


@pytest.fixture(autouse=True)
def strict_qt(qapp: QApplication) -> Iterator[None]:
    """A Qt warning, or a thread or timer that runs on after the test, fails it."""
    said: list[str] = []

    def note(kind: QtMsgType, _context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and not any(text in message for text in _MACHINE):
            said.append(message)

    before = set(threading.enumerate())
    known = {id(timer) for timer in _running_timers(qapp)}
    previous = qInstallMessageHandler(note)
    try:
        yield
        for widget in QApplication.topLevelWidgets():
            widget.close()
            widget.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qapp.processEvents()
        gc.collect()
    finally:
        qInstallMessageHandler(previous)
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    running = [str(thread) for thread in _objects(QThread) if thread.isRunning() and _is_ours(thread, qapp)]
    timers = [str(timer) for timer in _running_timers(qapp) if id(timer) not in known]
    problems = [f"Qt said: {message}" for message in said]
    problems += [f"thread left running: {name}" for name in left + running]
    problems += [f"timer left running: {name}" for name in timers]
    assert not problems, "\n".join(problems)


def _objects(kind: type[QObject]) -> list[QObject]:
    import shiboken6

    return [o for o in gc.get_objects() if isinstance(o, kind) and shiboken6.isValid(o)]


def _running_timers(_app: QApplication) -> list[QTimer]:
    return [timer for timer in _objects(QTimer) if timer.isActive() and not timer.isSingleShot()]


def _is_ours(thread: QThread, app: QApplication) -> bool:
    return thread is not app.thread()
