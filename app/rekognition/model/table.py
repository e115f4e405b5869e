"""The service's shapes, from the table that packaging/service_table.py makes of botocore's model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Shape:
    """`type` is Smithy's. `members`: of a structure, name to shape; `member`: of a list; `key` and `value`:
    of a map. `least`, `most`: of a number, a text's letters, a blob's bytes, a list's or map's entries."""

    name: str
    type: str
    members: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    token: str | None = None
    member: str = ""
    key: str = ""
    value: str = ""
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Operation:
    """`token`: the member of the request that makes it idempotent, if it has one."""

    name: str
    input: str
    output: str
    errors: frozenset[str]
    token: str | None


@dataclass(frozen=True)
class Table:
    """`others`: the operations of the service that are not implemented."""

    target: str
    operations: Mapping[str, Operation]
    others: frozenset[str]
    shapes: Mapping[str, Shape]


@cache
def service_table() -> Table:
    """Read once, 32 KB."""
    return parsed(json.loads(files(__package__).joinpath("service.json").read_text("utf-8")))


def parsed(made: Mapping[str, Any]) -> Table:
    shapes = {name: _shape(name, facts) for name, facts in made["shapes"].items()}
    operations = {
        name: Operation(
            name,
            facts["input"],
            facts["output"],
            frozenset(facts["errors"]),
            shapes[facts["input"]].token,
        )
        for name, facts in made["operations"].items()
    }
    return Table(made["target"], operations, frozenset(made["others"]), shapes)


def _shape(name: str, facts: Mapping[str, Any]) -> Shape:
    return Shape(
        name,
        facts["type"],
        facts.get("members", {}),
        tuple(facts.get("required", ())),
        facts.get("idempotencyToken"),
        facts.get("member", ""),
        facts.get("key", ""),
        facts.get("value", ""),
        tuple(facts.get("enum", ())),
        facts.get("pattern"),
        facts.get("min"),
        facts.get("max"),
    )
