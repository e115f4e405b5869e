"""A strict reading of botocore's output shapes: an answer holds what its shape has, of the type that it has.

    check("ListFaces", {"Faces": [...], "FaceModelVersion": "..."})   # AssertionError with every problem

botocore's own parser passes over what it does not know, and its validator is made for requests; here an
unknown member, a wrong type, a value outside the pattern, the enum or the range is a problem. An answer is
what a handler gives: blobs are bytes, timestamps datetimes that know their zone, and a member of a structure
that is None is absent. Numbers are Python's own, for a numpy number cannot be written as JSON.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import botocore.loaders
import botocore.model


@functools.cache
def service_model() -> botocore.model.ServiceModel:
    loader = botocore.loaders.Loader()
    return botocore.model.ServiceModel(
        loader.load_service_model("rekognition", "service-2"), service_name="rekognition"
    )


def check(operation: str, answer: object) -> None:
    """Raises AssertionError that names every problem of the answer."""
    found = problems(operation, answer)
    assert not found, f"{operation} answered\n  " + "\n  ".join(found)


def problems(operation: str, answer: object) -> list[str]:
    """What in the answer is not as the operation's output shape has it, one sentence each."""
    shape = service_model().operation_model(operation).output_shape
    return list(_problems(shape, answer, operation))


def check_error(operation: str, code: str) -> None:
    """Raises AssertionError for an error that the operation is not known to answer with."""
    known = {shape.name for shape in service_model().operation_model(operation).error_shapes}
    assert code in known, f"{operation} never answers {code}, but {', '.join(sorted(known))}"


def _problems(shape: Any, value: object, where: str) -> Iterator[str]:
    kind = shape.type_name
    if kind == "structure":
        yield from _structure(shape, value, where)
    elif kind == "list":
        if type(value) is not list:
            yield f"{where} is {_named(value)}, not a list"
            return
        yield from _range(shape, len(value), where, "items")
        for number, item in enumerate(value):
            yield from _problems(shape.member, item, f"{where}[{number}]")
    elif kind == "map":
        if type(value) is not dict:
            yield f"{where} is {_named(value)}, not a map"
            return
        yield from _range(shape, len(value), where, "entries")
        for key, item in value.items():
            yield from _problems(shape.key, key, f"a key of {where}")
            yield from _problems(shape.value, item, f"{where}[{key!r}]")
    elif kind == "string":
        yield from _string(shape, value, where)
    else:
        yield from _scalar(kind, shape, value, where)


def _structure(shape: Any, value: object, where: str) -> Iterator[str]:
    if type(value) is not dict:
        yield f"{where} is {_named(value)}, not a structure"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{where}.{name} is missing"
    for name, item in value.items():
        member = shape.members.get(name)
        if member is None:
            yield f"{where}.{name} is no member of {shape.name}"
        elif item is not None:
            yield from _problems(member, item, f"{where}.{name}")


def _string(shape: Any, value: object, where: str) -> Iterator[str]:
    if type(value) is not str:
        yield f"{where} is {_named(value)}, not a string"
        return
    yield from _range(shape, len(value), where, "characters")
    if shape.enum and value not in shape.enum:
        yield f"{where} is {value!r}, none of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if pattern is not None and not re.fullmatch(pattern, value):
        yield f"{where} is {value!r}, which {pattern} does not match"


def _scalar(kind: str, shape: Any, value: object, where: str) -> Iterator[str]:
    if kind in ("integer", "long"):
        if type(value) is not int:
            yield f"{where} is {_named(value)}, not a whole number"
        else:
            yield from _range(shape, value, where, "")
    elif kind in ("float", "double"):
        if type(value) is not float and type(value) is not int:
            yield f"{where} is {_named(value)}, not a number"
        elif not math.isfinite(value):
            yield f"{where} is {value}, which JSON cannot say"
        else:
            yield from _range(shape, value, where, "")
    elif kind == "boolean":
        if type(value) is not bool:
            yield f"{where} is {_named(value)}, not true or false"
    elif kind == "timestamp":
        if not isinstance(value, datetime) or value.tzinfo is None:
            yield f"{where} is {_named(value)}, not a datetime that knows its zone"
    elif kind == "blob":
        if type(value) is not bytes:
            yield f"{where} is {_named(value)}, not bytes"
    else:
        raise AssertionError(f"no reading of {kind}, at {where}")


def _range(shape: Any, size: float, where: str, unit: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{where} has {size:g} {unit}".rstrip() + f", fewer than {least}"
    if most is not None and size > most:
        yield f"{where} has {size:g} {unit}".rstrip() + f", more than {most}"


def _named(value: object) -> str:
    return f"{value!r:.60} ({type(value).__name__})"
