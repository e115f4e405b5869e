"""How well two pictures of one person are told from two of different people.

    python -m tests.benchmarks.verification --root DIR --pairs CSV      (columns path_a, path_b, same)

Prints the 10-fold accuracy (the threshold chosen on nine folds, in the order of the file), the true-match
rate at one false match in 100, 1,000 and 10,000, and how far the similarity scale is from what it states at
80, 90 and 99. A picture in which no face is found matches nothing. One thread; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import false_match_rate
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import rows_of, vectors_of

FOLDS = 10


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


def true_match_rate(
    genuine: NDArray[np.float64], strangers: NDArray[np.float64], rate: float
) -> float | None:
    """Share of true pairs above the cosine that `rate` of the strangers reach; None with too few."""
    if len(strangers) * rate < 1:
        return None
    ordered = np.sort(strangers)[::-1]
    threshold = ordered[int(len(strangers) * rate)]
    return float((genuine > threshold).mean())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.verification")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    rows = rows_of(arguments.pairs, ["path_a", "path_b", "same"])
    names = sorted({row[side] for row in rows for side in ("path_a", "path_b")})
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    start = time.perf_counter()
    embedded = vectors_of(engine, [arguments.root / name for name in names], arguments.workers)
    seconds = time.perf_counter() - start
    vectors = dict(zip(names, embedded, strict=True))
    cosines = np.array([float(vectors[row["path_a"]] @ vectors[row["path_b"]]) for row in rows])
    cosines = np.nan_to_num(cosines, nan=-1.0)
    same = np.array([row["same"].strip() in ("1", "True") for row in rows])
    # A file sorted by answer would make folds of one kind: deal the pairs of each kind out in turn.
    dealt = np.argsort(np.where(same, np.cumsum(same), np.cumsum(~same)), kind="stable")
    genuine, strangers = cosines[same], cosines[~same]
    result = {
        "pairs": len(rows),
        "pictures": len(names),
        "without_face": int(np.isnan(embedded[:, 0]).sum()),
        "accuracy": round(accuracy(cosines[dealt], same[dealt]), 4),
        "true_match_rate": {
            f"{rate:g}": true_match_rate(genuine, strangers, rate) for rate in (1e-2, 1e-3, 1e-4)
        },
        "false_match_rate_at": {
            f"{level:g}": {
                "stated": false_match_rate(level),
                "measured": float((engine.scale.similarity(strangers) >= level).mean()),
                "true_matches": float((engine.scale.similarity(genuine) >= level).mean()),
            }
            for level in (80.0, 90.0, 99.0)
        },
        "ms_per_picture": round(seconds / len(names) * 1000, 1),
    }
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
