"""Fits the four heads and says what they reach on people they were not fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.inference.wear import manliness
from models.build.wear.fitting import (
    Array,
    Head,
    balanced,
    balanced_accuracy,
    fitted,
    folds,
    newton,
    ranking,
)
from models.build.wear.parts import TRAITS, columns
from models.build.wear.samples import AS_READ, DRAWN, Samples

EYES = ("eyes", "eyes late")
HAIR = ("lip", "lip late", "chin", "lower face")
PARTS = {"eyeglasses": EYES, "sunglasses": EYES, "beard": HAIR, "mustache": HAIR}
GATED = ("beard", "mustache")
STRENGTH = {"eyeglasses": 10.0, "sunglasses": 5.0, "beard": 3.0, "mustache": 3.0}
DRAWN_WEIGHT = {"eyeglasses": 0.3, "sunglasses": 0.5, "beard": 0.03, "mustache": 0.05}
"""What a drawn copy counts to a real one."""
FOLDS = 5
SEED = 3


@dataclass(frozen=True, eq=False)
class Table:
    """The faces of the samples by number, as LabelledFace has them. woman: as AppearanceReader tells it."""

    folder: NDArray[np.str_]
    person: NDArray[np.str_]
    labels: Array
    sure: NDArray[np.bool_]
    woman: Array


@dataclass(frozen=True, eq=False)
class Heads:
    """weights: float32 (width, 4), bias (4,): their logits are calibrated. woman: what the log odds of a man
    add to a trait's logit."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    woman: dict[str, float]


def head(trait: str, samples: Samples, among: NDArray[np.bool_]) -> Head:
    """The head of a trait, not calibrated, from the samples of some faces (bool by number)."""
    answers = samples.labels[:, TRAITS.index(trait)]
    taken = np.flatnonzero(among[samples.face] & ~np.isnan(answers))
    yes = answers[taken] == 1
    weight = np.where(samples.kind[taken] == DRAWN, DRAWN_WEIGHT[trait], 1.0)
    if trait == "sunglasses":
        # Clear glasses are what they are taken for; there are fewer of them than of bare faces.
        weight = np.where((samples.labels[taken, 0] == 1) & ~yes, 2 * weight, weight)
    parts = [columns(part) for part in PARTS[trait]]
    means = np.concatenate([samples.means[taken, part] for part in parts], axis=1)
    found = fitted(means, yes, balanced(yes, weight), STRENGTH[trait])
    weights, start = np.zeros(samples.means.shape[1]), 0
    for part in parts:
        width = part.stop - part.start
        weights[part] = found.weights[start : start + width]
        start += width
    return Head(weights, found.bias)


def held_out(trait: str, samples: Samples, table: Table) -> Array:
    """(n,) scores of the faces as they are read, each by a head that was fitted on other people."""
    as_read = samples.means[samples.kind == AS_READ]
    fold = folds(table.person, FOLDS, SEED)
    scores = np.zeros(len(fold))
    for number in range(FOLDS):
        scores[fold == number] = head(trait, samples, fold != number).scores(as_read[fold == number])
    return scores


def calibration(trait: str, scores: Array, table: Table) -> Array:
    """Factor, what the log odds of a man add, and shift that make the held-out scores log odds where half of
    all faces have the trait (Platt's method, both answers weighted alike)."""
    answers = table.labels[:, TRAITS.index(trait)]
    known = table.sure[:, TRAITS.index(trait)] & ~np.isnan(answers)
    yes = answers[known] == 1
    man = _men(table)[known] if trait in GATED else np.zeros(int(known.sum()))
    design = np.column_stack([scores[known], man, np.ones(len(man))])
    weight = balanced(yes, np.ones(len(yes))) * yes.sum()
    return newton(design, yes.astype(np.float64), weight, np.array([1e-3, 1e-3, 1e-6]))


def fit(samples: Samples, table: Table) -> Heads:
    """The heads of all faces, calibrated on held-out scores."""
    weights, bias, woman = [], [], {}
    for trait in TRAITS:
        found = head(trait, samples, np.ones(len(table.person), bool))
        factor, man, shift = calibration(trait, held_out(trait, samples, table), table)
        weights.append(found.weights * factor)
        bias.append(found.bias * factor + shift)
        if trait in GATED:
            woman[trait] = round(float(man), 3)
    return Heads(np.stack(weights, axis=1).astype(np.float32), np.array(bias, np.float32), woman)


def cross_validated(samples: Samples, table: Table) -> dict[str, dict[str, float]]:
    """Balanced accuracy and ranking of each trait by folder: of other people (folds), and where every face
    of the other folders, and none of this one, was fitted on (others). Labels that are sure only."""
    as_read = samples.means[samples.kind == AS_READ]
    figures: dict[str, dict[str, float]] = {}
    for trait in TRAITS:
        column = TRAITS.index(trait)
        raw = held_out(trait, samples, table)
        factor, man, shift = calibration(trait, raw, table)
        for folder in np.unique(table.folder).tolist():
            here = table.folder == folder
            answers = table.labels[:, column]
            known = here & table.sure[:, column] & ~np.isnan(answers)
            yes = answers[known] == 1
            if yes.all() or not yes.any():
                continue
            men = man * _men(table)
            found = {
                "yes": int(yes.sum()),
                "no": int((~yes).sum()),
                "folds": balanced_accuracy((raw * factor + men + shift)[known], yes),
                "folds_ranking": ranking((raw * factor + men)[known], yes),
            }
            if not here.all():
                across = head(trait, samples, ~here).scores(as_read)
                found["others"] = balanced_accuracy((across * factor + men + shift)[known], yes)
                found["others_ranking"] = ranking((across * factor + men)[known], yes)
            figures[f"{trait} {folder}"] = {name: round(value, 3) for name, value in found.items()}
            print(f"{trait} {folder}", figures[f"{trait} {folder}"], flush=True)
    return figures


def _men(table: Table) -> Array:
    return np.array([manliness(woman) for woman in table.woman.tolist()])
