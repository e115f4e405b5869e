"""Response times counted in steps that grow with them, so that percentiles of any sum of counts are known.

The steps and their error bound are those of DDSketch (Masson, Rim, Lee: "DDSketch: a fast and
fully-mergeable quantile sketch with relative-error guarantees", VLDB 2019): step i holds times in
(LEAST * g**(i-1), LEAST * g**i] with g = (1 + a) / (1 - a), and is told as 2 * LEAST * g**i / (g + 1), which
is within a of each of them. Step 0 is everything up to LEAST, the last one everything above.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

RELATIVE_ERROR: Final = 0.02
# Milliseconds. A shorter operation is told as this: ten microseconds.
LEAST: Final = 0.01
# A day: what is longer is told as this.
MOST: Final = 86_400_000.0

_GROWTH: Final = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_LOG: Final = 1 / math.log(_GROWTH)
STEPS: Final = math.ceil(math.log(MOST / LEAST) * _PER_LOG) + 1


def step_of(milliseconds: float) -> int:
    """0 to STEPS - 1."""
    if milliseconds <= LEAST:
        return 0
    step = math.ceil(math.log(milliseconds / LEAST) * _PER_LOG)
    return step if step < STEPS else STEPS - 1


def told(step: int) -> float:
    """The milliseconds that stand for all of the step."""
    return LEAST if step == 0 else 2 * LEAST * _GROWTH**step / (_GROWTH + 1)


def percentile(counts: Mapping[int, int], share: float) -> float:
    """The time (ms) that `share` percent of the counted ones do not exceed: of the nearest rank, within
    RELATIVE_ERROR. NaN where nothing was counted."""
    total = sum(counts.values())
    if not total:
        return math.nan
    rank = max(math.ceil(total * share / 100), 1)
    for step in sorted(counts):
        rank -= counts[step]
        if rank <= 0:
            return told(step)
    raise AssertionError("the ranks are as many as the counts")
