"""Fit the head for covered faces anew.

    python -m models.build.wear.fit_covered --data DIR...

The faces are those of the other heads; what covers them is drawn.
"""

from __future__ import annotations

import argparse
import csv
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.manifest import Task, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.wear import crop_of
from models.build import packages
from models.build.wear import network
from models.build.wear.canvas import Image8
from models.build.wear.covered import REALLY, Copies, across, calibration, figures, head, held_out
from models.build.wear.covered_samples import samples_of, textures_of
from models.build.wear.photographs import LabelledFace, labelled_faces
from models.build.wear.samples import Trunk

MODELS = Path(__file__).resolve().parents[2]


def copies_of(faces: list[LabelledFace], original: bytes, workers: int) -> Copies:
    textures = textures_of(faces)
    work = partial(_copies, textures=textures, trunk=network.trunk(original))
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(work, range(len(faces)), faces, chunksize=4))
    means, covered, kind = zip(*chain.from_iterable(parts), strict=True)
    owners = [number for number, part in enumerate(parts) for _ in part]
    with REALLY.open(encoding="utf-8", newline="") as file:
        said = {f"{row['folder']}/{row['path']}": row["covered"] for row in csv.DictReader(file)}
    return Copies(
        np.array(means),
        np.array(covered),
        np.array(owners),
        np.array(kind),
        np.array([face.folder for face in faces]),
        np.array([face.person for face in faces]),
        np.array([said.get(face.name, "") for face in faces]),
    )


_OPEN: dict[str, tuple[FaceMesh, Trunk]] = {}


def _copies(
    number: int, face: LabelledFace, textures: list[Image8], trunk: bytes
) -> list[tuple[NDArray[np.float32], bool, str]]:
    if not _OPEN:
        manifest = load_manifest(MODELS)
        mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), "cpu", 1))
        _OPEN["here"] = (mesh, Trunk(trunk))
    mesh, network_ = _OPEN["here"]
    found = []
    for sample in samples_of(number, face, mesh, textures):
        picture = crop_of(sample.view)
        picture = np.ascontiguousarray(picture[:, ::-1]) if sample.mirrored else picture
        found.append((network_.means(picture), sample.covered, sample.kind))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.build.wear.fit_covered")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of photographs")
    parser.add_argument("--cache", type=Path, help="a file for the means, made once and read afterwards")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="replace covered.npz")
    arguments = parser.parse_args()
    if arguments.cache is not None and arguments.cache.is_file():
        with np.load(arguments.cache) as stored:
            copies = Copies(**dict(stored))
    else:
        faces = list(labelled_faces(arguments.data, MODELS))
        original = packages.sface(MODELS.parent / "build" / "packages")
        copies = copies_of(faces, original, arguments.workers)
        if arguments.cache is not None:
            np.savez(arguments.cache, **vars(copies))
    scores = {"folds": held_out(copies), "others": across(copies)}
    factor, shift = calibration(copies, *scores.values())
    for name, values in scores.items():
        print(name, json.dumps(figures(copies, values * factor + shift), indent=1))
    found = head(copies, np.ones(len(copies.person), bool))
    if arguments.write:
        weights = (found.weights * factor).astype(np.float32)
        np.savez(
            network.COVERED,
            weights=weights[:, None],
            bias=np.array([found.bias * factor + shift], np.float32),
        )
        print(f"Wrote {network.COVERED}; now run “python -m models.build”.")


if __name__ == "__main__":
    main()
