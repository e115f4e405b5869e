"""How well people are found again among many, and strangers are told from them.

    python -m tests.benchmarks.identification --root DIR --identities CSV      (columns path, identity)

People with several pictures are enrolled with the first half of them (in the order of the file, at least
one) and looked for with the rest. People with one picture are strangers: they are looked for too, and nobody
is enrolled for them. Where there are fewer such strangers than a fifth of the people, every fifth person
with several pictures is a stranger as well.

"rank 1": the most similar of all that are enrolled is the person. "true-positive identification": it is, and
is as similar as one stranger in 100 is to somebody; "at 80" and "at 90" the same at the program's own
similarity, with the share of strangers that reach it. Once by face (every enrolled picture stands for
itself), once by user (one vector for each person, as the program makes it). A picture in which no face is
found is a miss. One thread; the last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import SimilarityScale
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.search.exact import ExactIndex
from app.search.people import people_vectors
from tests.benchmarks.faces_of import rows_of, vectors_of

FALSE_POSITIVES = 0.01
LEVELS = (80.0, 90.0)
# Under this share of the people strangers are made of some with several pictures.
STRANGERS = 0.2


@dataclass(frozen=True)
class Split:
    """Rows of the table (indices): enrolled, looked for, and strangers who are looked for."""

    gallery: NDArray[np.intp]
    probes: NDArray[np.intp]
    strangers: NDArray[np.intp]


def split(people: NDArray[np.str_]) -> Split:
    """Every picture is in one of the three. The same table is always split alike."""
    names, counts = np.unique(people, return_counts=True)
    several = names[counts > 1]
    strange = set(names[counts == 1].tolist())
    if len(strange) < STRANGERS * len(names):
        strange |= set(several[::5].tolist())
    gallery, probes, strangers = [], [], []
    for name in names.tolist():
        rows = np.flatnonzero(people == name)  # in the order of the file
        if name in strange:
            strangers.append(rows)
            continue
        enrolled = max(1, len(rows) // 2)
        gallery.append(rows[:enrolled])
        probes.append(rows[enrolled:])
    return Split(*(np.concatenate([np.empty(0, np.intp), *part]) for part in (gallery, probes, strangers)))


def best_of(
    queries: NDArray[np.float32], enrolled: NDArray[np.float32], labels: NDArray[np.str_]
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """The cosine and the label of the most similar one; NaN rows of queries have cosine -1 and label ""."""
    cosines = (queries @ enrolled.T).astype(np.float64)
    found = ~np.isnan(queries[:, 0])
    cosines[~found] = -1.0
    best = np.argmax(cosines, axis=1)
    return cosines[np.arange(len(queries)), best], np.where(found, labels[best], "")


def identification(
    vectors: NDArray[np.float32],
    people: NDArray[np.str_],
    parts: Split,
    enrolled: NDArray[np.float32],
    labels: NDArray[np.str_],
    scale: SimilarityScale,
) -> dict[str, object]:
    """Figures for one way of enrolling; vectors of length 1 or NaN, labels of the enrolled ones."""
    cosines, names = best_of(vectors[parts.probes], enrolled, labels)
    right = names == people[parts.probes]
    strange, _ = best_of(vectors[parts.strangers], enrolled, labels)
    # So many strangers may pass: the bar lies just above the next one.
    allowed = int(len(strange) * FALSE_POSITIVES)
    bar = float(np.sort(strange)[::-1][allowed]) if len(strange) > allowed else -1.0
    return {
        "enrolled": len(enrolled),
        "rank_1": round(float(right.mean()), 4),
        "true_positive_identification": round(float((right & (cosines > bar)).mean()), 4),
        "similarity_of_the_bar": round(float(scale.similarity(bar)), 2),
        "at": {
            f"{level:g}": {
                "true_positives": round(float((right & (cosines >= scale.cosine(level))).mean()), 4),
                "false_positives": round(float((strange >= scale.cosine(level)).mean()), 4),
            }
            for level in LEVELS
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.identification")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--identities", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--model", help="the id of another embedding model than the default one")
    arguments = parser.parse_args()
    rows = rows_of(arguments.identities, ["path", "identity"])
    people = np.array([row["identity"] for row in rows])
    parts = split(people)
    if not len(parts.probes) or not len(parts.strangers):
        parser.error("there must be people with several pictures, and strangers: more people")
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    model = engine.models.default if arguments.model is None else engine.models.named(arguments.model)
    start = time.perf_counter()
    paths = [arguments.root / row["path"] for row in rows]
    vectors = vectors_of(engine, paths, arguments.workers, model.contract.digest)
    seconds = time.perf_counter() - start
    gallery = parts.gallery[~np.isnan(vectors[parts.gallery, 0])]
    keys, members = np.unique(people[gallery], return_inverse=True)
    index = ExactIndex.adopt(np.arange(len(gallery)), vectors[gallery], {"user": members.astype(np.int64)})
    users = people_vectors(index, "user")
    result = {
        "model": model.contract.model_id,
        "pictures": len(rows),
        "without_face": int(np.isnan(vectors[:, 0]).sum()),
        "people": len(np.unique(people[parts.gallery])),
        "probes": len(parts.probes),
        "strangers": len(parts.strangers),
        "false_positives_allowed": FALSE_POSITIVES,
        "by_face": identification(vectors, people, parts, vectors[gallery], people[gallery], model.scale),
        "by_user": identification(vectors, people, parts, users.vectors, keys[users.keys], model.scale),
        "ms_per_picture": round(seconds / len(rows) * 1000, 1),
    }
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
