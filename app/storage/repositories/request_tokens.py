"""Answers by ClientRequestToken."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from app.storage import tables

_TOKENS = tables.request_tokens


@dataclass(frozen=True, slots=True)
class RememberedAnswer:
    """`digest`: of the request's other inputs; `response`: JSON."""

    digest: bytes
    response: str


def find(connection: Connection, operation: str, token: str) -> RememberedAnswer | None:
    query = select(_TOKENS.c.digest, _TOKENS.c.response).where(
        _TOKENS.c.operation == operation, _TOKENS.c.token == token
    )
    row = connection.execute(query).first()
    return RememberedAnswer(row.digest, row.response) if row is not None else None


def keep(
    connection: Connection, operation: str, token: str, answer: RememberedAnswer, created_at: int
) -> None:
    """`created_at`: milliseconds since 1970."""
    connection.execute(
        insert(_TOKENS).values(
            operation=operation,
            token=token,
            digest=answer.digest,
            response=answer.response,
            created_at=created_at,
        )
    )


def forget_before(connection: Connection, moment: int) -> int:
    """Drop the answers kept before that time (milliseconds since 1970); how many."""
    return connection.execute(delete(_TOKENS).where(_TOKENS.c.created_at < moment)).rowcount
