"""One operation, from request to answer: the same for every way in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from app.domain.records import Origin
from app.domain.text import printable
from app.rekognition import wire
from app.rekognition.errors import ServiceError, service_error
from app.rekognition.found import note_found
from app.rekognition.idempotency import Idempotency
from app.rekognition.model import ServiceModel
from app.rekognition.operations import OPERATIONS
from app.rekognition.operations.handler import Handler, Json
from app.rekognition.wire import Response
from app.services.workbench import Workbench

_log = logging.getLogger(__name__)

# (operation, request) -> None; raises ServiceError for a caller who may not do that.
Permit = Callable[[str, Json], None]


class Rekognition:
    """The operations over one library. Thread-safe.

    `origin` is noted with every change; it is that of the workbench, whose services write it.
    """

    def __init__(
        self, bench: Workbench, origin: Origin, operations: Mapping[str, Handler] = OPERATIONS
    ) -> None:
        self._bench = bench
        self._origin = origin
        self._operations = operations
        self._model = ServiceModel()
        self._idempotency = Idempotency(bench, self._model)

    @property
    def model(self) -> ServiceModel:
        return self._model

    def call(self, operation: str, request: Mapping[str, object]) -> Json:
        """Blobs are bytes, timestamps datetimes; the answer may hold None for what is absent. Raises
        ServiceError."""
        try:
            self._require_known(operation)
            with self._bench.meter.operation(operation, self._origin) as running:
                self._require_implemented(operation)
                valid = self._model.validate(operation, request)
                answer = self._idempotency.once(
                    operation, valid, lambda: self._operations[operation](self._bench, valid)
                )
                note_found(running, answer)
                return answer
        except Exception as error:
            raise _told(operation, error) from error

    def handle(self, target: str, body: bytes, permit: Permit | None = None) -> Response:
        """The same over the wire; never raises. `target`: the X-Amz-Target header. `permit` is asked before
        the request is checked, as the service does it."""
        operation = target.removeprefix(self._model.target + ".")
        try:
            if operation == target:
                raise _unknown(target)
            self._require_known(operation)
            with self._bench.meter.operation(operation, self._origin):
                self._require_implemented(operation)
                request = self._model.decode(operation, wire.parsed(body))
                if permit is not None:
                    permit(operation, request)
                answer = self.call(operation, request)
                return wire.answered(self._model.encode(operation, answer))
        except Exception as error:
            return wire.failed(_told(operation, error))

    def _require_known(self, operation: str) -> None:
        if operation not in self._model.operations and operation not in self._model.others:
            raise _unknown(operation)

    def _require_implemented(self, operation: str) -> None:
        if operation not in self._operations or operation not in self._model.operations:
            raise ServiceError(
                "NotImplementedException",
                f"{operation} is an operation of Amazon Rekognition that Likeness does not have.",
            )


def _unknown(name: str) -> ServiceError:
    return ServiceError(
        "UnknownOperationException", f"Amazon Rekognition has no operation “{printable(name[:100])}”."
    )


def _told(operation: str, error: Exception) -> ServiceError:
    told = service_error(error)
    if told.status >= 500 and told is not error:
        _log.error("%s failed", operation, exc_info=error)
    return told


__all__ = ["Permit", "Rekognition", "Response", "ServiceError"]
