"""How well two pictures of one person are told from two of different people.

    python -m tests.benchmarks.verification --root DIR --pairs CSV      (columns path_a, path_b, same)

Prints the 10-fold accuracy (the threshold chosen on nine folds, in the order of the file), the true-match
rate at one false match in 100, 1,000 and 10,000, and how far the similarity scale is from what it states at
80, 90 and 99. "measured" is counted; "extrapolated" comes from the line that the upper tail of the strangers'
cosines makes on normal probability paper; "error" is the one that can be had over what is stated, "chance"
between which bounds it may lie for so few pairs (Poisson, 95 %). A picture in which no face is found matches
nothing. One thread; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import SimilarityScale, false_match_rate
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import rows_of, vectors_of

FOLDS = 10
RATES = (1e-2, 1e-3, 1e-4)
# The part of the strangers (the most alike) that the line goes through, and how many it needs.
TAIL = 0.1
LEAST_TAIL = 20
NORMAL = NormalDist()


def accuracy(cosines: NDArray[np.float64], same: NDArray[np.bool_], folds: int = FOLDS) -> float:
    """Mean accuracy over the folds; the threshold of each is the best of the others."""
    thresholds = np.unique(cosines)
    right = (cosines[:, None] >= thresholds) == same[:, None]
    parts = np.array_split(np.arange(len(cosines)), folds)
    results = []
    for part in parts:
        others = np.setdiff1d(np.arange(len(cosines)), part)
        results.append(right[part, np.argmax(right[others].mean(axis=0))].mean())
    return float(np.mean(results))


class Tail:
    """The upper tail of the strangers' cosines as a line on normal probability paper."""

    def __init__(self, strangers: NDArray[np.float64]) -> None:
        ordered = np.sort(strangers)[::-1]
        rates = (np.arange(len(ordered)) + 0.5) / len(ordered)
        part = (rates <= TAIL) & (ordered > -1)
        self._known = part.sum() >= LEAST_TAIL
        if self._known:
            scores = [-NORMAL.inv_cdf(rate) for rate in rates[part].tolist()]
            self._slope, self._offset = (float(each) for each in np.polyfit(scores, ordered[part], 1))

    def cosine(self, rate: float) -> float | None:
        """The one that so many strangers reach; None with too few pairs for any line."""
        return self._offset - self._slope * NORMAL.inv_cdf(rate) if self._known else None

    def rate(self, cosine: float) -> float | None:
        return NORMAL.cdf((self._offset - cosine) / self._slope) if self._known else None


def true_match_rate(
    genuine: NDArray[np.float64], strangers: NDArray[np.float64], tail: Tail, rate: float
) -> float | None:
    """Share of true pairs above the cosine that `rate` of the strangers reach; None with far too few."""
    if countable(strangers, rate):
        cosine: float | None = float(np.sort(strangers)[::-1][int(len(strangers) * rate)])
    else:
        cosine = tail.cosine(rate)
    return None if cosine is None else round(float((genuine > cosine).mean()), 4)


def countable(strangers: NDArray[np.float64], rate: float) -> bool:
    return len(strangers) * rate >= 1


def scale_error(
    scale: SimilarityScale,
    genuine: NDArray[np.float64],
    strangers: NDArray[np.float64],
    tail: Tail,
    level: float,
) -> dict[str, float | list[float] | None]:
    """What the scale states at a level, and what is so."""
    cosine, stated = scale.cosine(level), false_match_rate(level)
    count = int((strangers >= cosine).sum())
    extrapolated = tail.rate(cosine)
    best = count / len(strangers) if countable(strangers, stated) else extrapolated
    # Bounds of a Poisson count, by Wilson and Hilferty's approximation of chi-square.
    low = 0.0 if not count else count * (1 - 1 / (9 * count) - 1.96 / (3 * count**0.5)) ** 3
    high = (count + 1) * (1 - 1 / (9 * (count + 1)) + 1.96 / (3 * (count + 1) ** 0.5)) ** 3
    return {
        "stated": stated,
        "measured": count / len(strangers),
        "extrapolated": extrapolated,
        "error": None if best is None else round(best / stated, 2),
        "chance": [round(each / len(strangers) / stated, 2) for each in (low, high)],
        "true_matches": round(float((genuine >= cosine).mean()), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.verification")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--model", help="the id of another embedding model than the default one")
    arguments = parser.parse_args()
    rows = rows_of(arguments.pairs, ["path_a", "path_b", "same"])
    names = sorted({row[side] for row in rows for side in ("path_a", "path_b")})
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    model = engine.models.default if arguments.model is None else engine.models.named(arguments.model)
    start = time.perf_counter()
    paths = [arguments.root / name for name in names]
    embedded = vectors_of(engine, paths, arguments.workers, model.contract.digest)
    seconds = time.perf_counter() - start
    vectors = dict(zip(names, embedded, strict=True))
    cosines = np.array([float(vectors[row["path_a"]] @ vectors[row["path_b"]]) for row in rows])
    cosines = np.nan_to_num(cosines, nan=-1.0)
    same = np.array([row["same"].strip() in ("1", "True") for row in rows])
    # A file sorted by answer would make folds of one kind: deal the pairs of each kind out in turn.
    dealt = np.argsort(np.where(same, np.cumsum(same), np.cumsum(~same)), kind="stable")
    genuine, strangers = cosines[same], cosines[~same]
    tail = Tail(strangers)
    result = {
        "model": model.contract.model_id,
        "pairs": len(rows),
        "pictures": len(names),
        "without_face": int(np.isnan(embedded[:, 0]).sum()),
        "accuracy": round(accuracy(cosines[dealt], same[dealt]), 4),
        "true_match_rate": {f"{rate:g}": true_match_rate(genuine, strangers, tail, rate) for rate in RATES},
        "extrapolated_rates": [rate for rate in RATES if not countable(strangers, rate)],
        "false_match_rate_at": {
            f"{level:g}": scale_error(model.scale, genuine, strangers, tail, level)
            for level in (80.0, 90.0, 99.0)
        },
        "ms_per_picture": round(seconds / len(names) * 1000, 1),
    }
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
