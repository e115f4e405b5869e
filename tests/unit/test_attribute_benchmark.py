"""The figures of the measurement of attributes, on answers whose figures are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.attributes import Emotion, FaceAttributes, Trait
from app.domain.geometry import Pose
from tests.benchmarks.answers import (
    area_under_curve,
    balanced_accuracy,
    calibration_error,
    recalls,
    years,
    yes_or_no,
)
from tests.benchmarks.attributes import Answer, measured
from tests.benchmarks.calibrate_appearance import (
    RANGE_AGES,
    applied,
    certainty,
    fitted_line,
    fitted_logistic,
    range_widths,
)
from tests.benchmarks.face_labels import FaceLabels, labels_of, labels_of_row


def test_balanced_accuracy_weighs_the_classes_alike() -> None:
    truth, answers = ["a"] * 8 + ["b"] * 2, ["a"] * 8 + ["a", "b"]
    assert recalls(truth, answers) == {"a": 1.0, "b": 0.5}
    assert balanced_accuracy(truth, answers) == 0.75


def test_calibration_error_is_the_distance_of_said_from_right() -> None:
    sure = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 10 + [True] * 5 + [False] * 5)
    assert calibration_error(sure, right) == pytest.approx(0.5 * 0.05 + 0.5 * 0.05)
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0


def test_area_under_the_curve_counts_pairs() -> None:
    truth = np.array([True, True, False, False])
    assert area_under_curve(np.array([0.9, 0.5, 0.5, 0.1]), truth) == pytest.approx(3.5 / 4)
    assert area_under_curve(np.array([0.9]), np.array([True])) is None


def test_no_answer_is_a_wrong_one() -> None:
    found = yes_or_no([0.9, None, 0.2, None], [True, True, False, False])
    assert found["untold"] == 2
    assert found["accuracy"] == found["balanced_accuracy"] == 0.5
    assert found["recall"] == {"False": 0.5, "True": 0.5}


def test_years_of_groups_are_from_the_middle_and_from_the_group() -> None:
    found = years(
        np.array([24.0, 41.0, 12.0]),
        np.array([20.0, 30.0, 12.0]),
        np.array([30.0, 40.0, 12.0]),
        np.array([[15.0, 25.0], [36.0, 46.0], [10.0, 11.0]]),
    )
    assert found["mean_error"] == pytest.approx((1 + 6 + 0) / 3, abs=0.01)
    assert found["mean_error_to_group"] == pytest.approx(1 / 3, abs=0.01)
    # Half of the first group lies in its range, four tenths of the second, the known age does not.
    assert found["in_range"] == pytest.approx((0.5 + 0.4 + 0) / 3, abs=1e-3)
    bands = found["bands"]
    assert isinstance(bands, dict)
    assert bands["20-29"] == {"faces": 1, "mean_error": 1.0, "bias": -1.0, "in_range": 0.5}


@pytest.mark.parametrize(
    ("text", "age"),
    [("7", (7, 7)), ("31.5", (31.5, 31.5)), ("20-29", (20, 30)), ("(25, 32)", (25, 33)), ("0-2", (0, 3)),
     ("more than 70", (70, 80)), ("70+", (70, 80)), ("", None)],
)  # fmt: skip
def test_ages_in_their_spellings(text: str, age: tuple[float, float] | None) -> None:
    assert labels_of_row({"path": "a.jpg", "age_group": text}).age == age


def test_an_age_from_the_days_of_birth_and_of_the_picture() -> None:
    row = {"path": "images/x__house_2021-01-17.jpg", "date_of_birth": "1960-07-03"}
    assert labels_of_row(row).age == pytest.approx((60.5, 60.5))
    assert labels_of_row(row | {"path": "x_nodate.jpg"}).age is None


def test_labels_in_their_spellings(tmp_path: Path) -> None:
    table = tmp_path / "faces.csv"
    table.write_text(
        "file,Gender,emotion,glasses_any,sunglasses,beard,mask\n"
        "a.jpg,FEMALE,Anger,1,0,,no\n"
        "b.jpg,male,neutral,,,1,1\n"
        "c.jpg,,,,,,\n"
    )
    first, second, third = labels_of(table)
    assert (first.path, first.woman, first.emotion) == ("a.jpg", True, Emotion.ANGRY)
    assert first.traits == {Trait.EYEGLASSES: True, Trait.SUNGLASSES: False, Trait.FACE_OCCLUDED: False}
    assert (second.woman, second.emotion) == (False, Emotion.CALM)
    assert second.traits == {Trait.BEARD: True, Trait.FACE_OCCLUDED: True}
    assert (third.woman, third.emotion, third.age, third.traits) == (None, None, None, {})


@pytest.mark.parametrize("row", [{"age": "old"}, {"gender": "?"}, {"emotion": "hungry"}, {"smile": "2"}])
def test_a_value_that_is_no_label_stops_the_measurement(row: dict[str, str]) -> None:
    with pytest.raises(SystemExit):
        labels_of_row({"path": "a.jpg"} | row)


def face(age: float = 30, woman: float = 0.9, smile: float = 0.9, **emotions: float) -> FaceAttributes:
    named = {Emotion[name.upper()]: value for name, value in emotions.items()} or {Emotion.HAPPY: 100.0}
    return FaceAttributes(
        age, int(age) - 5, int(age) + 5, woman, {Trait.SMILE: smile}, named, None,
        np.zeros((30, 2), np.float32), Pose(0, 0, 0),
    )  # fmt: skip


def label(**fields: str) -> FaceLabels:
    return labels_of_row({"path": "a.jpg", **fields})


def test_a_missed_face_is_wrong_and_a_faint_one_only_at_the_threshold() -> None:
    labels = [label(smile="1"), label(smile="1"), label(smile="0"), label(smile="0")]
    answers = [
        Answer(face(smile=0.9), False, 10.0),
        Answer(None, False, 0.0),
        Answer(face(smile=0.1), True, 20.0),
        Answer(face(smile=0.2), False, 30.0),
    ]
    found = measured(labels, answers)
    assert (found["missed"], found["faint"], found["ms_per_face"]) == (1, 1, 25.0)
    smile = found["Smile"]
    assert isinstance(smile, dict)
    assert smile["balanced_accuracy"] == 0.75
    assert smile["at_threshold"] == 0.5


def test_gender_of_adults_apart_and_emotions_by_class() -> None:
    labels = [
        label(gender="Female", age="30", emotion="happy"),
        label(gender="Male", age="5", emotion="sad"),
        label(gender="Male", age="40", emotion="confused"),
    ]
    answers = [
        Answer(face(28, 0.8, happy=90, calm=10), False, 1.0),
        Answer(face(7, 0.6, happy=80, sad=20), False, 1.0),
        Answer(face(41, 0.1, happy=60, sad=40), False, 1.0),
    ]
    found = measured(labels, answers)
    gender, emotion, age = found["gender"], found["emotion"], found["age"]
    assert isinstance(gender, dict)
    assert isinstance(emotion, dict)
    assert isinstance(age, dict)
    assert (gender["accuracy"], gender["accuracy_adults"]) == (pytest.approx(2 / 3, abs=1e-4), 1.0)
    assert gender["recall"] == {"man": 0.5, "woman": 1.0}
    assert emotion["recall"] == {"HAPPY": 1.0, "SAD": 0.0}
    assert emotion["wrong"] == {"SAD as HAPPY": 1}
    assert emotion["left_out_as_confused"] == 1
    assert age["mean_error"] == pytest.approx(5 / 3, abs=0.01)


def test_a_line_is_found_through_outliers() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 2))
    target = 3 * features[:, 0] - 2 * features[:, 1] + 40 + rng.normal(0, 0.5, 300)
    target[:20] += 60
    line = fitted_line(features, target, np.ones(300))
    assert line == pytest.approx([3, -2, 40], abs=0.4)


def test_a_logistic_line_gives_the_chances() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(4000, 1))
    chances = 1 / (1 + np.exp(-(1.5 * features[:, 0] - 0.5)))
    target = (rng.uniform(size=4000) < chances).astype(float)
    line = fitted_logistic(features, target, np.ones(4000))
    assert line == pytest.approx([1.5, -0.5], abs=0.15)
    assert np.corrcoef(applied(line, features), features[:, 0])[0, 1] == pytest.approx(1.0)


def test_ranges_hold_four_of_five() -> None:
    rng = np.random.default_rng(2)
    truth = rng.uniform(0, 80, 5000)
    estimates = truth + rng.normal(0, 2 + truth * 0.1)
    below, above = range_widths(estimates, truth, truth)
    inside = (estimates - np.interp(estimates, RANGE_AGES, below) <= truth) & (
        truth <= estimates + np.interp(estimates, RANGE_AGES, above)
    )
    assert inside.mean() == pytest.approx(0.8, abs=0.03)


def test_certainty_is_less_where_answers_were_wrong() -> None:
    rng = np.random.default_rng(3)
    ages = np.repeat([3.0, 40.0], 500)
    women = rng.integers(0, 2, 1000).astype(float)
    logits = np.where(women > 0.5, 2.0, -2.0)
    # Of the small children a third are wrong.
    wrong = (ages < 10) & (rng.uniform(size=1000) < 1 / 3)
    logits[wrong] *= -1
    found = certainty(logits, women, ages)
    assert found[0] < 0.6 < found[-1]
