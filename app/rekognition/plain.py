"""Operations on plain JSON, for those who have none of AWS's clients."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from app.domain.text import printable
from app.rekognition import wire
from app.rekognition.core import Rekognition
from app.rekognition.errors import ServiceError
from app.rekognition.model import ServiceModel

# One byte more than fits tells that it is too much.
_READ = 5_242_881


def call_json(core: Rekognition, operation: str, request: bytes) -> dict[str, Any]:
    """The answer as JSON values. Blobs of the request are base64, or "@" and a path, which no base64 begins
    with. Raises ServiceError."""
    value = wire.parsed(request)
    model = core.model
    if operation in model.operations:
        value = _with_files(model, model.operations[operation].input, value)
        return model.encode(operation, core.call(operation, model.decode(operation, value)))
    return core.call(operation, value)


def _with_files(model: ServiceModel, name: str, value: Any) -> Any:
    shape = model.table.shapes[name]
    if shape.type == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            member: _with_files(model, members[member], item) if member in members else item
            for member, item in value.items()
        }
    if shape.type == "blob" and isinstance(value, str) and value.startswith("@"):
        return base64.b64encode(_content(value[1:])).decode("ascii")
    return value


def _content(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(_READ)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no file's name"
        raise ServiceError(
            "InvalidParameterException", f"The file {printable(name)} could not be read: {why}."
        ) from error
