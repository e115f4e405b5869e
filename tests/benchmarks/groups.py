"""How well faces are grouped by person, over the cut at which groups join (docs/adr/0052).

    python -m tests.benchmarks.groups

Over all pairs of faces: precision (pairs in one group that are one person), recall (pairs of one person
that are in one group) and their harmonic mean F. "chains" joins what is connected by near pairs, the
plain alternative.
"""

from __future__ import annotations

import csv
import json

import numpy as np
from numpy.typing import NDArray

from app.search.clusters import grouped
from app.search.neighbours import near_pairs
from app.services.search.groups import CUT
from tests.benchmarks.people import LOOKS, People, data_root, load_people

CUTS = (80.0, 85.0, 88.0, 90.0, 91.0, 92.0, 93.0, 94.0, 96.0)
NEIGHBOURS = 48


def children(people: People) -> NDArray[np.bool_]:
    """Strangers under ten: the model tells small children apart badly."""
    with (data_root() / "fairface300" / "attributes.csv").open(encoding="utf-8") as file:
        young = {
            row["path"].split("/")[-1] for row in csv.DictReader(file) if row["age_group"] in ("0-2", "3-9")
        }
    names = sorted((data_root() / "fairface300").rglob("*.jpg"))
    first = int(people.photo[people.person < 0].min())
    flags = np.zeros(int(people.photo.max()) + 1, np.bool_)
    for place, path in enumerate(names):
        flags[min(first + place, len(flags) - 1)] = path.name in young
    return flags[people.photo] & (people.person < 0)


def chains(vectors: NDArray[np.float32], cut: float) -> NDArray[np.int64]:
    edges = near_pairs(vectors, cut, NEIGHBOURS)
    labels = np.arange(len(vectors))
    while True:
        low = np.minimum(labels[edges.first], labels[edges.second])
        before = labels.copy()
        np.minimum.at(labels, edges.first, low)
        np.minimum.at(labels, edges.second, low)
        if np.array_equal(before, labels):
            return labels


def pair_scores(labels: NDArray[np.int64], truth: NDArray[np.int64]) -> tuple[float, float, float]:
    def pairs(groups: NDArray[np.int64]) -> int:
        counts = np.unique(groups, return_counts=True)[1]
        return int(np.sum(counts * (counts - 1) // 2))

    both = pairs(np.unique(np.stack((labels, truth)), axis=1, return_inverse=True)[1].ravel())
    precision, recall = both / max(pairs(labels), 1), both / max(pairs(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main() -> None:
    people = load_people()
    truth = np.where(people.person < 0, 10_000 + people.photo, people.person)
    young, taken = children(people), people.look == 0
    one_look = (people.look == (people.photo * 5) % len(LOOKS)) | (people.person < 0)
    sets = {
        "portraits and adult strangers": taken & ~young,
        "one poor look of each": one_look & ~young,
        "all looks": ~young,
        "with small children": taken,
    }
    results: dict[str, dict[str, list[float]]] = {}
    for name, rows in sets.items():
        vectors = people.vectors[rows]
        print(f"\n{name}: {len(vectors)} faces of {len(np.unique(truth[rows]))} people")
        print(f"{'cut':>6}{'cosine':>9}{'precision':>11}{'recall':>9}{'F':>9}{'F of chains':>13}")
        results[name] = {}
        for cut in CUTS:
            cosine = people.scale.cosine(cut)
            labels = grouped(vectors, near_pairs(vectors, cosine, NEIGHBOURS), cosine)
            scores = pair_scores(labels, truth[rows])
            plain = pair_scores(chains(vectors, cosine), truth[rows])[2]
            results[name][f"{cut:g}"] = [round(value, 4) for value in (*scores, plain)]
            mark = "  <- used" if cut == CUT else ""
            precision, recall, mean = scores
            print(f"{cut:6g}{cosine:9.3f}{precision:11.4f}{recall:9.4f}{mean:9.4f}{plain:13.4f}{mark}")
    print(json.dumps({"benchmark": "groups", "cut": CUT, "results": results}))


if __name__ == "__main__":
    main()
