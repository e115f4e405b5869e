"""Pages of a list that may change between them: a token names the last row that was given out."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.domain.errors import InvalidPaginationToken, InvalidParameter

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    items: list[T]
    next_token: str | None


def paged(
    listing: str,
    next_token: str | None,
    max_results: int | None,
    most: int,
    fetch: Callable[[int, int], Sequence[T]],
    key: Callable[[T], int],
) -> Page[T]:
    """One page.

    Args:
        listing: what is listed, with its filters; a token is good for that listing alone.
        max_results: 1 to `most`, which is also the default; 0 counts as not given, as Rekognition's.
        fetch: (after, limit) -> at most `limit` rows whose key is above `after`, keys rising.
    Raises InvalidParameter, InvalidPaginationToken.
    """
    size = max_results or most
    if not 1 <= size <= most:
        raise InvalidParameter(f"MaxResults must be between 1 and {most}, not {max_results}.")
    after = 0 if next_token is None else _read(listing, next_token)
    rows = list(fetch(after, size + 1))
    if len(rows) <= size:
        return Page(rows, None)
    return Page(rows[:size], _write(listing, key(rows[size - 1])))


def _write(listing: str, after: int) -> str:
    text = json.dumps({"list": listing, "after": after}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read(listing: str, token: str) -> int:
    try:
        found = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    after = found.get("after") if isinstance(found, dict) and found.get("list") == listing else None
    if type(after) is not int or not 0 <= after < 2**63:
        raise InvalidPaginationToken("This NextToken is not one of this list. Start again without a token.")
    return after
