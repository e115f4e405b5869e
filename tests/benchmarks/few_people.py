"""How far a similarity scale is off that was fitted to few people.

    python -m tests.benchmarks.few_people --root DIR --identities CSV [--model ID]

Draws people of the set again and again, fits the scale to their pairs as calibrating one's own model does,
and counts the strangers of the whole set that reach 80. Each line: people, the median and the 10 % and 90 %
points of that rate, which should be one in 1,000.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from app.inference.calibration import fit_scale
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import rows_of, vectors_of

PEOPLE = (12, 20, 40, 80)
DRAWS = 300


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.few_people")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--identities", type=Path, required=True)
    parser.add_argument("--model", default="sface-2021dec", metavar="ID")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    engine = OnnxFaceEngine(find_models_dir())
    contract = engine.models.named(arguments.model).contract.digest
    rows = rows_of(arguments.identities, ["path", "identity"])
    paths = [arguments.root / row["path"] for row in rows]
    vectors = vectors_of(engine, paths, arguments.workers, contract)
    seen = ~np.isnan(vectors[:, 0])
    vectors, people = vectors[seen], np.array([row["identity"] for row in rows])[seen]
    cosines = vectors @ vectors.T
    strangers = np.triu(people[:, None] != people[None], 1)
    every, rng, found = cosines[strangers], np.random.default_rng(0), {}
    for count in PEOPLE:
        rates = []
        for _ in range(DRAWS):
            rows_of_some = np.flatnonzero(
                np.isin(people, rng.choice(np.unique(people), count, replace=False))
            )
            some = np.ix_(rows_of_some, rows_of_some)
            scale = fit_scale([cosines[some][strangers[some]]], few=True).scale
            rates.append(float((every >= scale.cosine(80)).mean()))
        found[count] = [round(float(value), 6) for value in np.quantile(rates, (0.5, 0.1, 0.9))]
        print(f"{count:3} people: {found[count][0]:.1e} ({found[count][1]:.1e} to {found[count][2]:.1e})")
    print(json.dumps({"model": arguments.model, "draws": DRAWS, "rates_at_80": found}))


if __name__ == "__main__":
    main()
