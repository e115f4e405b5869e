"""Recognising the people of a pack, and not recognising strangers (docs/adr/0069).

    python -m tests.benchmarks.celebrities

A pack holds one photo of each chosen person. Probes are all looks (as taken, mirrored, blurred, re-cropped,
dark, poor JPEG, turned) of their other photos; everyone else is a stranger. "true" is the share of probes
recognised as who they are, "wrong" as someone else, "false" the share of strangers recognised as anyone.
Splits of the people are drawn, the same ones at every run.
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from app.services.celebrities.gallery import FALSE_SHARE, MARGIN, bar
from tests.benchmarks.people import People, load_people

SPLITS = 40
Array = NDArray[np.float32]


def draw(
    people: People, size: int, random: np.random.Generator
) -> tuple[Array, Array, NDArray[np.int64], Array]:
    """The pack (size, d), probes with whose they are (-> rows of the pack), and strangers' faces."""
    known = np.unique(people.person[people.person >= 0])
    chosen = random.permutation(known)[:size]
    inside, probes, owners = [], [], []
    for row, who in enumerate(chosen.tolist()):
        photos = np.unique(people.photo[people.person == who])
        enrolled = random.choice(photos)
        inside.append(people.vectors[(people.photo == enrolled) & (people.look == 0)][0])
        others = np.flatnonzero((people.person == who) & (people.photo != enrolled))
        probes.append(people.vectors[others])
        owners.append(np.full(len(others), row))
    strangers = people.vectors[~np.isin(people.person, chosen)]
    return np.stack(inside), np.concatenate(probes), np.concatenate(owners), strangers


def main() -> None:
    people = load_people()
    total = len(np.unique(people.person[people.person >= 0]))
    answer: dict[str, dict[str, list[float]]] = {}
    for size in (total // 8, total // 2, total):
        rising = bar(size)
        settings = {
            f"{name}, margin {margin:g}": (least, margin)
            for name, least in (("80", 80.0), ("90", 90.0), (f"rising ({rising:.1f})", rising))
            for margin in (0.0, 0.02, MARGIN, 0.1, 0.15)
        }
        found: dict[str, list[tuple[float, float, float]]] = {key: [] for key in settings}
        random = np.random.default_rng(69)
        for _ in range(SPLITS):
            pack, probes, owners, strangers = draw(people, size, random)
            tables = [rows @ pack.T for rows in (probes, strangers)]
            ranked = [np.sort(table, axis=1) for table in tables]
            right = tables[0].argmax(axis=1) == owners
            for key, (least, margin) in settings.items():
                sure, taken = (
                    (people.scale.similarity(each[:, -1]) >= least) & (each[:, -1] - each[:, -2] >= margin)
                    for each in ranked
                )
                found[key].append(
                    (float((sure & right).mean()), float((sure & ~right).mean()), float(taken.mean()))
                )
        print(f"\n{size} people, {len(probes)} probes, {len(strangers)} strangers' faces")
        answer[str(size)] = {}
        for key, values in found.items():
            mean = np.mean(values, axis=0)
            answer[str(size)][key] = [round(float(value), 5) for value in mean]
            print(f"  {key:32} true {mean[0]:.4f}  wrong {mean[1]:.5f}  false {mean[2]:.5f}")
    print(json.dumps({"benchmark": "celebrities", "false_share": FALSE_SHARE, "results": answer}))


if __name__ == "__main__":
    main()
