"""The ASGI application: from bytes of a request to bytes of its answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec, Protocol, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response as HttpResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.jobs.lanes import Lane, Priority
from app.rekognition import wire as json_wire
from app.rekognition.access.actions import LOOKING
from app.rekognition.access.door import Caller, Door, Throttled
from app.rekognition.access.signature import Wire
from app.rekognition.core import Permit, Response
from app.rekognition.endpoint.guard import Guard, too_large
from app.rekognition.endpoint.limits import Limits
from app.rekognition.errors import ServiceError, service_error

P = ParamSpec("P")
T = TypeVar("T")

# So that nothing is guessed from what an answer looks like, or kept by a proxy.
_ALWAYS: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}

_log = logging.getLogger(__name__)


class Core(Protocol):
    """What carries out the operations: app.rekognition.core.Rekognition."""

    def handle(self, target: str, body: bytes, permit: Permit | None = None) -> Response: ...


@dataclass(frozen=True)
class Lanes:
    """`gate` checks signatures, `work` carries out operations, `pictures` those that look at a picture."""

    gate: Lane
    work: Lane
    pictures: Lane

    @classmethod
    def of(cls, limits: Limits) -> Lanes:
        return cls(
            Lane("endpoint-gate", 2),
            Lane("endpoint-work", limits.threads),
            Lane("endpoint-pictures", limits.picture_threads),
        )

    def close(self) -> None:
        """What runs comes to its end first."""
        for lane in (self.gate, self.work, self.pictures):
            lane.close()


class Application:
    """Everything slow runs on lanes, and the loop only moves bytes: a long operation keeps nobody else's
    request from being read, refused, or answered from what is stored."""

    def __init__(self, core: Core, door: Door, limits: Limits, lanes: Lanes) -> None:
        self._core, self._door, self._limits = core, door, limits
        self._lanes = lanes
        self._waiting = 0
        self._held = 0

    def asgi(self, port: int) -> ASGIApp:
        """For the endpoint that listens on `port`."""
        inner = Starlette(routes=[Route("/", self._answer, methods=["POST"])])
        inner.router.redirect_slashes = False
        guard = Guard(port, self._limits)

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return
            try:
                guard.check(scope["headers"])
            except ServiceError as error:
                await asyncio.sleep(self._limits.refusal_seconds)
                await _failed(error)(scope, receive, send)
                return
            await inner(scope, receive, send)

        return guarded

    async def _answer(self, request: Request) -> HttpResponse:
        wire = _wire_of(request)
        started = time.perf_counter()
        held = 0
        try:
            caller = await self._on(self._lanes.gate, Priority.INTERACTIVE, self._door.knock, wire)
            try:
                body = await self._body(request)
            except ServiceError as error:
                await self._on(self._lanes.gate, Priority.BULK, self._door.refused, wire, error, started)
                raise
            held = len(body)
            await self._on(self._lanes.gate, Priority.INTERACTIVE, self._door.enter, caller, wire, body)
            answer = await self._carry_out(caller, wire, body)
            return HttpResponse(answer.body, answer.status, {**answer.headers, **_ALWAYS})
        except ClientDisconnect:
            # Nobody hears it.
            return HttpResponse(status_code=400)
        except ServiceError as error:
            await asyncio.sleep(self._limits.refusal_seconds)
            return _failed(error)
        except Exception as error:
            _log.exception("A request failed")
            return _failed(service_error(error))
        finally:
            self._held -= held

    async def _carry_out(self, caller: Caller, wire: Wire, body: bytes) -> Response:
        if self._waiting >= self._limits.waiting:
            raise _busy()
        self._waiting += 1
        try:
            if self._door.note_use(caller):
                self._note_use(caller)
            target = wire.value("x-amz-target") or ""
            permit = self._door.permit(caller)
            looking = target.rpartition(".")[2] in LOOKING
            lane = self._lanes.pictures if looking else self._lanes.work
            return await self._on(lane, Priority.INTERACTIVE, self._core.handle, target, body, permit)
        finally:
            self._waiting -= 1

    def _note_use(self, caller: Caller) -> None:
        def write() -> None:
            try:
                self._door.keys.note_use(caller.key.access_key_id)
            except Exception:  # the library cannot be written: the operations say so
                _log.warning("That an access key was used could not be noted", exc_info=True)

        self._lanes.work.submit(Priority.IDLE, write)

    async def _body(self, request: Request) -> bytes:
        """Counted in `_held`, also where it fails on the way; the caller gives it back."""
        read = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for chunk in request.stream():
                    if len(read) + len(chunk) > self._limits.body:
                        raise too_large(self._limits)
                    if self._held + len(chunk) > self._limits.held:
                        raise _busy()
                    read += chunk
                    self._held += len(chunk)
        except TimeoutError as error:
            self._held -= len(read)
            raise ServiceError(
                "RequestTimeoutException", "The body of the request did not come in time.", 408
            ) from error
        except BaseException:
            self._held -= len(read)
            raise
        return bytes(read)

    async def _on(
        self, lane: Lane, priority: Priority, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await asyncio.wrap_future(lane.submit(priority, fn, *args, **kwargs))


def _wire_of(request: Request) -> Wire:
    scope = request.scope
    return Wire(
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        scope["headers"],
    )


def _failed(error: ServiceError) -> HttpResponse:
    answer = json_wire.failed(error)
    headers = {**answer.headers, **_ALWAYS}
    if isinstance(error, Throttled):
        # What AWS's SDKs of late wait at least, in milliseconds.
        headers["x-amz-retry-after"] = str(int(1000 * error.wait) + 1)
    return HttpResponse(answer.body, answer.status, headers)


def _busy() -> ServiceError:
    return ServiceError("ServiceUnavailable", "The endpoint has more requests than it can take.", 503)


__all__ = ["Application", "Core", "Lanes"]
