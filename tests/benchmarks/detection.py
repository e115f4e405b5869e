"""How well faces are found.

    python -m tests.benchmarks.detection --root DIR --boxes CSV

CSV has one row a face: path, x, y, w, h in pixels of the upright picture and, if wanted, in_easy, in_medium,
in_hard (1 or 0). A picture without faces has one row of empty numbers. Average precision as WIDER FACE
counts it (overlap 0.5, faces outside a subset neither count nor hurt; all points), recall and false
positives a photo at the working confidence, what share of the answers of each confidence are faces,
milliseconds a photo on one thread, what it costs beside that to tell whether a photo lies on its side, and
how many are said to. The last line is JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from tests.benchmarks.faces_of import pixels_of, rows_of

OVERLAP = 0.5
# As many faces as a family photo has.
FEW = 5
LOWEST_CONFIDENCE = 0.5
SUBSETS = ("easy", "medium", "hard")
BANDS = (0.5, 20.0, 40.0, 60.0, 80.0, 90.0, 95.0, 99.0, 100.01)


@dataclass
class Photo:
    """Truth and answer of one picture: boxes (n, 4) as x, y, w, h; found (m, 4) best first."""

    boxes: NDArray[np.float64]
    subsets: dict[str, NDArray[np.bool_]]
    found: NDArray[np.float64]
    confidences: NDArray[np.float64]


def overlaps(ones: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of (n, 4) and (m, 4) boxes of x, y, w, h."""
    low = np.maximum(ones[:, None, :2], others[None, :, :2])
    high = np.minimum((ones[:, :2] + ones[:, 2:])[:, None], (others[:, :2] + others[:, 2:])[None])
    common = np.prod(np.maximum(high - low, 0), axis=2)
    union = np.prod(ones[:, 2:], axis=1)[:, None] + np.prod(others[:, 2:], axis=1)[None] - common
    return common / np.maximum(union, 1e-9)


def judged(photo: Photo, counts: NDArray[np.bool_]) -> list[tuple[float, bool]]:
    """(confidence, right) of every answer that counts: each face is found once, by its best answer."""
    taken = np.zeros(len(photo.boxes), np.bool_)
    result = []
    shared = overlaps(photo.found, photo.boxes) if len(photo.boxes) else None
    for row, confidence in enumerate(photo.confidences):
        best = int(np.argmax(shared[row])) if shared is not None else -1
        if shared is not None and shared[row, best] >= OVERLAP:
            if not counts[best] or taken[best]:
                if counts[best]:
                    result.append((float(confidence), False))
                continue
            taken[best] = True
            result.append((float(confidence), True))
        else:
            result.append((float(confidence), False))
    return result


def average_precision(answers: list[tuple[float, bool]], faces: int) -> float:
    """Area under the precision-recall curve."""
    if not faces or not answers:
        return 0.0
    ordered = np.array([right for _, right in sorted(answers, key=lambda each: -each[0])])
    found = np.cumsum(ordered)
    precision = np.maximum.accumulate((found / np.arange(1, len(ordered) + 1))[::-1])[::-1]
    return float(np.sum(np.diff(np.r_[0, found / faces]) * precision))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.detection")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--boxes", type=Path, required=True)
    arguments = parser.parse_args()
    by_path: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(arguments.boxes, ["path", "x", "y", "w", "h"]):
        by_path.setdefault(row["path"], []).append(row)
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    photos, times, turned, turn_times, few, pictured = [], [], [], [], [], []
    for path, rows in by_path.items():
        pixels = pixels_of(arguments.root / path)
        start = time.perf_counter()
        faces = engine.detect_from(pixels, LOWEST_CONFIDENCE)
        times.append(time.perf_counter() - start)
        sure = [face for face in faces if face.confidence >= engine.working_confidence]
        start = time.perf_counter()
        turned.append(engine.degrees(pixels, sure))
        turn_times.append(time.perf_counter() - start)
        few.append(1 <= len(rows) <= FEW and bool(rows[0]["x"].strip()))
        pictured.append(bool(rows[0]["x"].strip()))
        faces.sort(key=lambda face: -face.confidence)
        rows = [row for row in rows if row["x"].strip()]
        photos.append(
            Photo(
                np.array([[float(row[key]) for key in "xywh"] for row in rows]).reshape(-1, 4),
                {
                    name: np.array([row[f"in_{name}"].strip() == "1" for row in rows], np.bool_)
                    for name in SUBSETS
                    if rows and f"in_{name}" in rows[0]
                },
                np.array([f.box.to_pixels(pixels.shape[1], pixels.shape[0]) for f in faces]).reshape(-1, 4),
                np.array([face.confidence for face in faces]),
            )
        )
    result: dict[str, object] = {"photos": len(photos), "faces": sum(len(photo.boxes) for photo in photos)}
    names = [name for name in SUBSETS if any(name in photo.subsets for photo in photos)]
    precisions = {}
    answers: list[tuple[float, bool]] = []
    for name in names or ["all"]:
        masks = [photo.subsets.get(name, np.full(len(photo.boxes), not names, np.bool_)) for photo in photos]
        answers = [each for photo, mask in zip(photos, masks, strict=True) for each in judged(photo, mask)]
        precisions[name] = round(average_precision(answers, int(sum(mask.sum() for mask in masks))), 4)
    result["average_precision"] = precisions
    # Of the widest subset, which comes last: what is in none counts neither way.
    confidences, right = (np.array(column) for column in zip(*answers, strict=True))
    result["faces_by_confidence"] = [
        {
            "stated": round(float(confidences[band].mean()), 1),
            "measured": round(float(right[band].mean()) * 100, 1),
            "answers": int(band.sum()),
        }
        for low, high in itertools.pairwise(BANDS)
        if (band := (confidences >= low) & (confidences < high)).any()
    ]
    judged_sure = [
        [right for confidence, right in judged(photo, np.ones(len(photo.boxes), np.bool_))
         if confidence >= engine.working_confidence]
        for photo in photos
    ]  # fmt: skip
    result["recall"] = round(
        sum(map(sum, judged_sure)) / max(1, sum(len(photo.boxes) for photo in photos)), 4
    )
    wrong = np.array([len(each) - sum(each) for each in judged_sure])
    result["false_positives_per_photo"] = round(float(wrong.mean()), 4)
    people = np.array(pictured)
    result["false_positives_per_photo_of_people"] = (
        round(float(wrong[people].mean()), 4) if people.any() else None
    )
    result["working_confidence"] = engine.working_confidence
    result["ms_median"] = round(float(np.median(times)) * 1000, 1)
    result["ms_mean"] = round(float(np.mean(times)) * 1000, 1)
    result["ms_95th"] = round(float(np.quantile(times, 0.95)) * 1000, 1)
    of_few = np.array(times)[np.array(few)]
    result[f"ms_median_of_one_to_{FEW}_faces"] = (
        round(float(np.median(of_few)) * 1000, 1) if len(of_few) else None
    )
    result["ms_orientation_mean"] = round(float(np.mean(turn_times)) * 1000, 1)
    result["said_to_lie"] = int(np.count_nonzero(turned))
    for key, value in result.items():
        print(f"{key}: {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
