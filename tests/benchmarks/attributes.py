"""How right the attributes of faces are.

    python -m tests.benchmarks.attributes --root DIR --csv CSV

The table's first column, or `path`, names the picture; it has any of the columns age, age_group, gender,
emotion, glasses (or glasses_any), sunglasses, beard, mustache, smile, eyes_open, mask. Values: years;
groups as FairFace has them (20-29, more than 70); Male or Female; names of emotions in any usual spelling;
1 or 0; empty where it is unknown.

The whole way of the program is taken: decoded, turned, detected, described; the face is the one that the
picture is of, large and near the middle. A picture in which no face is found counts as a wrong answer, of
traits, gender and emotion, and has no age; `missed` counts them. `faint` counts those whose face is found
only below the working threshold, where the program shows none by itself but describes one that is drawn:
they are read, and `at_threshold` has the balanced accuracy with them counted as wrong. One thread;
milliseconds a face are processor time. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.attributes import Emotion, FaceAttributes, Trait
from app.inference.describer import OnnxFaceDescriber
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.services.ingest.decoding import decode_for_faces, faces_of
from tests.benchmarks.answers import (
    balanced_accuracy,
    calibration_error,
    recalls,
    rounded,
    years,
    yes_or_no,
)
from tests.benchmarks.face_labels import FaceLabels, labels_of
from tests.benchmarks.faces_of import central

ADULT = 20
LEAST_CONFIDENCE = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`face` is None where no face was found; `faint` where it was only below the working threshold."""

    face: FaceAttributes | None
    faint: bool
    ms: float


def answer_of(engine: OnnxFaceEngine, describer: OnnxFaceDescriber, path: Path) -> Answer:
    try:
        image = decode_for_faces(path)
        found = faces_of(engine, image).faces
    except Exception as error:
        print(f"{path}: {error}", file=sys.stderr)
        return Answer(None, False, 0.0)
    face, faint = central(found), False
    if face is None:
        face, faint = central(engine.detect_from(image.pixels, LEAST_CONFIDENCE)), True
    if face is None:
        return Answer(None, False, 0.0)
    start = time.process_time()
    attributes = describer.describe(image.pixels, [face])[0]
    return Answer(attributes, faint, (time.process_time() - start) * 1000)


def emotion_of(face: FaceAttributes | None) -> Emotion | None:
    return None if face is None else max(face.emotions, key=lambda each: face.emotions[each])


def woman_of(face: FaceAttributes | None) -> bool | None:
    return None if face is None else face.woman > 0.5


def ages(labels: list[FaceLabels], answers: list[Answer]) -> dict[str, object] | None:
    known = [
        (label.age, answer.face)
        for label, answer in zip(labels, answers, strict=True)
        if label.age is not None and answer.face is not None
    ]
    if not known:
        return None
    return years(
        np.array([face.age for _, face in known]),
        np.array([age[0] for age, _ in known]),
        np.array([age[1] for age, _ in known]),
        np.array([(face.age_low, face.age_high) for _, face in known], np.float64),
    )


def genders(labels: list[FaceLabels], answers: list[Answer]) -> dict[str, object] | None:
    known = [pair for pair in zip(labels, answers, strict=True) if pair[0].woman is not None]
    if not known:
        return None
    truth = [label.woman for label, _ in known]
    given = [woman_of(answer.face) for _, answer in known]
    told = [(label, answer.face) for label, answer in known if answer.face is not None]
    sure = np.array([max(face.woman, 1 - face.woman) for _, face in told])
    right = np.array([(face.woman > 0.5) == label.woman for label, face in told])
    adults = [
        true == answer
        for (label, _), true, answer in zip(known, truth, given, strict=True)
        if label.age is not None and label.age[0] >= ADULT
    ]
    names = {"True": "woman", "False": "man"}
    return {
        "faces": len(known),
        "accuracy": rounded(np.mean([a == b for a, b in zip(truth, given, strict=True)])),
        "accuracy_adults": rounded(np.mean(adults)) if adults else None,
        "balanced_accuracy": rounded(balanced_accuracy(truth, given)),
        "recall": {names[name]: rounded(value) for name, value in recalls(truth, given).items()},
        "calibration_error": rounded(calibration_error(sure, right)) if told else None,
    }


def emotions(labels: list[FaceLabels], answers: list[Answer]) -> dict[str, object] | None:
    known = [pair for pair in zip(labels, answers, strict=True) if pair[0].emotion is not None]
    tellable = [pair for pair in known if pair[0].emotion is not Emotion.CONFUSED]
    if not tellable:
        return None
    truth = [label.emotion for label, _ in tellable]
    given = [emotion_of(answer.face) for _, answer in tellable]
    confused: dict[str, int] = {}
    for true, answer in zip(truth, given, strict=True):
        if true != answer:
            key = f"{true} as {answer}"
            confused[key] = confused.get(key, 0) + 1
    told = [(label, answer.face) for label, answer in tellable if answer.face is not None]
    sure = np.array([max(face.emotions.values()) / 100 for _, face in told])
    right = np.array([emotion_of(face) == label.emotion for label, face in told])
    return {
        "faces": len(tellable),
        "left_out_as_confused": len(known) - len(tellable),
        "accuracy": rounded(np.mean([a == b for a, b in zip(truth, given, strict=True)])),
        "balanced_accuracy": rounded(balanced_accuracy(truth, given)),
        "recall": {name: rounded(value) for name, value in recalls(truth, given).items()},
        "wrong": dict(sorted(confused.items(), key=lambda each: -each[1])),
        "calibration_error": rounded(calibration_error(sure, right)) if told else None,
    }


def trait(which: Trait, labels: list[FaceLabels], answers: list[Answer]) -> dict[str, object] | None:
    known = [pair for pair in zip(labels, answers, strict=True) if which in pair[0].traits]
    if not known:
        return None
    truth = [label.traits[which] for label, _ in known]
    chances = [None if answer.face is None else answer.face.traits.get(which) for _, answer in known]
    at_threshold = [
        None if answer.faint else chance for (_, answer), chance in zip(known, chances, strict=True)
    ]
    result = yes_or_no(chances, truth)
    result["at_threshold"] = yes_or_no(at_threshold, truth)["balanced_accuracy"]
    return result


def measured(labels: list[FaceLabels], answers: list[Answer]) -> dict[str, object]:
    """Everything that the labels allow to be said."""
    times = [answer.ms for answer in answers if answer.face is not None]
    result: dict[str, object] = {
        "pictures": len(labels),
        "missed": sum(answer.face is None for answer in answers),
        "faint": sum(answer.faint for answer in answers),
        # The first opens the models.
        "ms_per_face": rounded(float(np.median(times[1:])), 1) if len(times) > 1 else None,
    }
    parts = {"age": ages(labels, answers), "gender": genders(labels, answers)}
    parts["emotion"] = emotions(labels, answers)
    parts |= {which.value: trait(which, labels, answers) for which in Trait}
    return result | {name: part for name, part in parts.items() if part is not None}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.attributes")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--csv", type=Path, required=True)
    arguments = parser.parse_args()
    labels = labels_of(arguments.csv)
    engine, describer = OnnxFaceEngine(find_models_dir()), OnnxFaceDescriber(find_models_dir())
    engine.warm_up()
    answers = [answer_of(engine, describer, arguments.root / label.path) for label in labels]
    result = measured(labels, answers)
    for key, value in result.items():
        if not isinstance(value, dict):
            print(f"{key}: {value}")
            continue
        print(f"{key}:")
        for name, part in value.items():
            if name != "bands":
                print(f"    {name}: {part}")
                continue
            for band, figures in part.items():
                print(f"    {band:>6}: {figures}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
