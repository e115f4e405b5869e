"""What Rekognition's requests and answers are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.rekognition.model.checks import check
from app.rekognition.model.reading import Reader
from app.rekognition.model.table import Operation, Table, service_table
from app.rekognition.model.writing import written


class ServiceModel:
    """Checks requests and writes answers as botocore's model of the service has them. Thread-safe."""

    def __init__(self, table: Table | None = None) -> None:
        self._table = table or service_table()
        self._of_json = Reader(self._table.shapes, wire=True)
        self._of_values = Reader(self._table.shapes, wire=False)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Those that are implemented, by name."""
        return self._table.operations

    @property
    def others(self) -> frozenset[str]:
        """The names of the service's operations that are not implemented."""
        return self._table.others

    @property
    def target(self) -> str:
        """What stands before the operation's name in X-Amz-Target."""
        return self._table.target

    @property
    def table(self) -> Table:
        return self._table

    def decode(self, operation: str, json: Any) -> dict[str, Any]:
        """The request of a JSON value: blobs are bytes; what the service does not know and what is null is
        left out. Raises ServiceError (SerializationException)."""
        request: dict[str, Any] = self._of_json.read(self.operations[operation].input, json)
        return request

    def validate(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The request as an operation takes it: numbers are plain ones, what the service does not know is
        left out. Raises ServiceError: SerializationException for a type, InvalidParameterException for a
        value, ImageTooLargeException."""
        name = self.operations[operation].input
        read: dict[str, Any] = self._of_values.read(name, request)
        check(self._table.shapes, name, read)
        return read

    def encode(self, operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
        """JSON values of an answer, None left out. Raises ValueError for what its shape does not have."""
        written_: dict[str, Any] = written(
            self._table.shapes, self.operations[operation].output, answer, operation
        )
        return written_


__all__ = ["Operation", "ServiceModel", "Table"]
