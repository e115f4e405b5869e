"""Fit the similarity scale of an embedding model on pictures of people.

    python -m tests.benchmarks.calibrate --root DIR --identities CSV [--root DIR --identities CSV ...]
    python -m tests.benchmarks.calibrate --root DIR --pairs CSV

`--identities` has a column path, and identity where people have several pictures (else each picture is
another person); every pair of strangers within one set counts, none across sets: people of one library
resemble one another more than people of two. Each set weighs the same. `--pairs` has path_a, path_b, same.
`--without COLUMN=A,B` leaves rows out. `--model ID` takes another model than the default, `--own FOLDER` one
of a folder of one's own. The last line is JSON: the knots for models/manifest.toml. How they are fitted, and
what of them is extrapolated, says app/inference/calibration.py.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.calibration import fit_scale
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import rows_of, vectors_of


def strangers_of_identities(
    engine: OnnxFaceEngine, contract: str, root: Path, table: Path, without: dict[str, set[str]], workers: int
) -> NDArray[np.float64]:
    """Cosines of all pairs of different people of one set."""
    rows = [
        row
        for row in rows_of(table, ["path"])
        if not any(row.get(column) in values for column, values in without.items())
    ]
    people = np.array([row.get("identity") or row["path"] for row in rows])
    vectors = vectors_of(engine, [root / row["path"] for row in rows], workers, contract)
    seen = ~np.isnan(vectors[:, 0])
    people, vectors = people[seen], vectors[seen]
    upper = np.triu(people[:, None] != people[None], 1)
    return (vectors @ vectors.T)[upper].astype(np.float64)


def strangers_of_pairs(
    engine: OnnxFaceEngine, contract: str, root: Path, table: Path, workers: int
) -> NDArray[np.float64]:
    """Cosines of the pairs that are not the same person."""
    rows = [
        row for row in rows_of(table, ["path_a", "path_b", "same"]) if row["same"].strip() in ("0", "False")
    ]
    names = sorted({row[side] for row in rows for side in ("path_a", "path_b")})
    found = vectors_of(engine, [root / name for name in names], workers, contract)
    vectors = dict(zip(names, found, strict=True))
    cosines = np.array([vectors[row["path_a"]] @ vectors[row["path_b"]] for row in rows], np.float64)
    return cosines[~np.isnan(cosines)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibrate")
    parser.add_argument("--root", type=Path, action="append", required=True)
    tables = parser.add_mutually_exclusive_group(required=True)
    tables.add_argument("--identities", type=Path, action="append")
    tables.add_argument("--pairs", type=Path, action="append")
    parser.add_argument("--without", action="append", default=[], metavar="COLUMN=A,B")
    parser.add_argument("--model", metavar="ID")
    parser.add_argument("--own", type=Path, metavar="FOLDER")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    given = arguments.identities or arguments.pairs
    if len(given) != len(arguments.root):
        parser.error("every --root needs its table")
    without = {
        column: set(values.split(","))
        for column, _, values in (each.partition("=") for each in arguments.without)
    }
    engine = OnnxFaceEngine(find_models_dir(), own_models=arguments.own)
    model = engine.models.named(arguments.model) if arguments.model else engine.models.default
    contract = model.contract.digest
    sets = [
        strangers_of_identities(engine, contract, root, table, without, arguments.workers)
        if arguments.identities
        else strangers_of_pairs(engine, contract, root, table, arguments.workers)
        for root, table in zip(arguments.root, given, strict=True)
    ]
    for table, each in zip(given, sets, strict=True):
        print(f"{table}: {len(each):,} pairs of strangers, cosine {each.mean():.3f} in the mean")
    fit = fit_scale(sets)
    cosines, similarities = fit.scale.cosines, fit.scale.similarities
    for cosine, similarity in zip(cosines, similarities, strict=True):
        rates = ", ".join(f"{(each >= cosine).mean():.2e}" for each in sets)
        print(f"similarity {similarity:5.1f}: cosine {cosine:.4f}; of the strangers in each set {rates}")
    pairs = sum(map(len, sets))
    print(
        json.dumps(
            {
                "model": model.contract.model_id,
                "pairs": pairs,
                "cosines": cosines,
                "similarities": similarities,
                "extrapolated_below_rate": max(1e-3 if pairs < 50_000 else 2e-4, 10 / pairs),
                "tail_misfit": round(fit.misfit, 4),
            }
        )
    )


if __name__ == "__main__":
    main()
