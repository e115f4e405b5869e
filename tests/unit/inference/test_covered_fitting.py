"""The recipe of the head for covered faces: what counts as covered, and that its test is of the unseen."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from models.build.wear.canvas import Canvas
from models.build.wear.covered import (
    FAMILIES,
    REALLY,
    Copies,
    across,
    calibration,
    figures,
    head,
    held_out,
)
from models.build.wear.covered_samples import (
    AS_READ,
    COPIES,
    EYES,
    MOUTH,
    NOSE,
    found_by_a_detector,
    hidden,
)
from models.build.wear.fitting import folds

SIDE = 200


def canvas() -> Canvas:
    """Squares for the mouth, the nose and the eyes."""
    mesh = np.full((478, 3), 100.0)
    for points, x, y, half in (
        (MOUTH, 100, 140, 20),
        (NOSE, 100, 100, 14),
        (EYES[0], 70, 70, 10),
        (EYES[1], 130, 70, 10),
    ):
        turn = np.linspace(0, 2 * np.pi, len(points), endpoint=False)
        mesh[list(points), :2] = np.column_stack([x + half * np.cos(turn), y + half * np.sin(turn)])
    return Canvas(np.full((SIDE, SIDE, 3), 128, np.uint8), mesh)


def cover(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    plane = np.zeros((SIDE, SIDE), np.float32)
    plane[top:bottom, left:right] = 1
    return plane


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((60, 125, 140, 200), True),
        ((60, 110, 140, 135), None),
        ((60, 165, 140, 200), False),
        ((55, 55, 85, 85), True),
        ((80, 84, 120, 118), True),
        ((0, 0, 40, 200), False),
        ((0, 0, 200, 200), True),
    ],
)
def test_what_hides_the_mouth_the_nose_or_an_eye_covers(
    box: tuple[int, int, int, int], expected: bool | None
) -> None:
    assert hidden(canvas(), cover(*box)) is expected


def test_the_face_is_found_a_little_beside() -> None:
    mesh = canvas()
    found = [found_by_a_detector(mesh, np.random.default_rng(seed)) for seed in range(8)]
    boxes = (
        np.array([[each.box.left, each.box.top, each.box.width, each.box.height] for each in found]) * SIDE
    )
    assert np.allclose(boxes, [60, 60, 80, 100], atol=14)
    assert (boxes.std(axis=0) > 0.5).all()


def copies(people: int = 120) -> Copies:
    """A mean that tells what is covered, one that tells each family apart, one for each person's parity."""
    kinds = [AS_READ, "bare", *(kind for family in FAMILIES for kind in family)]
    random = np.random.default_rng(8)
    face = np.repeat(np.arange(people), len(kinds))
    kind = np.array(kinds * people)
    covered = ~np.isin(kind, (AS_READ, "bare"))
    means = random.normal(0, 0.4, (len(face), 8)).astype(np.float32)
    means[:, 0] += covered
    for number, family in enumerate(FAMILIES):
        means[:, 1 + number] += np.isin(kind, family)
    person = np.array([f"p{n // 2}" for n in range(people)])
    really = np.array(["" if n % 20 else "1" for n in range(people)])
    return Copies(means, covered, face, kind, np.array(["one"] * people), person, really)


def test_scores_are_of_people_and_coverings_that_the_head_has_not_seen() -> None:
    made = copies()
    scores = held_out(made)
    fold = folds(made.person, len(FAMILIES), 3)
    for number, family in enumerate(FAMILIES):
        mine = fold[made.face] == number
        assert np.isfinite(scores[mine & np.isin(made.kind, family)]).all()
        assert np.isnan(scores[mine & made.covered & ~np.isin(made.kind, family)]).all()
    assert np.isfinite(scores[~made.covered]).all()
    other = copies()
    changed = (fold[made.face] == 0) | np.isin(made.kind, FAMILIES[0])
    other.means[changed] = -other.means[changed]
    same, turned = (held_out(each)[fold[made.face] == 0] for each in (made, other))
    told = np.isfinite(same)
    # What the fold holds out has changed its sign and nothing else: so have the answers, about the bias.
    assert np.allclose((same + turned)[told], (same + turned)[told][0], atol=1e-4)


def test_faces_that_are_really_covered_are_not_fitted_on() -> None:
    made = copies()
    everyone = np.ones(len(made.person), bool)
    before = head(made, everyone)
    made.means[made.really[made.face] == "1"] = 50
    assert np.allclose(head(made, everyone).weights, before.weights)


def test_calibrated_scores_are_even_where_half_are_covered() -> None:
    made = copies()
    scores = held_out(made)
    factor, shift = calibration(made, scores)
    told = np.isfinite(scores) & (made.really[made.face] == "")
    chance = 1 / (1 + np.exp(-(scores * factor + shift)[told]))
    yes = made.covered[told]
    assert (chance[yes].mean() + chance[~yes].mean()) / 2 == pytest.approx(0.5, abs=0.02)
    found = figures(made, scores * factor + shift)
    drawn, really = found["drawn"], found["really"]
    assert isinstance(drawn, dict) and isinstance(really, dict)
    assert drawn["balanced"] > 0.75 and really["yes"] == 6


def test_the_labels_name_each_face_once_and_every_kind_has_a_family() -> None:
    with REALLY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({(row["folder"], row["path"]) for row in rows}) == len(rows)
    assert {row["covered"] for row in rows} == {"1", "?"}
    drawn = {kind for family in FAMILIES for kind in family}
    assert drawn <= {kind for kind, _ in COPIES}


def test_photographs_of_a_folder_are_scored_by_heads_of_the_others() -> None:
    made = copies()
    halves = np.array(["one", "two"])[np.arange(len(made.person)) % 2]
    made = Copies(made.means, made.covered, made.face, made.kind, halves, made.person, made.really)
    scores = across(made)
    assert np.isfinite(scores).all()
    one = halves[made.face] == "one"
    made.means[one] = -made.means[one]
    turned = scores[one] + across(made)[one]
    assert np.allclose(turned, turned[0], atol=1e-4)
    assert np.isnan(across(copies())).all(), "a folder alone has no others"
    assert np.isfinite(calibration(made, held_out(made), scores)).all()
