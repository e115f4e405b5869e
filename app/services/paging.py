"""Pages of a list that may change between them: a token names the last row that was given out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from app.domain.errors import InvalidPaginationToken, InvalidParameter

T = TypeVar("T")

_ROW: Final = 8
_MARK: Final = 16


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
        listing: what is listed, with its filters, and of which library; a token is good for that alone.
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


# 32 characters, however long the filters are; Rekognition allows 255. Nothing is kept for a token, so a
# restart does not end it.
def _write(listing: str, after: int) -> str:
    row = after.to_bytes(_ROW, "big")
    return base64.urlsafe_b64encode(row + _mark(listing, row)).decode()


def _read(listing: str, token: str) -> int:
    try:
        after = int.from_bytes(base64.urlsafe_b64decode(token.encode("ascii"))[:_ROW], "big")
    except (binascii.Error, ValueError):
        after = -1
    # What decodes alike is not the same token yet: base64 passes over much.
    if not 0 <= after < 2**63 or token != _write(listing, after):
        raise InvalidPaginationToken("This NextToken is not one of this list. Start again without a token.")
    return after


def _mark(listing: str, row: bytes) -> bytes:
    """What a slip, a token of another list and one that was made up do not have."""
    return blake2b(row + listing.encode(), digest_size=_MARK, person=b"Likeness page").digest()
