"""Logistic regressions on the means, their calibration on people they were not fitted on, and the figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 30
"""Of Newton's method at most; it ends in about ten."""
INNER_STEPS = 200
"""Of conjugate gradients at most."""


@dataclass(frozen=True, eq=False)
class Head:
    """The logit is means @ weights + bias."""

    weights: Array
    bias: float

    def scores(self, means: NDArray[np.floating]) -> Array:
        return np.asarray(means @ self.weights + self.bias, np.float64)


def fitted(means: NDArray[np.floating], yes: NDArray[np.bool_], weight: Array, strength: float) -> Head:
    """The logistic regression of weighted samples.

    Args:
        means: (n, width); brought to mean 0 and spread 1 and divided by the root of the width.
        yes: (n,).
        weight: (n,), how much each sample counts.
        strength: what the samples count against the square of the weights, as C elsewhere: the sum of the
            weights is brought to 1,000 first.
    """
    middle, spread = means.mean(axis=0), means.std(axis=0) + 1e-3
    scale = 1 / (spread * np.sqrt(means.shape[1]))
    design = np.column_stack([(means - middle) * scale, np.ones(len(means))]).astype(np.float64)
    weight = weight * (1000 / weight.sum()) * strength
    penalty = np.ones(design.shape[1])
    penalty[-1] = 1e-6
    solution = newton(design, yes.astype(np.float64), weight, penalty)
    weights = solution[:-1] * scale
    return Head(weights, float(solution[-1] - middle @ weights))


def newton(design: Array, target: Array, weight: Array, penalty: Array) -> Array:
    """The minimum of the weighted logistic loss with a penalty on squares, from zero.

    Newton's method; each step is found by conjugate gradients, for the matrix of 2,000 columns is dear.
    """
    solution = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ solution, -35, 35)))
        slope = design.T @ (weight * (chance - target)) + penalty * solution
        step = _solved(design, weight * chance * (1 - chance), penalty, slope)
        solution = solution - step
        if np.abs(step).max() < 1e-4 * max(1.0, np.abs(solution).max()):
            break
    return solution


def _solved(design: Array, weight: Array, penalty: Array, right: Array) -> Array:
    """x of (design^T weight design + penalty) x = right, by conjugate gradients on the scaled diagonal."""
    diagonal = penalty + weight @ (design * design)
    solution = np.zeros(len(right))
    rest = right.copy()
    direction = scaled = rest / diagonal
    size = float(rest @ scaled)
    bar = 1e-8 * float(right @ (right / diagonal)) + 1e-30
    for _ in range(INNER_STEPS):
        if size < bar:
            break
        product = design.T @ (weight * (design @ direction)) + penalty * direction
        length = size / float(direction @ product)
        solution = solution + length * direction
        rest = rest - length * product
        scaled = rest / diagonal
        following = float(rest @ scaled)
        direction = scaled + following / size * direction
        size = following
    return solution


def balanced(yes: NDArray[np.bool_], weight: Array) -> Array:
    """The weights changed so that both answers count the same."""
    return np.where(yes, weight / weight[yes].sum(), weight / weight[~yes].sum())


def balanced_accuracy(scores: Array, yes: NDArray[np.bool_]) -> float:
    """Mean of the shares of yes and of no that lie on the right side of 0; NaN where one is missing."""
    if yes.all() or not yes.any():
        return float("nan")
    return float(((scores[yes] > 0).mean() + (scores[~yes] <= 0).mean()) / 2)


def ranking(scores: Array, yes: NDArray[np.bool_]) -> float:
    """Chance that a yes scores above a no (the area under the ROC curve); NaN where one is missing."""
    if yes.all() or not yes.any():
        return float("nan")
    above = scores[yes][:, None] - scores[~yes][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def folds(people: NDArray[np.str_], count: int, seed: int) -> NDArray[np.int64]:
    """(n,): the fold of each face; all faces of a person are in one."""
    names = np.unique(people)
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = dict(zip(names[order].tolist(), (np.arange(len(names)) % count).tolist(), strict=True))
    return np.array([fold_of[person] for person in people.tolist()])
