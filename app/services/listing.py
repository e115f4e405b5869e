"""What a grid is given: ids in order, and where its sections begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# A heading takes as much room as a row of cells: below this mean, most of the page would be headings.
_WORTH_A_HEADING = 4
# Milliseconds that stand for "no date" in a column of numbers.
NO_DATE = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Section:
    """`count` items from the position `start` on, below one heading (empty for none)."""

    title: str
    start: int
    count: int


@dataclass(frozen=True)
class Listing:
    """ids: int64 (n,), rows in the order to show. The sections follow each other and cover all ids.
    years: those of the dates that it is sorted by, in that order; of other listings none."""

    ids: NDArray[np.int64]
    sections: list[Section]
    years: tuple[int, ...] = ()


def whole(ids: NDArray[np.int64]) -> Listing:
    """Without headings."""
    return Listing(ids, [Section("", 0, len(ids))] if len(ids) else [])


def by_month(ids: NDArray[np.int64], moments: NDArray[np.int64]) -> Listing:
    """A section a month, or a year where months would hold only a few items each, or none at all.

    `moments`: milliseconds since 1970, NO_DATE for none, sorted along with ids.
    """
    dated = moments != NO_DATE
    months = np.where(dated, moments, 0).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    years = months // 12
    used_years = years[dated]
    named = tuple((1970 + used_years[np.flatnonzero(np.diff(used_years, prepend=-1970))]).tolist())
    for period, title in ((months, _month), (years, _year)):
        used = period[dated]
        if np.count_nonzero(np.diff(used)) + 1 <= max(len(used) / _WORTH_A_HEADING, 1):
            return replace(_grouped(ids, np.where(dated, period, NO_DATE), title), years=named)
    return replace(whole(ids), years=named)


def by_count(ids: NDArray[np.int64], counts: NDArray[np.int64], noun: str) -> Listing:
    """A section for each count: "No faces", "1 face", "2 faces"."""

    def title(count: int) -> str:
        return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s" if count else f"No {noun}s"

    return _grouped(ids, counts, title)


def _grouped(ids: NDArray[np.int64], keys: NDArray[np.int64], title: Callable[[int], str]) -> Listing:
    if not len(ids):
        return Listing(ids, [])
    starts = np.concatenate(([0], np.flatnonzero(np.diff(keys)) + 1, [len(keys)])).tolist()
    sections = [Section(title(int(keys[start])), start, end - start) for start, end in pairwise(starts)]
    return Listing(ids, sections)


def _year(year: int) -> str:
    return "No date" if year == NO_DATE else str(1970 + year)


def _month(month: int) -> str:
    if month == NO_DATE:
        return "No date"
    return f"{MONTHS[month % 12]} {1970 + month // 12}"
