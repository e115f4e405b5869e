"""One operation, from request to answer: the same for every way in."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from app.domain.records import Origin
from app.rekognition.errors import ServiceError, service_error
from app.rekognition.operations import OPERATIONS
from app.rekognition.operations.handler import Handler, Json
from app.services.workbench import Workbench

_log = logging.getLogger(__name__)


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

    def call(self, operation: str, request: Json) -> Json:
        """Blobs are bytes, timestamps datetimes. Raises ServiceError."""
        try:
            with self._bench.meter.operation(operation, self._origin):
                return self._operations[operation](self._bench, request)
        except Exception as error:
            answer = service_error(error)
            if answer.status >= 500:
                _log.exception("%s failed", operation)
            raise answer from error


__all__ = ["Rekognition", "ServiceError"]
