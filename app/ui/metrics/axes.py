"""Where the ticks of a graph stand, and what they say. No Qt."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

Tick = tuple[float, str]

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
# Seconds between two labels of time, each a whole part of the next unit.
_STEPS: Final = (
    60,
    300,
    600,
    900,
    1800,
    _HOUR,
    2 * _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    8 * _HOUR,
    12 * _HOUR,
    _DAY,
    2 * _DAY,
    7 * _DAY,
    14 * _DAY,
)
_ROOM: Final = 84
"""Pixels that a label of time takes, with the space to the next."""


def value_ticks(highest: float, most: int = 4) -> list[Tick]:
    """From 0 to a round number not below the highest, in equal steps of 1, 2, 2.5 or 5 times a power of 10.

    Counts are whole: no step is below 1. Nothing to show is a scale of 0 to 1.
    """
    wanted = max(highest, 1.0) / most
    power = 10.0 ** math.floor(math.log10(wanted))
    step = max(next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= wanted - 1e-9), 1.0)
    if step < 10:
        step = math.ceil(step)
    count = max(math.ceil(highest / step - 1e-9), 1)
    return [(step * each, f"{step * each:,.0f}") for each in range(count + 1)]


def time_ticks(start: float, end: float, width: float) -> list[Tick]:
    """Labels of local time between two moments (seconds since 1970) on so many pixels.

    The first of each day, and the first of all, names the day.
    """
    most = max(int(width // _ROOM), 1)
    step = next((each for each in _STEPS if (end - start) / each <= most), 0)
    if not step:
        step = _DAY * math.ceil((end - start) / _DAY / most)
    first = datetime.fromtimestamp(start)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    # Steps from midnight: local days of 23 and 25 hours keep their round labels.
    moment = midnight + timedelta(seconds=step * math.ceil((first - midnight).total_seconds() / step))
    ticks: list[Tick] = []
    day = None
    while moment.timestamp() <= end:
        if step >= _DAY:
            text = f"{moment:%b} {moment.day}"
        elif moment.date() != day:
            text = f"{moment:%a %H:%M}"
        else:
            text = f"{moment:%H:%M}"
        day = moment.date()
        ticks.append((moment.timestamp(), text))
        moment += timedelta(seconds=step)
    return ticks


def moment_words(moment: float, seconds: int) -> str:
    """The period from a moment on, as a tooltip says it: "Sat 21 Nov, 10:00 to 10:30"."""
    first, last = datetime.fromtimestamp(moment), datetime.fromtimestamp(moment + seconds)
    day = f"{first:%a} {first.day} {first:%b}"
    if seconds >= _DAY:
        return day
    return f"{day}, {first:%H:%M} to {last:%H:%M}"
