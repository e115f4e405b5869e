"""How the heads of wear-sface.onnx are fitted: the regression, the folds, the drawing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from app.inference.views import FaceView
from app.inference.wear import PLACES, POINTS
from models.build.wear.canvas import SIDE, canvas_of, crop
from models.build.wear.eyewear import with_eyewear
from models.build.wear.fitting import balanced, balanced_accuracy, fitted, folds, newton, ranking
from models.build.wear.hair import with_hair
from models.build.wear.parts import PARTS, columns

RANDOM = np.random.default_rng(5)


def test_newton_ends_where_the_slope_of_the_loss_is_zero() -> None:
    design = np.column_stack([RANDOM.normal(size=(300, 40)), np.ones(300)])
    target = (design[:, 0] + RANDOM.normal(size=300) > 0.3).astype(float)
    weight, penalty = RANDOM.uniform(0.5, 2, 300), np.full(41, 0.7)
    solution = newton(design, target, weight, penalty)
    chance = 1 / (1 + np.exp(-design @ solution))
    slope = design.T @ (weight * (chance - target)) + penalty * solution
    assert np.abs(slope).max() < 1e-2 and np.abs(solution).max() > 0.5


def test_a_head_finds_what_tells_the_groups_apart() -> None:
    means = RANDOM.normal(5, 3, (400, 60))
    yes = means[:, 7] > 6
    head = fitted(means[:300], yes[:300], balanced(yes[:300], np.ones(300)), 10.0)
    scores = head.scores(means[300:])
    assert balanced_accuracy(scores, yes[300:]) > 0.85 and ranking(scores, yes[300:]) > 0.93
    assert np.argmax(np.abs(head.weights)) == 7


def test_balanced_weights_give_both_answers_the_same() -> None:
    yes = np.array([True, False, False, False])
    weight = balanced(yes, np.array([2.0, 1.0, 1.0, 2.0]))
    assert weight[yes].sum() == pytest.approx(weight[~yes].sum()) == pytest.approx(1)
    assert weight[3] == pytest.approx(2 * weight[1])


def test_accuracy_and_ranking_of_known_scores() -> None:
    yes = np.array([True, True, False, False, False, False])
    scores = np.array([1.0, -1.0, -2.0, -3.0, -4.0, 2.0])
    assert balanced_accuracy(scores, yes) == pytest.approx((0.5 + 0.75) / 2)
    assert ranking(scores, yes) == pytest.approx(6 / 8)
    assert np.isnan(ranking(scores, np.ones(6, bool)))


def test_a_person_is_in_one_fold() -> None:
    people = np.array([f"person {n % 37}" for n in range(200)])
    fold = folds(people, 5, 1)
    assert all(len(set(fold[people == person].tolist())) == 1 for person in set(people.tolist()))
    assert set(fold.tolist()) == set(range(5))


def test_the_parts_fill_the_means_without_a_gap() -> None:
    ends = [(columns(part).start, columns(part).stop) for part in PARTS]
    assert ends[0][0] == 0 and all(one[1] == two[0] for one, two in pairwise(ends))


def face() -> FaceView:
    """A grey face whose points lie about where a real one's do, in a picture a little larger."""
    mesh = np.zeros((478, 3), np.float32)
    mesh[:, :2] = [95, 105]
    at = {**dict(zip(POINTS, PLACES.tolist(), strict=True)), 10: (47.5, -6), 152: (47.5, 82), 2: (47.5, 47)}
    at |= {127: (11, 27), 356: (84, 27), 0: (47.5, 54), 17: (47.5, 64), 98: (42, 46), 327: (53, 46)}
    at |= {97: (45, 47), 326: (50, 47), 40: (40, 55), 37: (45, 54), 267: (50, 54), 270: (55, 55)}
    at |= {185: (37, 56), 39: (42, 54.5), 269: (53, 54.5), 409: (58, 56)}
    for number, (x, y) in at.items():
        mesh[number, :2] = [x + 48, y + 48]
    mesh[[127, 356], 2] = 40
    return FaceView(np.full((200, 192, 3), 150, np.uint8), mesh)


def test_the_canvas_keeps_the_crop() -> None:
    view = face()
    view.pixels[60:90, 70:100] = 20
    seen = crop(canvas_of(view).pixels, None).astype(float)
    read = view.chip(POINTS, PLACES, len(seen)).astype(float)
    assert np.abs(seen - read).mean() < 1.5


def test_sunglasses_darken_the_eyes_and_leave_the_chin() -> None:
    canvas = canvas_of(face())
    clear, dark = (
        with_eyewear(canvas, kind, np.random.default_rng(4)).astype(float) for kind in (False, True)
    )
    eyes = np.rint(canvas.mesh[[33, 133, 362, 263], :2].reshape(2, 2, 2).mean(axis=1)).astype(int)
    for x, y in eyes:
        assert dark[y - 3 : y + 4, x - 3 : x + 4].mean() < 110 < clear[y - 3 : y + 4, x - 3 : x + 4].mean()
    assert np.abs(dark[SIDE * 2 // 3 :] - canvas.pixels[SIDE * 2 // 3 :]).max() < 12
    assert np.abs(clear - canvas.pixels).max() > 40


def test_a_mustache_grows_under_the_nose_alone() -> None:
    canvas = canvas_of(face())
    seeds = [np.random.default_rng(seed) for seed in range(6)]
    drawn = sum(np.abs(with_hair(canvas, False, True, seed).astype(float) - canvas.pixels) for seed in seeds)
    changed = drawn.max(axis=2)
    left, right = canvas.mesh[[61, 291], 0].astype(int)
    top, bottom = canvas.mesh[[2, 17], 1].astype(int)
    under = changed[top:bottom, left:right].mean()
    rest = changed.sum() - changed[top - 30 : bottom + 30, left - 40 : right + 40].sum()
    assert under > 10 and rest < 0.05 * changed.sum()
