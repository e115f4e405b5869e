"""Tokens: good for one listing, from any row on, and short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidPaginationToken, InvalidParameter
from app.services.paging import Page, paged


def page(
    rows: list[int], size: int | None, token: str | None = None, listing: str = "rows", most: int = 100
) -> Page[int]:
    def fetch(after: int, limit: int) -> list[int]:
        return [row for row in sorted(rows) if row > after][:limit]

    return paged(listing, token, size, most, fetch, lambda row: row)


@given(st.lists(st.integers(1, 2**63 - 1), unique=True, max_size=30), st.integers(1, 10))
def test_every_row_is_given_out_once(rows: list[int], size: int) -> None:
    found, token = [], None
    while True:
        got = page(rows, size, token)
        found += got.items
        token = got.next_token
        if token is None:
            break
        assert len(token) == 32 and not token.startswith("-"), "an option of a command line starts with that"
    assert found == sorted(rows)


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_token_is_good_for_its_listing_alone(one: str, other: str) -> None:
    token = page([1, 2, 3], 2, listing=one).next_token
    assert page([1, 2, 3], 2, token, listing=one).items == [3]
    if one != other:
        with pytest.raises(InvalidPaginationToken):
            page([1, 2, 3], 2, token, listing=other)


@given(st.one_of(st.text(), st.binary(min_size=24, max_size=24).map(lambda raw: raw.hex()[:32])))
def test_what_was_not_given_out_is_refused(token: str) -> None:
    with pytest.raises(InvalidPaginationToken):
        page([1, 2, 3], 2, token)


def test_no_size_and_none_at_all_are_the_most() -> None:
    for size in (None, 0):
        first = page(list(range(1, 151)), size)
        assert len(first.items) == 100 and first.next_token is not None
    for wrong in (-1, 101):
        with pytest.raises(InvalidParameter):
            page([1], wrong)
