"""HTTP/1.1 as uvicorn speaks it, with an end to every wait that a caller could draw out."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from app.rekognition.endpoint.limits import Limits

_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 19\r\n"
    b"connection: close\r\n\r\nService Unavailable"
)


class Connections:
    """Those of one server, oldest first. Of its loop's thread."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, connection: Connection) -> bool:
        """Makes room by closing the oldest that is still to send a request, or a part of one; False where
        all of them wait for their answers."""
        if len(self._open) >= self.limits.connections:
            oldest = next((each for each in self._open if each.receiving), None)
            if oldest is None:
                return False
            oldest.drop()
        self._open[connection] = None
        return True

    def discard(self, connection: Connection) -> None:
        self._open.pop(connection, None)

    def drop_all(self) -> None:
        for connection in list(self._open):
            connection.drop()


class Connection(H11Protocol):
    """uvicorn ends a connection that idles after an answer; this one ends those, too, that never begin, whose
    headers trickle in, or that do not take their answer."""

    def __init__(self, connections: Connections, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._all = connections
        self._timer: asyncio.TimerHandle | None = None
        self._turned_away = False

    @property
    def receiving(self) -> bool:
        """No whole request is here that waits for its answer."""
        cycle = self.cycle
        return cycle is None or cycle.response_complete or cycle.more_body

    def drop(self) -> None:
        self._all.discard(self)
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if not self._all.add(self):
            self._turned_away = True
            transport.write(_FULL)
            transport.close()
            return
        super().connection_made(transport)
        self._watch(self._all.limits.header_seconds)

    def data_received(self, data: bytes) -> None:
        if self._turned_away:
            return
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()

    def on_response_complete(self) -> None:
        # Before the base: that may take up the next request, which is at hand already.
        self._watch(self._all.limits.idle_seconds + self._all.limits.header_seconds)
        super().on_response_complete()
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        self._all.discard(self)
        if not self._turned_away:
            super().connection_lost(exc)
            self._unset_keepalive_if_required()

    def _watch(self, seconds: float) -> None:
        self._unwatch()
        self._timer = self.loop.call_later(seconds, self.drop)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def speaking(connections: Connections) -> type[Connection]:
    """The class for uvicorn, which makes one object a connection."""

    class Speaking(Connection):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(connections, **arguments)

    return Speaking
