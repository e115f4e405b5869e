"""Fits how smiles are read off the votes, for the manifest.

    python -m tests.benchmarks.calibrate_smile --root DIR --csv CSV      (columns path, smile)

Prints the balanced accuracy on faces that were not fitted on (ten folds) and the setting. Both answers weigh
the same however many there are of each. `tests/benchmarks/smiles_of_fairface.csv` names faces of FairFace's
validation set (padding 0.25) that smile or are at rest, by eye; doubtful ones are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from app.domain.attributes import Trait
from app.inference.engine import OnnxFaceEngine
from app.inference.expression import ExpressionReader, smile_parts
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView
from tests.benchmarks.answers import balanced_accuracy
from tests.benchmarks.calibrate_appearance import fitted_logistic, out_of_fold
from tests.benchmarks.face_labels import labels_of
from tests.benchmarks.faces_of import central, pixels_of

RIDGE = 0.3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.calibrate_smile")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--csv", type=Path, required=True)
    arguments = parser.parse_args()
    manifest = load_manifest(find_models_dir())
    engine = OnnxFaceEngine(find_models_dir())

    def session(task: Task) -> Session:
        return Session(manifest, manifest.default(task), "cpu", 1)

    mesh = FaceMesh(session(Task.FACE_MESH))
    tasks = (Task.EXPRESSION, Task.GREY_EXPRESSION, Task.FACE_MUSCLES)
    reader = ExpressionReader(*(session(task) for task in tasks))
    views, smiles, names = [], [], []
    for label in labels_of(arguments.csv):
        if Trait.SMILE not in label.traits:
            continue
        pixels = pixels_of(arguments.root / label.path)
        face = central(engine.detect(pixels))
        if face is not None:
            views.append(FaceView(pixels, mesh.fit(pixels, [face])[0].points))
            smiles.append(label.traits[Trait.SMILE])
            names.append(label.path)
    parts, truth = smile_parts(reader.votes(views)), np.array(smiles, np.float64)
    weights = np.where(truth > 0.5, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    logits = out_of_fold(parts, truth, weights, names, logistic=True)
    print(f"{len(views)} faces, balanced accuracy {balanced_accuracy(smiles, list(logits > 0)):.4f}")
    line = fitted_logistic(parts, truth, weights, RIDGE)
    listed = ", ".join(f"{value:.3f}" for value in line[:-1])
    print(f"smile = {{ weights = [{listed}], offset = {line[-1]:.3f} }}")


if __name__ == "__main__":
    main()
