"""How right answers are: shares, balanced accuracy, calibration, errors in years. For the measurements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BINS = 10
# Ages by decade, children apart: where each begins.
BANDS = (0, 3, 10, 20, 30, 40, 50, 60, 70)


def balanced_accuracy(truth: Sequence[object], answers: Sequence[object]) -> float:
    """The mean over the classes that occur of the share of each that was answered rightly."""
    return float(np.mean(list(recalls(truth, answers).values())))


def recalls(truth: Sequence[object], answers: Sequence[object]) -> dict[str, float]:
    """Of each class that occurs, the share that was answered rightly."""
    found: dict[str, list[bool]] = {}
    for true, answer in zip(truth, answers, strict=True):
        found.setdefault(str(true), []).append(true == answer)
    return {name: float(np.mean(right)) for name, right in sorted(found.items())}


def calibration_error(sure: Array, right: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al., AAAI 2015): how far the share that is right lies from what
    was said, in ten bins of equal width, each weighed by what is in it."""
    bins = np.minimum((np.asarray(sure) * BINS).astype(int), BINS - 1)
    error = 0.0
    for each in np.unique(bins):
        inside = bins == each
        error += inside.mean() * abs(float(np.mean(sure[inside])) - float(np.mean(right[inside])))
    return error


def area_under_curve(scores: Array, truth: NDArray[np.bool_]) -> float | None:
    """The chance that a yes scores above a no, a tie being half; None without both."""
    yes, no = scores[truth], scores[~truth]
    if not len(yes) or not len(no):
        return None
    above = (yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean()
    return float(above)


def yes_or_no(probabilities: Sequence[float | None], truth: Sequence[bool]) -> dict[str, object]:
    """Of a trait. None is no answer (no face found, or the trait cannot be told) and counts as wrong."""
    answers = [None if each is None else each > 0.5 for each in probabilities]
    told = np.array([each is not None for each in probabilities])
    chances = np.array([each for each in probabilities if each is not None], np.float64)
    true = np.array(truth, bool)
    return {
        "faces": len(true),
        "yes": int(true.sum()),
        "untold": int((~told).sum()),
        "accuracy": rounded(np.mean([a is not None and a == t for a, t in zip(answers, truth, strict=True)])),
        "balanced_accuracy": rounded(balanced_accuracy(list(truth), answers)),
        "recall": {name: rounded(value) for name, value in recalls(list(truth), answers).items()},
        "auc": rounded(area_under_curve(chances, true[told])),
        "calibration_error": rounded(calibration_error(chances, true[told])) if told.any() else None,
    }


def years(estimates: Array, lows: Array, highs: Array, ranges: Array) -> dict[str, object]:
    """Of ages. A group ("20-29") is scored by the distance to its middle, as its true ages are unknown, and
    by the distance to the nearest age in it. `ranges` (n, 2) are the answered ones."""
    middles = (lows + highs) / 2
    wrong = np.abs(estimates - middles)
    outside = np.maximum(0.0, np.maximum(lows - estimates, estimates - highs))
    # The share of each group that lies inside; a known age is in or out.
    width = np.maximum(highs - lows, 1e-9)
    shared = np.minimum(ranges[:, 1], highs) - np.maximum(ranges[:, 0], lows)
    known = (ranges[:, 0] <= lows) & (lows <= ranges[:, 1])
    inside = np.where(highs > lows, np.clip(shared / width, 0.0, 1.0), known)
    bands = {}
    for position, start in enumerate(BANDS):
        end = BANDS[position + 1] if position + 1 < len(BANDS) else 200
        chosen = (middles >= start) & (middles < end)
        if chosen.any():
            bands[f"{start}-{end - 1}" if end < 200 else f"{start}+"] = {
                "faces": int(chosen.sum()),
                "mean_error": rounded(wrong[chosen].mean(), 2),
                "bias": rounded((estimates - middles)[chosen].mean(), 2),
                "in_range": rounded(inside[chosen].mean()),
            }
    return {
        "faces": len(estimates),
        "mean_error": rounded(wrong.mean(), 2),
        "mean_error_to_group": rounded(outside.mean(), 2),
        "in_range": rounded(inside.mean()),
        "mean_range": rounded((ranges[:, 1] - ranges[:, 0]).mean(), 1),
        "bands": bands,
    }


def rounded(value: float | np.floating | None, digits: int = 4) -> float | None:
    return None if value is None else round(float(value), digits)
