"""The endpoint: whether scripts on this computer are answered, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSpinBox

from app.rekognition.endpoint.environment import shell_line
from app.rekognition.endpoint.service import EndpointService, EndpointState, EndpointStatus
from app.ui.controller import PageHost
from app.ui.settings.rows import Controls, Row, Section
from app.ui.settings.store import Chosen
from app.ui.widgets.button import IconButton
from app.ui.widgets.segmented import SegmentedControl

_ON, _OFF = "on", "off"
_OFFERED: Final = (
    "Off. Switched on, it answers the AWS CLI and every AWS SDK on this computer, with a key from below. "
    "No other computer can reach it."
)


class EndpointSection(Section):
    """What is chosen holds at once, and when the window is opened again."""

    _heard = Signal(object)

    def __init__(self, host: PageHost, chosen: Chosen, endpoint: EndpointService) -> None:
        super().__init__(host.theme, "Endpoint")
        self._host, self._chosen, self._endpoint = host, chosen, endpoint
        theme = host.theme
        self.switch = SegmentedControl(theme, name="Endpoint")
        self.switch.add(_ON, "On", tooltip="Answer scripts on this computer")
        self.switch.add(_OFF, "Off", tooltip="Answer nobody")
        self.copy = IconButton(theme, "copy", "Copy the line that tells a shell of it")
        self.row = Row(theme, "Answer Rekognition's requests", _OFFERED, Controls(self.copy, self.switch))
        self.port = QSpinBox()
        self.port.setRange(0, 65_535)
        self.port.setSpecialValueText("Any free one")
        self.port.setMinimumSize(128, 32)
        self.port.setKeyboardTracking(False)
        self.port.lineEdit().setTextMargins(6, 0, 0, 0)
        self.port.setValue(chosen.current.endpoint_port or 0)
        self.add(self.row)
        self.add(Row(theme, "Port", "A fixed port lets a script keep its address.", self.port))
        self.switch.chosen.connect(self._choose)
        self.copy.clicked.connect(self._copy)
        self.port.valueChanged.connect(self._choose_port)
        # The service tells on threads of its own.
        self._heard.connect(self._show)
        self._unsubscribe: Callable[[], None] = lambda: None

    def activate(self) -> None:
        self._unsubscribe()
        self._unsubscribe = self._endpoint.subscribe(self._heard.emit)
        self._show(self._endpoint.status)

    def deactivate(self) -> None:
        self._unsubscribe()

    def _choose(self, key: str) -> None:
        self._chosen.choose(endpoint_on=key == _ON)
        self._endpoint.switch(key == _ON, self.port.value())

    def _choose_port(self, port: int) -> None:
        self._chosen.choose(endpoint_port=port or None)
        if self._endpoint.status.state is EndpointState.ON:
            self._endpoint.switch(True, port)

    def _show(self, status: EndpointStatus) -> None:
        on = status.state in (EndpointState.ON, EndpointState.STARTING)
        self.switch.set_current(_ON if on else _OFF)
        self.copy.setVisible(status.state is EndpointState.ON)
        if status.state is EndpointState.ON:
            self.row.say(
                f"On at {status.url}. Programs on this computer can use it with a key from below; no other "
                "computer can reach it.",
                "t2",
            )
        elif status.state is EndpointState.FAILED:
            self.row.say(status.error, "danger")
        else:
            self.row.say(
                {EndpointState.STARTING: "Starting…", EndpointState.STOPPING: "Stopping…"}.get(
                    status.state, _OFFERED
                )
            )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(shell_line(self._endpoint.status.url))
        self._host.toast("Copied. Put the key's two parts where KEY_ID and SECRET stand.")
