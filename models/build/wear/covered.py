"""Fits the head for covered faces and says what it reaches on people and coverings it was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.build.wear.covered_samples import AS_READ, BARE
from models.build.wear.fitting import Head, balanced, balanced_accuracy, fitted, folds, newton, ranking

REALLY = Path(__file__).with_name("labels_covered.csv")
"""Faces that something really covers (1), or may be said to (?): they are the test, not fitted on."""
STRENGTH = 10.0
WEIGHT = {AS_READ: 2.0, BARE: 1.0}
DRAWN_BARE = 0.5
"""What a copy counts of a bare face with glasses, hair, a scarf or something beside it drawn on it."""
FAMILIES = (("surgical", "cup"), ("cloth",), ("scarf",), ("hand",), ("thing",))
"""Coverings that are drawn alike: each fold of people is tested on a family that its head has not seen."""
SEED = 3


@dataclass(frozen=True, eq=False)
class Copies:
    """Of every copy of every face: its means, float32 (n, width), whether it is covered, the face's number
    and what was drawn; and of every face its folder, its person and what labels_covered.csv says: "1", "?" or
    nothing."""

    means: NDArray[np.float32]
    covered: NDArray[np.bool_]
    face: NDArray[np.int64]
    kind: NDArray[np.str_]
    folder: NDArray[np.str_]
    person: NDArray[np.str_]
    really: NDArray[np.str_]


def head(copies: Copies, people: NDArray[np.bool_], without: tuple[str, ...] = ()) -> Head:
    """The head, not calibrated, from some faces (bool by number), without copies of some kinds."""
    people = people & (copies.really == "")
    taken = np.flatnonzero(people[copies.face] & ~np.isin(copies.kind, without))
    yes = copies.covered[taken]
    drawn_bare = np.where(yes, 1.0, DRAWN_BARE)
    kinds = copies.kind[taken]
    weight = np.where(kinds == AS_READ, WEIGHT[AS_READ], np.where(kinds == BARE, WEIGHT[BARE], drawn_bare))
    return fitted(copies.means[taken], yes, balanced(yes, weight), STRENGTH)


def held_out(copies: Copies) -> NDArray[np.float64]:
    """(n,) scores by heads that have seen neither the person nor, where the face is covered, anything drawn
    like what covers it; NaN for coverings that the fold's head has seen."""
    fold = folds(copies.person, len(FAMILIES), SEED)
    scores = np.full(len(copies.face), np.nan)
    for number, family in enumerate(FAMILIES):
        found = head(copies, fold != number, family)
        told = (fold[copies.face] == number) & (~copies.covered | np.isin(copies.kind, family))
        scores[told] = found.scores(copies.means[told])
    return scores


def across(copies: Copies) -> NDArray[np.float64]:
    """(n,) scores by heads that have seen every folder of photographs but the copy's own."""
    scores = np.full(len(copies.face), np.nan)
    for folder in np.unique(copies.folder).tolist():
        here = copies.folder == folder
        if not here.all():
            scores[here[copies.face]] = head(copies, ~here).scores(copies.means[here[copies.face]])
    return scores


def calibration(copies: Copies, *held: NDArray[np.float64]) -> tuple[float, float]:
    """Factor and shift that make the scores log odds where half of all faces are covered (Platt's method).

    Args:
        held: (n,) scores by heads that have not seen those copies, NaN where one has; each counts the same.
    """
    scores = np.stack(held)
    told = np.isfinite(scores) & (copies.really[copies.face] == "")
    told &= copies.covered | np.isin(copies.kind, (AS_READ, BARE))
    yes = np.broadcast_to(copies.covered, scores.shape)
    # Platt's targets: nobody is surer than so many samples allow.
    target = np.where(yes, (yes.sum() + 1) / (yes.sum() + 2), 1 / ((~yes).sum() + 2))[told]
    weight = np.concatenate(
        [balanced(side[one], np.ones(int(one.sum()))) for side, one in zip(yes, told, strict=True)]
    )
    design = np.column_stack([scores[told], np.ones(int(told.sum()))])
    factor, shift = newton(design, target, weight * copies.covered.sum(), np.array([1e-3, 1e-6]))
    return float(factor), float(shift)


def figures(copies: Copies, scores: NDArray[np.float64]) -> dict[str, object]:
    """Of held-out scores, calibrated: shares that are told covered by kind; of the photographs as they are
    the bare and the really covered."""
    sure = copies.really[copies.face] == ""
    told = ~np.isnan(scores)
    found: dict[str, object] = {}
    for kind in dict.fromkeys(copies.kind.tolist()):
        for covered in (False, True):
            here = told & sure & (copies.kind == kind) & (copies.covered == covered)
            if here.any():
                name = f"{kind}, {'covered' if covered else 'bare'}"
                found[name] = [int(here.sum()), round(float((scores[here] > 0).mean()), 3)]
    bare = told & sure & (copies.kind == AS_READ)
    for folder in np.unique(copies.folder).tolist():
        here = bare & (copies.folder[copies.face] == folder)
        found[f"{folder}, bare"] = [int(here.sum()), round(float((scores[here] > 0).mean()), 3)]
    drawn = told & sure & copies.covered
    both = drawn | bare
    found["drawn"] = _figures(scores[both], copies.covered[both])
    really = (copies.kind == AS_READ) & (copies.really[copies.face] == "1")
    found["really"] = _figures(scores[bare | really], really[bare | really]) | {"yes": int(really.sum())}
    return found


def _figures(scores: NDArray[np.float64], yes: NDArray[np.bool_]) -> dict[str, float]:
    return {
        "balanced": round(balanced_accuracy(scores, yes), 3),
        "ranking": round(ranking(scores, yes), 4),
    }
