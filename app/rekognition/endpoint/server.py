"""The server: uvicorn on a thread and a loop of its own, on 127.0.0.1 and nowhere else."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
import threading
from typing import Any, Final

import uvicorn

from app.domain.errors import LikenessError
from app.jobs.lanes import give_way
from app.rekognition.access.door import Door
from app.rekognition.endpoint.application import Application, Core, Lanes
from app.rekognition.endpoint.connections import Connections, speaking
from app.rekognition.endpoint.limits import Limits

# Not a setting: there is no encryption, and the faces on this machine are nobody else's business.
ADDRESS: Final = "127.0.0.1"
_START_SECONDS: Final = 15.0

_log = logging.getLogger(__name__)


class EndpointError(LikenessError):
    """The endpoint cannot be started; the sentence says why."""


class Endpoint:
    """Off until started. Thread-safe; `start` and `stop` take some tenths of a second, `stop` as long as the
    operation that is being carried out."""

    def __init__(self, core: Core, door: Door, limits: Limits | None = None) -> None:
        self._core, self._door = core, door
        self._limits = limits or Limits()
        self._lock = threading.RLock()
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        run = self._run
        return run is not None and run.alive

    @property
    def port(self) -> int | None:
        run = self._run
        return run.port if run is not None and run.alive else None

    @property
    def url(self) -> str | None:
        port = self.port
        return None if port is None else f"http://{ADDRESS}:{port}"

    def start(self, port: int = 0) -> str:
        """The URL. `port` 0: any that is free. Raises EndpointError."""
        with self._lock:
            if self.running:
                raise EndpointError(f"The endpoint is on already, at {self.url}.")
            self.stop()
            self._run = _Run(self._core, self._door, self._limits, listening(port))
            try:
                self._run.start()
            except BaseException:
                self._run.stop()
                self._run = None
                raise
            url = f"http://{ADDRESS}:{self._run.port}"
        _log.info("The endpoint listens at %s", url)
        return url

    def stop(self) -> None:
        """Nothing is left afterwards: no connection, no thread. What is being carried out is ended first;
        what waits is not begun. Does nothing when it is off."""
        with self._lock:
            run, self._run = self._run, None
            if run is not None:
                run.stop()
                _log.info("The endpoint is off")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


class _Run:
    """From one start to its stop."""

    def __init__(self, core: Core, door: Door, limits: Limits, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        self._limits = limits
        self._listener = listener
        self._lanes = Lanes.of(limits)
        self._connections = Connections(limits)
        self._ready = threading.Event()
        application = Application(core, door, limits, self._lanes)
        config = uvicorn.Config(
            application.asgi(self.port),
            http=speaking(self._connections),
            ws="none",
            loop="asyncio",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            workers=1,
            timeout_keep_alive=limits.idle_seconds,
            timeout_graceful_shutdown=limits.stop_seconds,
            h11_max_incomplete_event_size=limits.header,
        )
        self._server = _Server(config, self._ready)
        self._thread = threading.Thread(target=self._serve, name="endpoint", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        _quiet()
        self._thread.start()
        self._ready.wait(_START_SECONDS)
        if not self._server.started:
            raise EndpointError("The endpoint could not be started. The program's log says more.")

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._listener.close()
        self._lanes.close()

    def _serve(self) -> None:
        # Whoever sends very much must not slow the window: its thread goes first.
        give_way()
        try:
            asyncio.run(self._run())
        except BaseException:
            _log.exception("The endpoint broke down")
        finally:
            self._ready.set()

    async def _run(self) -> None:
        asyncio.get_running_loop().set_exception_handler(_told)
        try:
            await self._server.serve([self._listener])
        finally:
            # uvicorn leaves those whose time to end was over.
            self._connections.drop_all()
            for _ in range(3):
                await asyncio.sleep(0)


def listening(port: int) -> socket.socket:
    """Raises EndpointError."""
    if not 0 <= port <= 65_535:
        raise EndpointError(f"{port} is no port: it is a number from 1 to 65535, or 0 for any that is free.")
    # By its protocol asyncio knows that small writes need not wait (TCP_NODELAY), which would be 40 ms each.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            # There, reusing an address would let two programs listen to the same port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise EndpointError(_why(port, error)) from error
    return listener


def _why(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program, or by another window of Likeness. Choose another "
            "port, or close that one."
        )
    if error.errno == errno.EACCES:
        return f"The system does not let this program listen to port {port}. Choose one above 1023."
    return f"The endpoint could not listen to port {port}: {error.strerror}."


def _told(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Callers that break off in the middle are nothing to tell a person about."""
    _log.debug("%s", context.get("message"), exc_info=context.get("exception"))


def _quiet() -> None:
    """uvicorn says on stderr what every malformed request is; anybody could fill a log with that."""
    logger = logging.getLogger("uvicorn")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
