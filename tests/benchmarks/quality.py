"""Which faces hurt search, and do the quality filters leave out just those? (docs/adr/0067)

    python -m tests.benchmarks.quality --root DIR --identities CSV [--root DIR --identities CSV ...]

`--identities` has a column path, and identity where people have several pictures (else each picture is
another person). Every portrait is made worse on purpose (tests/benchmarks/damage.py: small, blurred, shaken,
dark, bright, compressed, half of the time by one cause alone), and looked for among all portraits as they
were, its own left out. "found": another portrait of the person reaches a similarity of 80. "rank 1": it is
the most similar of all. "false": share of strangers among the portraits that reach 80.

The first tables go by what was measured of a face; the last says what each filter keeps and leaves out.
The chance that a face is found is fitted (logistic, by the length of its vector) on every other person and
checked on those between. The last line is JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.inference.engine import OnnxFaceEngine
from app.inference.manifest import find_models_dir
from app.inference.quality_filter import QualityFilter, Reason
from tests.benchmarks.damage import CANVAS, damaged, drawn
from tests.benchmarks.faces_of import central, pixels_of, rows_of

SIMILARITY = 80.0
# Several pictures of the same person tell whether they are found; the others are only strangers.
WORSE, WORSE_OF_STRANGERS = 8, 2
# Below the working confidence too: what the detector's own bar leaves out is a part of the question.
LEAST_CONFIDENCE = 50.0

EDGES = {
    "side": (0, 10, 12, 16, 20, 24, 32, 48, 999),
    "sharpness": (0, 1, 3, 6, 10, 15, 25, 40, 60, 101),
    "brightness": (0, 3, 6, 9, 12, 20, 40, 60, 80, 101),
    "confidence": (50, 80, 90, 92, 95, 98, 99, 99.5, 100.1),
    "yaw": (0, 10, 20, 30, 45, 60, 75, 181),
    "recognisable": (0, 1, 2, 5, 10, 25, 50, 75, 90, 100.1),
}


@dataclass(frozen=True)
class Probe:
    """A face made worse: the portrait it came from, what was found of it (None: nothing)."""

    portrait: int
    face: DetectedFace | None
    vector: NDArray[np.float32]
    length: float
    recognisable: float

    def measured(self, name: str) -> float:
        face = self.face
        assert face is not None, "only faces that were found are measured"
        values: dict[str, float] = {
            "side": (face.box.area * CANVAS[0] * CANVAS[1]) ** 0.5,
            "sharpness": face.quality.sharpness,
            "brightness": face.quality.brightness,
            "confidence": face.confidence,
            "yaw": abs(face.pose.yaw),
            "recognisable": self.recognisable,
        }
        return values[name]


@dataclass
class Sample:
    people: NDArray[np.str_]
    portraits: NDArray[np.float32]
    probes: list[Probe]


class Measuring:
    """Vectors with their lengths, of the default model or another."""

    def __init__(self, engine: OnnxFaceEngine, model: str | None) -> None:
        self._engine = engine
        self._embedder = engine.models.default if model is None else engine.models.named(model)
        self.scale = self._embedder.scale
        self.model_id = self._embedder.contract.model_id

    def of(self, pixels: NDArray[np.uint8], face: DetectedFace) -> tuple[NDArray[np.float32], float, float]:
        """The vector, its length before, and how recognisable the face is."""
        crop = self._engine.aligned_crop(pixels, face.landmarks)[None]
        vectors, lengths = self._embedder.raw(crop)
        return vectors[0], float(lengths[0]), float(self._embedder.recognisable(lengths)[0])


def sampled(
    engine: OnnxFaceEngine, measuring: Measuring, portraits: list[tuple[Path, str]], seed: int
) -> Sample:
    random = np.random.default_rng(seed)
    names = np.array([person for _, person in portraits])
    people, vectors, probes = [], [], []
    for number, (path, person) in enumerate(portraits):
        pixels = pixels_of(path)
        face = central(engine.detect(pixels))
        if face is None:
            print(f"{path}: no face", file=sys.stderr)
            continue
        people.append(person)
        vectors.append(measuring.of(pixels, face)[0])
        box = face.box.to_pixels(pixels.shape[1], pixels.shape[0])
        several = int((names == person).sum()) > 1
        for turn in range(WORSE if several else WORSE_OF_STRANGERS):
            damage = drawn(random)
            worse = damaged(pixels, box, damage, seed=number * 100 + turn)
            found = central(engine.detect_from(worse, LEAST_CONFIDENCE))
            if found is None:
                probes.append(Probe(len(people) - 1, None, np.zeros_like(vectors[0]), 0.0, 0.0))
                continue
            probes.append(Probe(len(people) - 1, found, *measuring.of(worse, found)))
    return Sample(np.array(people), np.stack(vectors), probes)


@dataclass
class Outcome:
    """For each probe with a face: asked (the person has another portrait), found, first, and the shares of
    strangers that reach the similarity."""

    asked: NDArray[np.bool_]
    found: NDArray[np.bool_]
    first: NDArray[np.bool_]
    false: NDArray[np.float64]

    def row(self, chosen: NDArray[np.bool_]) -> dict[str, float | int | None]:
        asked = chosen & self.asked
        return {
            "faces": int(chosen.sum()),
            "asked": int(asked.sum()),
            "found": _share(self.found[asked]),
            "rank_1": _share(self.first[asked]),
            "false": _share(self.false[chosen], 6),
        }


def outcome_of(sample: Sample, probes: list[Probe], cosine: float) -> Outcome:
    own = np.array([probe.portrait for probe in probes])
    cosines = np.stack([probe.vector for probe in probes]) @ sample.portraits.T
    same = sample.people[own][:, None] == sample.people[None]
    others = same & (np.arange(len(sample.people))[None] != own[:, None])
    best = np.where(others, cosines, -2).max(axis=1)
    worst = np.where(same, -2, cosines).max(axis=1)
    false = ((cosines >= cosine) & ~same).sum(axis=1) / (~same).sum(axis=1)
    return Outcome(others.any(axis=1), best >= cosine, best > worst, false)


def logistic(lengths: NDArray[np.float64], found: NDArray[np.bool_]) -> tuple[float, float]:
    """(offset, slope) of the chance by length: the likeliest, but for a trace of shrinking."""
    middle, spread = float(lengths.mean()), float(lengths.std())
    columns = np.stack([np.ones_like(lengths), (lengths - middle) / spread], axis=1)
    weights = np.zeros(2)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
        slope = columns.T @ (found - chance) - 1e-3 * weights
        bend = (columns * (chance * (1 - chance))[:, None]).T @ columns + 1e-3 * np.eye(2)
        weights = weights + np.clip(np.linalg.solve(bend, slope), -1, 1)
    return float(weights[0] - weights[1] * middle / spread), float(weights[1] / spread)


def told_apart(values: NDArray[np.float64], found: NDArray[np.bool_]) -> float | None:
    """The area under the ROC curve: the chance that a face that is found has the higher value than one that
    is not."""
    if found.all() or not found.any():
        return None
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    # Equal values share the mean of their ranks.
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.bincount(group, ranks) / counts)[group]
    below = ranks[found].sum() - found.sum() * (found.sum() - 1) / 2
    return round(float(below / (found.sum() * (~found).sum())), 3)


def calibration(sample: Sample, probes: list[Probe], outcome: Outcome) -> dict[str, object]:
    """The knots for the manifest, and how they hold for people they were not fitted on."""
    lengths = np.array([probe.length for probe in probes])
    if np.ptp(lengths) < 1e-3:  # the network brings its vectors to one length itself
        return {"knots": None}
    people = sample.people[[probe.portrait for probe in probes]]
    fitted_on = np.isin(people, np.unique(people[outcome.asked])[::2])
    offset, slope = logistic(lengths[outcome.asked & fitted_on], outcome.found[outcome.asked & fitted_on])
    chance = 1 / (1 + np.exp(-np.clip(offset + slope * lengths, -30, 30)))
    held = [
        {"stated": _share(chance[part]), "measured": _share(outcome.found[part]), "asked": int(part.sum())}
        for low, high in itertools.pairwise((0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.01))
        if (part := outcome.asked & ~fitted_on & (chance >= low) & (chance < high)).any()
    ]
    offset, slope = logistic(lengths[outcome.asked], outcome.found[outcome.asked])
    chances = (0.1, 0.5, 1, 2, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)
    knots = [round((float(np.log(each / (100 - each))) - offset) / slope, 3) for each in chances]
    return {"knots": {"lengths": knots, "chances": list(chances)}, "of_others": held}


def filters(engine: OnnxFaceEngine, probes: list[Probe], outcome: Outcome) -> dict[str, object]:
    """What each filter keeps and leaves out of the faces that the detector is sure of."""
    faces = [probe.face for probe in probes]
    sure = np.array([face is not None and face.confidence >= engine.working_confidence for face in faces])
    result: dict[str, object] = {}
    for level in QualityFilter:
        reasons = [
            engine.bars.reasons(face, *CANVAS, probe.recognisable, level) if face is not None else ()
            for face, probe in zip(faces, probes, strict=True)
        ]
        left_out = np.array([bool(each) for each in reasons])
        by_reason = {
            reason.value: outcome.row(sure & np.array([reason in each for each in reasons]))
            for reason in Reason
            if any(reason in each for each in reasons)
        }
        lost = sure & left_out & outcome.asked & outcome.found
        result[level.value] = {
            "kept": outcome.row(sure & ~left_out),
            "left_out": outcome.row(sure & left_out),
            "lost": round(float(lost.sum() / max(1, (sure & outcome.asked & outcome.found).sum())), 4),
            "by_reason": by_reason,
        }
    return result


def _share(values: NDArray[np.bool_] | NDArray[np.float64], digits: int = 3) -> float | None:
    return round(float(values.mean()), digits) if len(values) else None


def _print(title: str, row: dict[str, float | int | None]) -> None:
    values = "  ".join(f"{key} {'-' if value is None else value}" for key, value in row.items())
    print(f"  {title:28} {values}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quality")
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--identities", type=Path, action="append", required=True)
    parser.add_argument("--model", help="another embedding model than the default one")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    if len(arguments.root) != len(arguments.identities):
        parser.error("every --root needs its --identities")
    portraits = [
        (root / row["path"], row.get("identity") or f"{table}:{row['path']}")
        for root, table in zip(arguments.root, arguments.identities, strict=True)
        for row in rows_of(table, ["path"])
    ]
    engine = OnnxFaceEngine(find_models_dir())
    engine.warm_up()
    measuring = Measuring(engine, arguments.model)
    sample = sampled(engine, measuring, portraits, arguments.seed)
    probes = [probe for probe in sample.probes if probe.face is not None]
    outcome = outcome_of(sample, probes, measuring.scale.cosine(SIMILARITY))
    fit = calibration(sample, probes, outcome)
    if np.isnan(probes[0].recognisable):
        # A model without a scale yet: the bars cannot use what is only now fitted.
        probes = [replace(probe, recognisable=float("nan")) for probe in probes]
    print(f"{len(sample.people)} portraits, {len(sample.probes)} made worse, {len(probes)} with a face found")
    bands: dict[str, list[dict[str, object]]] = {}
    lengths = np.array([probe.length for probe in probes])
    apart = {"length": told_apart(lengths[outcome.asked], outcome.found[outcome.asked])}
    for name, edges in EDGES.items():
        print(name)
        values = np.array([probe.measured(name) for probe in probes])
        sign = -1 if name == "yaw" else 1
        apart[name] = told_apart(sign * values[outcome.asked], outcome.found[outcome.asked])
        for low, high in itertools.pairwise(edges):
            row = outcome.row((values >= low) & (values < high))
            _print(f"{low:g} to {high:g}", row)
            bands.setdefault(name, []).append({"from": low, **row})
    judged = filters(engine, probes, outcome)
    for level, each in judged.items():
        assert isinstance(each, dict)
        print(f"{level}: {each['lost']:.1%} of the faces that a search finds are left out")
        _print("kept", each["kept"])
        _print("left out", each["left_out"])
        for reason, row in each["by_reason"].items():
            _print(f"  {reason}", row)
    print(f"told apart (area under the ROC curve): {apart}")
    print(f"recognisable: {fit}")
    print(
        json.dumps(
            {
                "model": measuring.model_id,
                "portraits": len(sample.people),
                "worse": len(sample.probes),
                "faces": len(probes),
                "told_apart": apart,
                "bands": bands,
                "filters": judged,
                "recognisable": fit,
            }
        )
    )


if __name__ == "__main__":
    main()
