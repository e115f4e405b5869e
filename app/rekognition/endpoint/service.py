"""The endpoint as a thing to switch on and off, with its keys."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import LikenessError
from app.domain.records import Origin
from app.rekognition.access.door import Door
from app.rekognition.access.keys import KeyService
from app.rekognition.access.secrets import SecretStore
from app.rekognition.access.throttle import BURST, RATE, Throttle
from app.rekognition.core import Rekognition
from app.rekognition.endpoint.limits import Limits
from app.services.origins import with_origin
from app.services.workbench import Workbench

if TYPE_CHECKING:
    from app.rekognition.endpoint.server import Endpoint

_log = logging.getLogger(__name__)


class EndpointState(StrEnum):
    OFF = "off"
    STARTING = "starting"
    ON = "on"
    STOPPING = "stopping"
    FAILED = "failed"


@dataclass(frozen=True)
class EndpointStatus:
    """`url` and `port` while it is on; `error` a sentence where it could not be started."""

    state: EndpointState = EndpointState.OFF
    url: str = ""
    port: int | None = None
    error: str = ""


Listener = Callable[[EndpointStatus], None]


class EndpointService:
    """Thread-safe. `bench` is that of the window or the command line: changes that come through the endpoint
    are noted as the endpoint's, and told to whoever listens to the bench. `close` before the bench is closed.

    `rate` calls a second and `burst` at once are let through for each key. `port`: where it listens unless
    another is named; None: any that is free.
    """

    def __init__(
        self,
        bench: Workbench,
        secrets: SecretStore,
        *,
        rate: float = RATE,
        burst: int = BURST,
        port: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.keys = KeyService(bench.library.database, secrets)
        self._core = Rekognition(with_origin(bench, Origin.ENDPOINT), Origin.ENDPOINT)
        model = self._core.model
        # Kept from one start to the next: a signed request that was caught before is still known.
        self._door = Door(self.keys, bench.meter, {*model.operations, *model.others}, Throttle(rate, burst))
        self._limits, self._port = limits, port
        self._acting = threading.Lock()
        self._lock = threading.Lock()
        self._status = EndpointStatus()
        self._listeners: list[Listener] = []
        self._closed = False
        self._switching: list[threading.Thread] = []
        self._endpoint: Endpoint | None = None

    @property
    def status(self) -> EndpointStatus:
        return self._status

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Called with each new status, on the thread that brought it about. Returns what ends it."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def switch(self, on: bool, port: int | None = None) -> None:
        """Start or stop it on a thread of its own: returns at once, and the status tells how it went. On
        where it is on already: it moves."""

        def act() -> None:
            try:
                if on:
                    self.start(port)
                else:
                    self.stop()
            except LikenessError:
                pass  # the status has the sentence
            except Exception:
                _log.exception("The endpoint could not be switched")

        thread = threading.Thread(target=act, name="endpoint-switch", daemon=True)
        with self._lock:
            if self._closed:
                return
            self._switching = [each for each in self._switching if each.is_alive()]
            self._switching.append(thread)
            thread.start()

    def start(self, port: int | None = None) -> str:
        """The URL. Waits until it listens. Where it is on already, it moves. `port` 0: any that is free.
        Raises EndpointError."""
        # Only whoever switches it on waits for the server's libraries.
        from app.rekognition.endpoint.server import Endpoint, EndpointError

        with self._acting:
            if self._closed:
                raise EndpointError("The library is being closed.")
            self._stop()
            self._set(EndpointStatus(EndpointState.STARTING))
            endpoint = Endpoint(self._core, self._door, self._limits)
            try:
                url = endpoint.start((self._port if port is None else port) or 0)
            except BaseException as error:
                told = (
                    str(error) if isinstance(error, LikenessError) else "The endpoint could not be started."
                )
                self._set(EndpointStatus(EndpointState.FAILED, error=told))
                raise
            self._endpoint = endpoint
            self._set(EndpointStatus(EndpointState.ON, url, endpoint.port))
            return url

    def stop(self) -> None:
        """Waits until nothing of it is left. Does nothing when it is off."""
        with self._acting:
            self._stop()
            self._set(EndpointStatus())

    def close(self) -> None:
        """Stop it for good."""
        with self._lock:
            self._closed = True
            switching = list(self._switching)
        for thread in switching:
            if thread is not threading.current_thread():
                thread.join()
        self.stop()

    def _stop(self) -> None:
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            self._set(EndpointStatus(EndpointState.STOPPING))
            endpoint.stop()

    def _set(self, status: EndpointStatus) -> None:
        with self._lock:
            if status == self._status:
                return
            self._status = status
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(status)
            except Exception:
                _log.exception("A listener to the endpoint failed")
