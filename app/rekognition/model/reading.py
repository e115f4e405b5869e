"""From JSON, or from what a program passes, to a request: each member of the type that its shape has."""

from __future__ import annotations

import binascii
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from app.rekognition.errors import ServiceError
from app.rekognition.model.table import Shape

_WHOLE: Final = {"integer": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
_NAMES: Final = {
    "structure": "a structure",
    "map": "a map",
    "list": "a list",
    "string": "a string",
    "integer": "a whole number",
    "long": "a whole number",
    "float": "a number",
    "double": "a number",
    "boolean": "true or false",
    "blob": "base64 of bytes",
    "timestamp": "a time in seconds since 1970",
}


def serialization_error(message: str) -> ServiceError:
    return ServiceError("SerializationException", message)


class Reader:
    """Gives requests. Members that the shapes do not have are left out, as are those that are null.

    `wire`: blobs are base64 and timestamps numbers, as in JSON; else bytes and datetimes.
    """

    def __init__(self, shapes: Mapping[str, Shape], *, wire: bool) -> None:
        self._shapes = shapes
        self._wire = wire

    def read(self, name: str, value: Any, where: str = "") -> Any:
        """Raises ServiceError, a SerializationException that says where the value is of another type."""
        shape = self._shapes[name]
        kind = shape.type
        if kind == "structure":
            return self._structure(shape, value, where)
        if kind == "list":
            if not isinstance(value, list | tuple):
                raise _wrong(shape, value, where)
            # A null in a list is for the check to name, with its constraint.
            return [
                None if item is None else self.read(shape.member, item, f"{where}.{number}.member")
                for number, item in enumerate(value, 1)
            ]
        if kind == "map":
            if not isinstance(value, Mapping):
                raise _wrong(shape, value, where)
            return {
                self.read(shape.key, key, f"{where}.key"): self.read(shape.value, item, f"{where}.value")
                for key, item in value.items()
                if item is not None
            }
        return self._scalar(shape, value, where)

    def _structure(self, shape: Shape, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(shape, value, where)
        return {
            member: self.read(inner, value[member], below(where, member))
            for member, inner in shape.members.items()
            if value.get(member) is not None
        }

    def _scalar(self, shape: Shape, value: Any, where: str) -> Any:
        kind = shape.type
        if kind == "string":
            if not isinstance(value, str):
                raise _wrong(shape, value, where)
            return _text(value, where)
        if kind == "boolean":
            if not isinstance(value, bool):
                raise _wrong(shape, value, where)
            return value
        if kind in _WHOLE:
            return _whole(shape, value, where)
        if kind in ("float", "double"):
            return _number(shape, value, where)
        if kind == "blob":
            return self._blob(shape, value, where)
        if kind == "timestamp":
            return self._time(shape, value, where)
        raise ValueError(f"{shape.name} is of a type that is not read: {kind}")

    def _blob(self, shape: Shape, value: Any, where: str) -> bytes:
        if not self._wire:
            if not isinstance(value, bytes | bytearray | memoryview):
                raise _wrong(shape, value, where, "bytes")
            return bytes(value)
        if not isinstance(value, str):
            raise _wrong(shape, value, where)
        try:
            return binascii.a2b_base64(value, strict_mode=True)
        except (binascii.Error, ValueError) as error:
            raise serialization_error(f"What stands at '{where}' is not base64.") from error

    def _time(self, shape: Shape, value: Any, where: str) -> datetime:
        if isinstance(value, datetime) and not self._wire:
            return value
        seconds = _number(shape, value, where)
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise _wrong(shape, value, where) from error


def below(where: str, member: str) -> str:
    """Members are named as the service names them in its errors: with a small first letter."""
    name = member[:1].lower() + member[1:]
    return f"{where}.{name}" if where else name


def _text(value: str, where: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise serialization_error(f"The text at '{where}' holds half of a surrogate pair.") from error
    return str(value)


def _whole(shape: Shape, value: Any, where: str) -> int:
    low, high = _WHOLE[shape.type]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(shape, value, where)
    if not low <= value <= high:
        raise serialization_error(f"The number at '{where}' is too large for {_NAMES[shape.type]}.")
    return value


def _number(shape: Shape, value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(shape, value, where)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise serialization_error(f"What stands at '{where}' is no finite number.")
    return number


def _wrong(shape: Shape, value: Any, where: str, wanted: str = "") -> ServiceError:
    place = f"at '{where}'" if where else "The request"
    told = f"{place} must be {wanted or _NAMES[shape.type]}, not {_kind(value)}."
    return serialization_error(f"What stands {told}" if where else told)


def _kind(value: Any) -> str:
    for types, name in (
        (bool, "true or false"),
        (str, "a string"),
        (int | float, "a number"),
        (Mapping, "a structure"),
        (list | tuple, "a list"),
        (bytes | bytearray, "bytes"),
    ):
        if isinstance(value, types):
            return name
    return "null" if value is None else f"a {type(value).__name__}"
