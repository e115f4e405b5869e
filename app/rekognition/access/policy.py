"""What a key may do: one of three ready policies, or a document as IAM has it.

The rules are IAM's: what no statement allows is refused, and a statement that denies wins over all that
allow. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.rekognition.access.actions import ACCOUNT, MANAGING, PREFIX, READING, WRITING
from app.rekognition.access.documents import PolicyError, Statement, read_document


class Ready(StrEnum):
    """The ready policies, after AmazonRekognitionFullAccess and its siblings."""

    FULL = "FullAccess"
    READ_WRITE = "ReadWriteAccess"
    READ_ONLY = "ReadOnlyAccess"


class Verdict(StrEnum):
    ALLOWED = "allowed"
    NOT_ALLOWED = "no statement allows it"
    DENIED = "a statement denies it"


# A word or two for people, beside each ready policy.
MEANING: Final = {
    Ready.FULL: "everything",
    Ready.READ_WRITE: "everything but making and deleting collections",
    Ready.READ_ONLY: "look, compare and search; change nothing",
}

_ACTIONS: Final = {
    Ready.FULL: ("rekognition:*",),
    Ready.READ_WRITE: tuple(sorted(PREFIX + name for name in READING | WRITING)),
    Ready.READ_ONLY: tuple(sorted(PREFIX + name for name in READING)),
}
assert not MANAGING & (READING | WRITING)

_AWS_NAMES: Final = ("arn:aws:iam::aws:policy/", "AmazonRekognition")


@dataclass(frozen=True)
class Policy:
    """`ready` is None for a document of one's own, whose text `document` is as it was written."""

    ready: Ready | None
    statements: tuple[Statement, ...]
    document: str = ""

    @property
    def name(self) -> str:
        return self.ready.value if self.ready else "Custom"

    def judge(self, action: str, resource: str | None) -> Verdict:
        """`action` without its prefix, as DetectFaces; `resource`: a collection's ARN, or None where the
        action bears on no collection."""
        named, target = PREFIX + action, resource or f"{ACCOUNT}*"
        bearing = [each for each in self.statements if each.bears_on(named, target)]
        if any(not each.allows for each in bearing):
            return Verdict.DENIED
        return Verdict.ALLOWED if bearing else Verdict.NOT_ALLOWED

    def allows(self, action: str, resource: str | None = None) -> bool:
        return self.judge(action, resource) is Verdict.ALLOWED

    def to_text(self) -> str:
        """JSON, to keep: the name of a ready policy, or the document."""
        return json.dumps(self.ready.value) if self.ready else self.document

    def as_document(self) -> str:
        """The policy as a document, to begin one's own from."""
        if self.ready is None:
            return self.document
        statement = {"Effect": "Allow", "Action": list(_ACTIONS[self.ready]), "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def ready_policy(ready: Ready) -> Policy:
    return Policy(ready, (Statement(True, _ACTIONS[ready], False, ("*",), False),))


FULL: Final = ready_policy(Ready.FULL)
READ_WRITE: Final = ready_policy(Ready.READ_WRITE)
READ_ONLY: Final = ready_policy(Ready.READ_ONLY)
# What is kept in a form that cannot be read any more lets nobody in.
NOTHING: Final = Policy(None, (), "")


def policy_of(text: str) -> Policy:
    """A ready policy by its name (AWS's own names and ARNs are taken, too), or a document. Raises
    PolicyError with a sentence for whoever wrote it."""
    name = text.strip()
    if not name:
        raise PolicyError(f"A key needs a policy: {_choices()}, or an IAM-style document.")
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = name[1:-1]
    for prefix in _AWS_NAMES:
        name = name.removeprefix(prefix)
    for ready in Ready:
        if name.casefold() == ready.value.casefold():
            return ready_policy(ready)
    if not name.startswith("{"):
        raise PolicyError(f"There is no policy “{name[:80]}”. Choose {_choices()}, or give a document.")
    return Policy(None, read_document(text), text.strip())


def kept_policy(text: str) -> Policy:
    """As it was kept; one that cannot be read allows nothing."""
    try:
        return policy_of(text)
    except PolicyError:
        return NOTHING


def _choices() -> str:
    *most, last = (ready.value for ready in Ready)
    return f"{', '.join(most)} or {last}"


__all__ = [
    "FULL",
    "MEANING",
    "NOTHING",
    "READ_ONLY",
    "READ_WRITE",
    "Policy",
    "PolicyError",
    "Ready",
    "Verdict",
    "kept_policy",
    "policy_of",
    "ready_policy",
]
