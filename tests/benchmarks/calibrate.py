"""Fit the similarity scale of the default embedding model on pictures of people.

    python -m tests.benchmarks.calibrate --root DIR --identities CSV [--root DIR --identities CSV ...]
    python -m tests.benchmarks.calibrate --root DIR --pairs CSV

`--identities` has a column path, and identity where people have several pictures (else each picture is
another person); every pair of strangers within one set counts, none across sets: people of one library
resemble one another more than people of two. Each set weighs the same. `--pairs` has path_a, path_b, same.
`--without COLUMN=A,B` leaves rows out. The last line is JSON: the knots for models/manifest.toml.

Down to a false-match rate of 1 in 1,000 the knots are quantiles of the strangers' cosines. Beyond, they
follow the line that the upper tail makes on normal probability paper: 1 in 1,000,000 (similarity 99) is
always extrapolated, and so is 1 in 10,000 where there are few pairs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import false_match_rate
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import rows_of, vectors_of

SIMILARITIES = (20.0, 40.0, 60.0, 70.0, 80.0, 85.0, 90.0, 95.0, 99.0)
# The part of the tail that the line is fitted to, as false-match rates.
TAIL = (1e-2, 3e-4)
NORMAL = NormalDist()


def strangers_of_identities(
    engine: OnnxFaceEngine, root: Path, table: Path, without: dict[str, set[str]], workers: int
) -> NDArray[np.float64]:
    """Cosines of all pairs of different people of one set."""
    rows = [
        row
        for row in rows_of(table, ["path"])
        if not any(row.get(column) in values for column, values in without.items())
    ]
    people = np.array([row.get("identity") or row["path"] for row in rows])
    vectors = vectors_of(engine, [root / row["path"] for row in rows], workers)
    seen = ~np.isnan(vectors[:, 0])
    people, vectors = people[seen], vectors[seen]
    upper = np.triu(people[:, None] != people[None], 1)
    return (vectors @ vectors.T)[upper].astype(np.float64)


def strangers_of_pairs(engine: OnnxFaceEngine, root: Path, table: Path, workers: int) -> NDArray[np.float64]:
    """Cosines of the pairs that are not the same person."""
    rows = [
        row for row in rows_of(table, ["path_a", "path_b", "same"]) if row["same"].strip() in ("0", "False")
    ]
    names = sorted({row[side] for row in rows for side in ("path_a", "path_b")})
    vectors = dict(zip(names, vectors_of(engine, [root / name for name in names], workers), strict=True))
    cosines = np.array([vectors[row["path_a"]] @ vectors[row["path_b"]] for row in rows], np.float64)
    return cosines[~np.isnan(cosines)]


def fitted(sets: list[NDArray[np.float64]]) -> tuple[list[float], list[float], float]:
    """Cosines and similarities of the knots, and the largest misfit of the tail's line in cosine."""
    cosines = np.concatenate(sets)
    weights = np.concatenate([np.full(len(each), 1 / (len(sets) * len(each))) for each in sets])
    order = np.argsort(-cosines)
    ordered = cosines[order]
    rate = np.cumsum(weights[order])

    def quantile(false_matches: float) -> float:
        return float(np.interp(false_matches, rate, ordered))

    sample = np.geomspace(*TAIL, 25)
    scores = np.array([-NORMAL.inv_cdf(each) for each in sample])
    measured = np.array([quantile(each) for each in sample])
    slope, offset = np.polyfit(scores, measured, 1)
    misfit = float(np.abs(slope * scores + offset - measured).max())
    joint = quantile(1e-3) + slope * NORMAL.inv_cdf(1e-3)

    def cosine(similarity: float) -> float:
        false_matches = false_match_rate(similarity)
        if false_matches >= 0.999e-3:
            return quantile(false_matches)
        return float(joint - slope * NORMAL.inv_cdf(false_matches))

    knots = [-1.0, *(round(cosine(each), 4) for each in SIMILARITIES), 1.0]
    return knots, [0.0, *SIMILARITIES, 100.0], misfit


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibrate")
    parser.add_argument("--root", type=Path, action="append", required=True)
    tables = parser.add_mutually_exclusive_group(required=True)
    tables.add_argument("--identities", type=Path, action="append")
    tables.add_argument("--pairs", type=Path, action="append")
    parser.add_argument("--without", action="append", default=[], metavar="COLUMN=A,B")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    given = arguments.identities or arguments.pairs
    if len(given) != len(arguments.root):
        parser.error("every --root needs its table")
    without = {
        column: set(values.split(","))
        for column, _, values in (each.partition("=") for each in arguments.without)
    }
    engine = OnnxFaceEngine(find_models_dir())
    sets = [
        strangers_of_identities(engine, root, table, without, arguments.workers)
        if arguments.identities
        else strangers_of_pairs(engine, root, table, arguments.workers)
        for root, table in zip(arguments.root, given, strict=True)
    ]
    for table, each in zip(given, sets, strict=True):
        print(f"{table}: {len(each):,} pairs of strangers, cosine {each.mean():.3f} in the mean")
    cosines, similarities, misfit = fitted(sets)
    for cosine, similarity in zip(cosines, similarities, strict=True):
        rates = ", ".join(f"{(each >= cosine).mean():.2e}" for each in sets)
        print(f"similarity {similarity:5.1f}: cosine {cosine:.4f}; of the strangers in each set {rates}")
    pairs = sum(map(len, sets))
    print(
        json.dumps(
            {
                "model": engine.contract.model_id,
                "pairs": pairs,
                "cosines": cosines,
                "similarities": similarities,
                "extrapolated_below_rate": max(1e-3 if pairs < 50_000 else 2e-4, 10 / pairs),
                "tail_misfit": round(misfit, 4),
            }
        )
    )


if __name__ == "__main__":
    main()
