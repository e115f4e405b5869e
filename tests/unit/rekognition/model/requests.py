"""Random requests, made from the shapes: valid ones, and valid ones in which something was changed."""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

from hypothesis import strategies as st

from app.rekognition.model.patterns import translated
from app.rekognition.model.table import Shape, service_table

TABLE = service_table()
OPERATIONS = sorted(TABLE.operations)
_SMALL = 6

NONSENSE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.binary(max_size=10),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
    st.sampled_from(["", "x" * 5000, "\ud800", "é", "NaN", "1", -1, 0, 2**31, 1e308, [[]], {"": {}}]),
)


@cache
def valid(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Python values: blobs are bytes."""
    return _of(TABLE.shapes[TABLE.operations[operation].input])


@st.composite
def mutated(draw: st.DrawFn, operation: str) -> dict[str, Any]:
    """A valid request with one to three values replaced, removed or added somewhere inside."""
    request = copy.deepcopy(draw(valid(operation)))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(request))
        holder, key = draw(st.sampled_from(places)) if places else (request, "Extra")
        act = draw(st.sampled_from(["replace", "remove", "add"]))
        if act == "replace":
            holder[key] = copy.deepcopy(draw(NONSENSE))
        elif act == "remove" and places:
            del holder[key]
        elif isinstance(holder, dict):
            holder["Extra"] = copy.deepcopy(draw(NONSENSE))
        else:
            holder.append(copy.deepcopy(draw(NONSENSE)))
    return request


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key, item in value.items():
            yield value, key
            yield from _places(item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield value, number
            yield from _places(item)


def _of(shape: Shape) -> st.SearchStrategy[Any]:
    shapes = TABLE.shapes
    least = shape.least
    if shape.type == "structure":
        members = {name: _of(shapes[inner]) for name, inner in shape.members.items()}
        needed = {name: members.pop(name) for name in shape.required}
        return st.fixed_dictionaries(needed, optional=members)
    low = int(least or 0)
    high = int(min(shape.most if shape.most is not None else low + _SMALL, low + _SMALL))
    if shape.type == "list":
        return st.lists(_of(shapes[shape.member]), min_size=low, max_size=high)
    if shape.type == "map":
        return st.dictionaries(_of(shapes[shape.key]), _of(shapes[shape.value]), min_size=low, max_size=high)
    if shape.type == "blob":
        return st.binary(min_size=low, max_size=high)
    if shape.type == "boolean":
        return st.booleans()
    if shape.type in ("integer", "long"):
        most = int(shape.most) if shape.most is not None else 2**31 - 1
        return st.integers(int(least) if least is not None else -(2**31), most)
    if shape.type in ("float", "double"):
        return st.floats(least, shape.most, allow_nan=False, allow_infinity=False)
    assert shape.type == "string", shape
    if shape.enum:
        return st.sampled_from(shape.enum)
    if shape.pattern:
        most = int(shape.most or 10_000)
        if "\\p" in shape.pattern:
            return st.text("aZé名 5_.:/=+-@", min_size=low, max_size=high)
        fits = st.from_regex(re.compile(translated(shape.pattern), re.ASCII), fullmatch=True)
        return fits.map(lambda text: text.rstrip("\n")).filter(lambda text: low <= len(text) <= most)
    return st.text(st.characters(exclude_categories=["Cs"]), min_size=low, max_size=high)
