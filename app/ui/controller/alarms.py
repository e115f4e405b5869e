"""Tells of alarms that changed their state: on the desktop, and in the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from app.services.metrics import AlarmChange, AlarmService, AlarmState
from app.ui.controller.host import PageHost

_TITLES: Final = {
    AlarmState.ALARM: "In alarm: {}",
    AlarmState.OK: "OK again: {}",
    AlarmState.INSUFFICIENT_DATA: "No data: {}",
}
_SHOWN_MS: Final = 10_000


class AlarmNotices(QObject):
    """One notice for each change of state. The icon in the desktop's tray is there only while one is shown:
    it is what a notification hangs on."""

    _heard = Signal(object)

    def __init__(self, host: PageHost, window: QWidget, alarms: AlarmService) -> None:
        super().__init__(window)
        self._host, self._window = host, window
        self._tray: QSystemTrayIcon | None = None
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(_SHOWN_MS + 2000)
        self._hide.timeout.connect(self._hide_tray)
        # The service tells on a thread of its own.
        self._heard.connect(self._tell)
        self._unsubscribe = alarms.on_change(self._heard.emit)

    def close(self) -> None:
        self._unsubscribe()
        self._hide.stop()
        self._hide_tray()

    @Slot(object)
    def _tell(self, change: AlarmChange) -> None:
        # What begins to have data, and is fine, is no news.
        if change.before is AlarmState.INSUFFICIENT_DATA and change.after is AlarmState.OK:
            return
        title = _TITLES[change.after].format(change.alarm.rule.name)
        self._host.toast(f"{title}. {change.reason}")
        if self._window.isActiveWindow():
            return
        QApplication.alert(self._window)
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._notify(title, change)

    def _notify(self, title: str, change: AlarmChange) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.setToolTip("Likeness")
            self._tray.messageClicked.connect(self._open)
        self._tray.show()
        bad = change.after is AlarmState.ALARM
        icon = QSystemTrayIcon.MessageIcon.Warning if bad else QSystemTrayIcon.MessageIcon.Information
        self._tray.showMessage(title, change.reason, icon, _SHOWN_MS)
        self._hide.start()

    def _open(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
        self._host.navigate("metrics")

    def _hide_tray(self) -> None:
        if self._tray is not None:
            self._tray.hide()
