"""Fits how the votes on age and gender are weighed, for the manifest.

    python -m tests.benchmarks.calibrate_appearance --root DIR --csv CSV [--root DIR --csv CSV ...]

The tables are those of `tests.benchmarks.attributes`. Prints what is reached on faces that were not fitted on
(ten folds; faces of one person, the part of the name before "__", stay together) and the settings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.appearance import AppearanceReader, nearness
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from tests.benchmarks.face_labels import FaceLabels, labels_of
from tests.benchmarks.faces_of import central, pixels_of

Array = NDArray[np.float64]

# Where FaceRes is the truer of the two on age; anything near does as well.
MIDDLE, WIDTH = 30.0, 7.0
LIMIT = 4.0
FOLDS, ROUNDS = 10, 5
RANGE_AGES = (1.0, 6.0, 14.0, 25.0, 35.0, 45.0, 55.0, 65.0, 80.0)
INSIDE = 0.8
CERTAINTY_AGES = (2.0, 6.0, 12.0, 20.0)

# Faces of each group in FairFace's validation set (Karkkainen and Joo, WACV 2021), by the group's start: a
# sample with as many of each weighs the small groups less, by this power of their share.
FAIRFACE = {0: 199, 3: 1356, 10: 1181, 20: 3300, 30: 2330, 40: 1353, 50: 796, 60: 321, 70: 118}
FAITH = 0.6
EXACT_WEIGHT = 0.2
"""Of a face whose age is known to the year: portraits of politicians, alike in age, light and gender."""


def with_middle(votes: Array) -> Array:
    near = nearness(votes, MIDDLE, WIDTH)[:, None]
    return np.concatenate([votes, votes * near, near], axis=1)


def fitted_line(features: Array, target: Array, weights: Array, ridge: float = 0.3) -> Array:
    """Coefficients and offset of least absolute errors (above a year), by reweighted least squares; the ridge
    is on the coefficients of standardised features."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    penalty = np.diag(np.r_[np.full(features.shape[1], ridge), 0.0])
    residual = np.ones(len(rows))
    found = np.zeros(rows.shape[1])
    for _ in range(40):
        weight = weights / np.maximum(1.0, np.abs(residual))
        found = np.linalg.solve(rows.T @ (rows * weight[:, None]) + penalty, rows.T @ (weight * target))
        residual = target - rows @ found
    slopes = found[:-1] / spread
    return np.r_[slopes, found[-1] - slopes @ mean]


def fitted_logistic(features: Array, target: Array, weights: Array, ridge: float = 1.0) -> Array:
    """Coefficients and offset of a logistic regression, by Newton's method; the ridge as above."""
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    penalty = np.diag(np.r_[np.full(features.shape[1], ridge), 0.0])
    found = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weights * (target - chance)) - penalty @ found
        curve = rows.T @ (rows * (weights * chance * (1 - chance))[:, None]) + penalty
        found = found + np.linalg.solve(curve, slope)
    slopes = found[:-1] / spread
    return np.r_[slopes, found[-1] - slopes @ mean]


def applied(line: Array, features: Array) -> Array:
    return np.asarray(features @ line[:-1] + line[-1])


def folds_of(people: list[str], seed: int) -> NDArray[np.intp]:
    names = sorted(set(people))
    dealt = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS, strict=True))
    return np.array([dealt[each] for each in people])


def out_of_fold(features: Array, target: Array, weights: Array, people: list[str], logistic: bool) -> Array:
    """What lines fitted on the other folds give, averaged over the ways of dealing."""
    fit = fitted_logistic if logistic else fitted_line
    total = np.zeros(len(target))
    for seed in range(ROUNDS):
        folds = folds_of(people, seed)
        for fold in range(FOLDS):
            kept = folds != fold
            total[~kept] += applied(fit(features[kept], target[kept], weights[kept]), features[~kept])
    return total / ROUNDS


def range_widths(estimates: Array, lows: Array, highs: Array) -> tuple[Array, Array]:
    """Years below and above the estimate at RANGE_AGES that hold INSIDE of the true ages: quantiles of the
    errors of faces of about that estimate. A group is taken to hold all its ages alike."""
    steps = np.linspace(0.05, 0.95, 10)
    truth = lows[:, None] + (highs - lows)[:, None] * steps
    errors = truth - estimates[:, None]
    below, above = [], []
    for age in RANGE_AGES:
        width = 1.5 + age * 0.12
        near = np.exp(-0.5 * ((estimates - age) / width) ** 2)
        weights = np.repeat(near / near.sum(), len(steps)) / len(steps)
        order = np.argsort(errors.ravel())
        share = np.cumsum(weights[order])
        ordered = errors.ravel()[order]
        below.append(max(0.5, -ordered[np.searchsorted(share, (1 - INSIDE) / 2)]))
        above.append(max(0.5, ordered[np.searchsorted(share, (1 + INSIDE) / 2)]))
    return np.array(below), np.array(above)


def certainty(logits: Array, women: Array, ages: Array) -> Array:
    """The factor on the logits at CERTAINTY_AGES under which what happened was likeliest."""
    found = []
    factors = np.linspace(0.1, 1.4, 27)
    for age in CERTAINTY_AGES:
        near = np.exp(-0.5 * ((ages - age) / (1 + age * 0.25)) ** 2) if age < 20 else (ages >= 18) * 1.0
        signs = np.where(women > 0.5, 1.0, -1.0)
        loss = [(near * np.log1p(np.exp(-factor * logits * signs))).sum() for factor in factors]
        found.append(factors[int(np.argmin(loss))])
    return np.maximum.accumulate(np.array(found))


def votes_of(root: Path, labels: list[FaceLabels]) -> tuple[Array, Array, list[FaceLabels]]:
    """Votes on age and gender of each face that is found, and their labels."""
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())
    mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
    tasks = (Task.GENDER, Task.AGE_AND_GENDER, Task.SECOND_AGE_AND_GENDER)
    reader = AppearanceReader(*(Session(manifest, manifest.default(task), "cpu", 1) for task in tasks))
    views, kept = [], []
    for label in labels:
        pixels = pixels_of(root / label.path)
        face = central(engine.detect(pixels)) or central(engine.detect_from(pixels, 5.0))
        if face is not None:
            views.append(FaceView(pixels, mesh.fit(pixels, [face])[0].points))
            kept.append(label)
    ages, women = reader.votes(views)
    return ages, women, kept


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibrate_appearance")
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--csv", type=Path, action="append", required=True)
    arguments = parser.parse_args()
    age_parts, woman_parts, labels = [], [], []
    for root, table in zip(arguments.root, arguments.csv, strict=True):
        known = [each for each in labels_of(table) if each.age is not None and each.woman is not None]
        ages, women, kept = votes_of(root, known)
        age_parts.append(ages)
        woman_parts.append(women)
        labels += kept
    report(np.concatenate(age_parts), np.concatenate(woman_parts), labels)


def report(age_votes: Array, woman_votes: Array, labels: list[FaceLabels]) -> None:
    spans = np.array([label.age for label in labels], np.float64)
    middle = spans.mean(axis=1)
    grouped = spans[:, 1] > spans[:, 0]
    women = np.array([label.woman for label in labels], np.float64)
    people = [label.path.split("__")[0] for label in labels]
    counts = np.array(
        [FAIRFACE.get(int(low), 0) if known else 0 for (low, _), known in zip(spans, grouped, strict=True)]
    )
    share = counts / max(1.0, counts[grouped].mean() if grouped.any() else 1.0)
    age_weights = np.where(grouped, share**FAITH, EXACT_WEIGHT)
    woman_weights = np.where(grouped, 1.0, EXACT_WEIGHT)
    features = with_middle(age_votes)
    estimates = np.clip(out_of_fold(features, middle, age_weights, people, logistic=False), 0.5, 95.0)
    bounded = np.tanh(woman_votes / LIMIT)
    logits = out_of_fold(bounded, women, woman_weights, people, logistic=True)
    certain = certainty(logits, women, estimates)
    below, above = range_widths(estimates, spans[:, 0], spans[:, 1])
    for name, chosen, weights in (
        ("groups, all alike", grouped, np.ones(len(middle))),
        ("groups, as many as in FairFace", grouped, share),
        ("exact ages", ~grouped, np.ones(len(middle))),
    ):
        if chosen.any():
            weight = weights[chosen] / weights[chosen].sum()
            wrong = weight @ np.abs(estimates - middle)[chosen]
            right = (logits > 0) == (women > 0.5)
            adult = chosen & (spans[:, 0] >= 20)
            inside = (estimates - np.interp(estimates, RANGE_AGES, below) <= middle) & (
                middle <= estimates + np.interp(estimates, RANGE_AGES, above)
            )
            print(
                f"{name}: {chosen.sum()} faces, age wrong by {wrong:.2f} years, in range "
                f"{weight @ inside[chosen]:.3f}; gender right {weight @ right[chosen]:.3f}, of adults "
                f"{(weights * right)[adult].sum() / weights[adult].sum():.3f}"
            )
    line, plane = fitted_line(features, middle, age_weights), fitted_logistic(bounded, women, woman_weights)

    def listed(values: Array, digits: int) -> str:
        return "[" + ", ".join(f"{value:.{digits}f}" for value in values) + "]"

    count = age_votes.shape[1]
    print(
        f"age = {{ weights = {listed(line[:count], 4)}, offset = {line[-1]:.3f}, "
        f"middle = {MIDDLE}, width = {WIDTH}, "
        f"middle_weights = {listed(line[count : 2 * count], 4)}, middle_offset = {line[-2]:.3f}, "
        f"range_ages = {list(RANGE_AGES)}, range_below = {listed(below, 1)}, "
        f"range_above = {listed(above, 1)} }}"
    )
    print(
        f"woman = {{ weights = {listed(plane[:-1], 4)}, offset = {plane[-1]:.4f}, limit = {LIMIT}, "
        f"certainty_ages = {list(CERTAINTY_AGES)}, certainty = {listed(certain, 2)} }}"
    )


if __name__ == "__main__":
    main()
