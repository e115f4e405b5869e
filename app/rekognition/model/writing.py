"""From an answer to JSON, held to the shapes: what is not one of them is a fault of ours."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from app.rekognition.model.table import Shape


def written(shapes: Mapping[str, Shape], name: str, value: Any, where: str) -> Any:
    """Blobs become base64, timestamps seconds since 1970; members that are None are left out.

    Raises ValueError that names the member which the shape does not have, or has of another type.
    """
    shape = shapes[name]
    if shape.type == "structure":
        if not isinstance(value, Mapping):
            raise _refused(shape, value, where)
        unknown = sorted(set(value) - set(shape.members))
        if unknown:
            raise ValueError(f"{where} has no member {unknown[0]}")
        return {
            member: written(shapes, shape.members[member], item, f"{where}.{member}")
            for member, item in value.items()
            if item is not None
        }
    if shape.type == "list":
        if not isinstance(value, list | tuple):
            raise _refused(shape, value, where)
        return [written(shapes, shape.member, item, f"{where}[{at}]") for at, item in enumerate(value)]
    if shape.type == "map":
        if not isinstance(value, Mapping):
            raise _refused(shape, value, where)
        return {
            written(shapes, shape.key, key, where): written(shapes, shape.value, item, f"{where}[{key!r}]")
            for key, item in value.items()
        }
    return _scalar(shape, value, where)


def _scalar(shape: Shape, value: Any, where: str) -> Any:
    kind = shape.type
    if kind == "string" and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            raise _refused(shape, value, where)
        return str(value)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if kind in ("integer", "long") and isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    if kind in ("float", "double") and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
    elif kind == "blob" and isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    elif kind == "timestamp" and isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return round(aware.timestamp(), 3)
    raise _refused(shape, value, where)


def _refused(shape: Shape, value: Any, where: str) -> ValueError:
    return ValueError(f"{where} is {value!r:.60} ({type(value).__name__}), not a {shape.type}")
