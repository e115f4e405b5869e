"""Policy documents as IAM has them, read strictly.

What cannot be followed is refused with a sentence rather than passed over: a Deny that silently never
matches would open what its writer meant to close.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from app.domain.errors import InvalidParameter
from app.rekognition.access.actions import ACCOUNT, PREFIX
from app.rekognition.model.table import service_table

# IAM's largest for a managed policy, which leaves out white space.
MOST_CHARACTERS: Final = 6_144
_MOST_TEXT: Final = 65_536
_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_ELEMENTS: Final = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"})
# Resources of the service that are no collections: a statement about them is empty here, and right.
_KINDS: Final = ("collection/", "project/", "streamprocessor/", "*")
_ACTION: Final = re.compile(r"[A-Za-z0-9*?]+")


class PolicyError(InvalidParameter):
    """A policy that cannot be followed; the sentence says which part, and why."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`actions` and `resources` are patterns; `not_...`: the statement bears on all but those."""

    allows: bool
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...]
    not_resources: bool

    def bears_on(self, action: str, resource: str) -> bool:
        """`action` with its prefix, `resource` an ARN."""
        named = any(matches(each.casefold(), action.casefold()) for each in self.actions)
        if named is self.not_actions:
            return False
        return any(_arn_matches(each, resource) for each in self.resources) is not self.not_resources


def matches(pattern: str, text: str) -> bool:
    """`*` stands for any characters, `?` for one; the rest for itself."""
    # Going back only to the last * keeps the time bounded by the product of the lengths.
    at = position = 0
    star, resumed = -1, 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resumed = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at += 1
            position += 1
        elif star >= 0:
            resumed += 1
            at, position = star + 1, resumed
        else:
            return False
    return all(letter == "*" for letter in pattern[at:])


def _arn_matches(pattern: str, arn: str) -> bool:
    if pattern == "*":
        return True
    # A wildcard stays within its part: the colons between them are not matched by it.
    parts, own = pattern.split(":", 5), arn.split(":", 5)
    return len(parts) == len(own) and all(map(matches, parts, own))


def read_document(text: str) -> tuple[Statement, ...]:
    """Raises PolicyError."""
    if len(text) > _MOST_TEXT or len("".join(text.split())) > MOST_CHARACTERS:
        raise PolicyError(f"A policy has at most {MOST_CHARACTERS:,} characters without its white space.")
    try:
        document = json.loads(text, object_pairs_hook=_without_twins, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise PolicyError(
            f"The policy is no JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise PolicyError("The policy is no policy document: it is nested too deeply.") from error
    except ValueError as error:
        raise PolicyError(
            "The policy holds a number of thousands of digits, which has no place in it."
        ) from error
    if not isinstance(document, dict):
        raise PolicyError("A policy document is a JSON object with Version and Statement.")
    for name in document:
        if name not in ("Version", "Id", "Statement"):
            raise PolicyError(f"A policy document has no element “{name[:40]}”, only Version and Statement.")
    version = document.get("Version", _VERSIONS[0])
    if version not in _VERSIONS:
        raise PolicyError('Version must be "2012-10-17".')
    given = document.get("Statement")
    statements = given if isinstance(given, list) else [given]
    if not statements or given is None:
        raise PolicyError("The policy has no Statement: without one it allows nothing.")
    return tuple(_statement(each, f"Statement {number}") for number, each in enumerate(statements, 1))


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise PolicyError(
            "An element stands twice in one object of the policy: only one of them could count."
        )
    return found


def _no_constant(name: str) -> Any:
    raise PolicyError(f"{name} has no place in a policy.")


def _statement(given: Any, where: str) -> Statement:
    if not isinstance(given, dict):
        raise PolicyError(f"{where} must be an object with Effect, Action and Resource.")
    if "Condition" in given:
        raise PolicyError(
            f"{where} has a Condition, which is not supported here: it would be ignored, so it is refused. "
            "Leave it out, or put what it says into Action and Resource."
        )
    if "Principal" in given or "NotPrincipal" in given:
        raise PolicyError(f"{where} has a Principal: here that is always the key which has the policy.")
    for name in given:
        if name not in _ELEMENTS:
            raise PolicyError(f"{where} has an element “{name[:40]}”, which policies do not have.")
    if not isinstance(given.get("Sid", ""), str):
        raise PolicyError(f"{where}: Sid must be a text.")
    if given.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f'{where}: Effect must be "Allow" or "Deny".')
    actions, not_actions = _either(given, "Action", where)
    resources, not_resources = _either(given, "Resource", where)
    for action in actions:
        _check_action(action, where)
    for resource in resources:
        _check_resource(resource, where)
    return Statement(given["Effect"] == "Allow", actions, not_actions, resources, not_resources)


def _either(given: dict[str, Any], name: str, where: str) -> tuple[tuple[str, ...], bool]:
    """The patterns of `name` or of Not`name`, and whether it was the latter."""
    present = [each for each in (name, f"Not{name}") if each in given]
    if len(present) != 1:
        raise PolicyError(f"{where} needs one of {name} and Not{name}.")
    value = given[present[0]]
    patterns = value if isinstance(value, list) else [value]
    if not patterns or not all(isinstance(each, str) and each for each in patterns):
        raise PolicyError(f"{where}: {present[0]} must be a text, or a list of texts that is not empty.")
    return tuple(patterns), present[0] != name


def _check_action(pattern: str, where: str) -> None:
    if pattern == "*":
        return
    prefix, colon, name = pattern.partition(":")
    if not colon or not _ACTION.fullmatch(name):
        raise PolicyError(f"{where}: “{pattern[:80]}” is no action. Write it as rekognition:DetectFaces.")
    if prefix.casefold() != PREFIX[:-1]:
        raise PolicyError(
            f"{where}: “{pattern[:80]}” is of another service. Only actions of rekognition can be allowed "
            "or denied here."
        )
    table = service_table()
    if not any(matches(name.casefold(), known.casefold()) for known in (*table.operations, *table.others)):
        raise PolicyError(f"{where}: Rekognition has no action “{pattern[:80]}”. Is a letter missing?")


def _check_resource(pattern: str, where: str) -> None:
    if pattern == "*":
        return
    if "${" in pattern:
        raise PolicyError(f"{where}: “{pattern[:80]}” has a policy variable, which are not supported here.")
    parts = pattern.split(":", 5)
    wanted = ACCOUNT.split(":", 5)
    if len(parts) < 6 or not all(map(matches, parts[:5], wanted[:5])):
        raise PolicyError(
            f"{where}: the resource “{pattern[:120]}” is none of this program's. Write "
            f"arn:aws:rekognition:*:*:collection/ID (region local, account {wanted[4]}), or *"
        )
    plain = re.split(r"[*?]", parts[5], maxsplit=1)[0]
    wild = plain != parts[5]
    if not any(plain.startswith(kind) or (wild and kind.startswith(plain)) for kind in _KINDS):
        raise PolicyError(
            f"{where}: the resource “{pattern[:120]}” names no collection: write collection/ID."
        )
