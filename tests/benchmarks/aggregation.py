"""How the faces of one person become one vector: the candidates on real people (docs/adr/0051).

    python -m tests.benchmarks.aggregation

A person is enrolled with looks of one photograph and sought with all looks of the others, and so is
every stranger. "TMR" is the share of true probes found at a threshold that lets one stranger in 1,000
through; "FMR at 80" is what a threshold of similarity 80, which pairs of faces define as 0.001, lets
through: the nearer to 0.001, the better a similarity to a person means what a similarity to a face does.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.people import LOOKS, People, load_people

Array = NDArray[np.float32]
Method = Callable[[Array, Array, Array], Array]


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)


def mean(enrolled: Array, _sharpness: Array, probes: Array) -> Array:
    return probes @ _unit(enrolled.sum(axis=0))


def weighted(enrolled: Array, sharpness: Array, probes: Array) -> Array:
    weights = np.maximum(sharpness, 1.0) / 100
    return probes @ _unit((enrolled * weights[:, None]).sum(axis=0))


def medoid(enrolled: Array, _sharpness: Array, probes: Array) -> Array:
    return probes @ enrolled[np.argmax((enrolled @ enrolled.T).sum(axis=1))]


def highest(enrolled: Array, _sharpness: Array, probes: Array) -> Array:
    return (probes @ enrolled.T).max(axis=1)


def mean_score(enrolled: Array, _sharpness: Array, probes: Array) -> Array:
    return (probes @ enrolled.T).mean(axis=1)


def trimmed(enrolled: Array, sharpness: Array, probes: Array) -> Array:
    """The mean without the faces that are far from it."""
    near = enrolled @ _unit(enrolled.sum(axis=0))
    return mean(enrolled[near >= np.median(near) - 0.25], sharpness, probes)


METHODS: dict[str, Method] = {
    "mean of unit vectors": mean,
    "weighted by sharpness": weighted,
    "mean, far faces left out": trimmed,
    "medoid": medoid,
    "highest of all faces": highest,
    "mean of the cosines": mean_score,
}

NAMES = list(LOOKS)
SCENES: dict[str, list[str]] = {
    "1 face": ["as taken"],
    "3 faces": ["as taken", "mirrored", "turned"],
    "3 poor faces": ["blurred", "poor JPEG", "dark"],
    "7 faces": NAMES,
    "7 faces + 1 wrong": NAMES,
}


def measure(people: People, looks: list[str], wrong: bool, method: Method) -> dict[str, float]:
    kinds = [NAMES.index(look) for look in looks]
    known = [
        who for who in np.unique(people.person[people.person >= 0]).tolist()
        if len(np.unique(people.photo[people.person == who])) > 1
    ]  # fmt: skip
    genuine, strangers, first, total = [], [], 0, 0
    table = np.full((len(people.vectors), len(known)), -2, np.float32)
    for column, who in enumerate(known):
        photo = people.photo[people.person == who].min()
        mine = (people.photo == photo) & np.isin(people.look, kinds)
        rows = np.flatnonzero(mine)
        if wrong:
            other = known[(column + 1) % len(known)]
            rows = np.append(rows, np.flatnonzero((people.person == other) & (people.look == 0))[:1])
        table[:, column] = method(people.vectors[rows], people.sharpness[rows], people.vectors)
        table[people.photo == photo, column] = np.nan
        if wrong:
            table[people.photo == people.photo[rows[-1]], column] = np.nan
    own = people.person[:, None] == np.array(known)[None, :]
    seen = ~np.isnan(table)
    genuine = table[own & seen]
    strangers = table[~own & seen]
    for row in np.flatnonzero((own & seen).any(axis=1)).tolist():
        column = int(np.argmax(own[row]))
        first += bool(np.nanargmax(table[row]) == column)
        total += 1
    cut = np.quantile(strangers, 1 - 1e-3)
    eighty = people.scale.cosine(80)
    return {
        "TMR": float((genuine >= cut).mean()),
        "first": first / total,
        "FMR80": float((strangers >= eighty).mean()),
        "TMR80": float((genuine >= eighty).mean()),
    }


def main() -> None:
    people = load_people()
    results: dict[str, dict[str, dict[str, float]]] = {}
    for scene, looks in SCENES.items():
        print(f"\n{scene:26}{'TMR':>8}{'first':>8}{'TMR at 80':>11}{'FMR at 80':>11}")
        results[scene] = {}
        for name, method in METHODS.items():
            found = measure(people, looks, scene.endswith("wrong"), method)
            results[scene][name] = {key: round(value, 5) for key, value in found.items()}
            print(
                f"{name:26}{found['TMR']:8.4f}{found['first']:8.4f}"
                f"{found['TMR80']:11.4f}{found['FMR80']:11.5f}"
            )
    print(json.dumps({"benchmark": "aggregation", "results": results}))


if __name__ == "__main__":
    main()
