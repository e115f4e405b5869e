"""What the shapes ask of a request's values, told in the words of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from app.domain.text import printable
from app.rekognition.errors import ServiceError
from app.rekognition.model.patterns import matches
from app.rekognition.model.reading import below
from app.rekognition.model.table import Shape

# As much of a value as an error repeats.
_SHOWN: Final = 100
_NOT_NULL: Final = "Member must not be null"
# A request may hold a million mistakes; the first ones are enough to mend it.
_MOST_TOLD: Final = 20


def check(shapes: Mapping[str, Shape], name: str, request: Mapping[str, Any]) -> None:
    """Raises ServiceError: ImageTooLargeException where that is all, else InvalidParameterException that
    names every value and what it must be. `request` is as a Reader gives it."""
    checker = _Checker(shapes)
    found = list(islice(checker.problems(name, request, ""), _MOST_TOLD))
    if found:
        count = f"{len(found)} validation error{'s' if len(found) != 1 else ''} detected: "
        raise ServiceError("InvalidParameterException", count + "; ".join(found))
    if checker.too_large:
        raise ServiceError("ImageTooLargeException", checker.too_large)


class _Checker:
    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._shapes = shapes
        self.too_large = ""

    def problems(self, name: str, value: Any, where: str) -> Iterator[str]:
        shape = self._shapes[name]
        if shape.type == "structure":
            for member, inner in shape.members.items():
                place = below(where, member)
                if member in value:
                    yield from self.problems(inner, value[member], place)
                elif member in shape.required:
                    yield f"Value null at '{place}' failed to satisfy constraint: {_NOT_NULL}"
            return
        for constraint in self._unmet(shape, value, where):
            yield f"Value {shown(value)} at '{where}' failed to satisfy constraint: {constraint}"
        if shape.most is not None and hasattr(value, "__len__") and len(value) > shape.most:
            # Nor is what may hold millions of values looked into.
            return
        if shape.type == "list":
            yield from self._inside(shape, value, where)
        elif shape.type == "map":
            for part, values in (("keys", value.keys()), ("value", value.values())):
                inner = shape.key if part == "keys" else shape.value
                for constraint in self._each(inner, values, where):
                    yield (
                        f"Value {shown(value)} at '{where}' failed to satisfy constraint: "
                        f"Map {part} must satisfy constraint: [{constraint}]"
                    )

    def _inside(self, shape: Shape, value: list[Any], where: str) -> Iterator[str]:
        for number, item in enumerate(value, 1):
            if item is None:
                yield f"Value null at '{where}.{number}.member' failed to satisfy constraint: {_NOT_NULL}"
        present = [item for item in value if item is not None]
        if self._shapes[shape.member].type in ("structure", "list", "map"):
            for number, item in enumerate(value, 1):
                if item is not None:
                    yield from self.problems(shape.member, item, f"{where}.{number}.member")
            return
        for constraint in self._each(shape.member, present, where):
            yield (
                f"Value {shown(value)} at '{where}' failed to satisfy constraint: "
                f"Member must satisfy constraint: [{constraint}]"
            )

    def _each(self, name: str, values: Any, where: str) -> list[str]:
        """The constraints that any of the values does not meet, once each."""
        shape = self._shapes[name]
        unmet: dict[str, None] = {}
        wrong = 0
        # A list without a limit may say the same thing a million times.
        for value in dict.fromkeys(values):
            found = dict.fromkeys(self._unmet(shape, value, where))
            unmet.update(found)
            wrong += bool(found)
            if wrong == _MOST_TOLD:
                break
        return list(unmet)

    def _unmet(self, shape: Shape, value: Any, where: str) -> Iterator[str]:
        kind = shape.type
        number = kind in ("integer", "long", "float", "double")
        size: float = value if number else len(value) if hasattr(value, "__len__") else 0
        what = "value" if number else "length"
        if shape.least is not None and size < shape.least:
            yield f"Member must have {what} greater than or equal to {shape.least}"
        if shape.most is not None and size > shape.most:
            if kind == "blob":
                self.too_large = (
                    f"The image at '{where}' has {size:,} bytes; a request may hold {shape.most:,}."
                )
            else:
                yield f"Member must have {what} less than or equal to {shape.most}"
                # A pattern is not tried on a text of any length.
                return
        if shape.enum and value not in shape.enum:
            yield f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        if shape.pattern is not None and not matches(shape.pattern, value):
            yield f"Member must satisfy regular expression pattern: {shape.pattern}"


def shown(value: Any) -> str:
    """As the service repeats it, at most some hundred letters and never bytes."""
    text = f"<{len(value)} bytes>" if isinstance(value, bytes) else _plain(value)
    return f"'{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}'"


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_plain(item)[: _SHOWN + 1] for item in value[:_SHOWN]) + "]"
    if isinstance(value, dict):
        pairs = list(value.items())[:_SHOWN]
        return "{" + ", ".join(f"{_plain(key)}={_plain(item)[:_SHOWN]}" for key, item in pairs) + "}"
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return printable(str(value)[: _SHOWN + 1])
