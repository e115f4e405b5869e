from __future__ import annotations

import itertools
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.metrics.axes import moment_words, time_ticks, value_ticks


@given(st.floats(0, 1e9))
def test_values_have_a_few_equal_whole_steps_from_zero_to_above_the_highest(highest: float) -> None:
    values = [value for value, _ in value_ticks(highest)]
    assert values[0] == 0 and values[-1] >= highest and 2 <= len(values) <= 6
    steps = {round(after - before, 6) for before, after in itertools.pairwise(values)}
    assert len(steps) == 1
    assert all(value == int(value) for value in values)


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (0, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (10, ["0", "3", "6", "9", "12"]),
        (510, ["0", "200", "400", "600"]),
        (4096, ["0", "2,000", "4,000", "6,000"]),
    ],
)
def test_values_as_they_are_written(highest: float, labels: list[str]) -> None:
    assert [text for _, text in value_ticks(highest)] == labels


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2037, 1, 1)),
    st.sampled_from([3600, 86_400, 7 * 86_400, 30 * 86_400]),
    st.integers(60, 2000),
)
def test_labels_of_time_have_room_and_lie_within(start: datetime, seconds: int, width: int) -> None:
    first = start.timestamp()
    ticks = time_ticks(first, first + seconds, width)
    assert len(ticks) <= max(width // 84, 1) + 1
    moments = [moment for moment, _ in ticks]
    assert moments == sorted(set(moments))
    assert all(first <= moment <= first + seconds for moment in moments)


def test_the_first_label_of_a_day_names_it() -> None:
    start = datetime(2026, 11, 20, 10).timestamp()
    assert [text for _, text in time_ticks(start, start + 86_400, 420)] == [
        "Fri 12:00",
        "18:00",
        "Sat 00:00",
        "06:00",
    ]


def test_weeks_are_labelled_by_date() -> None:
    start = datetime(2026, 11, 1).timestamp()
    assert [text for _, text in time_ticks(start, start + 30 * 86_400, 420)][:2] == ["Nov 1", "Nov 8"]


def test_a_period_in_words() -> None:
    start = datetime(2026, 11, 21, 10).timestamp()
    assert moment_words(start, 1800) == "Sat 21 Nov, 10:00 to 10:30"
    assert moment_words(start - 10 * 3600, 86_400) == "Sat 21 Nov"
