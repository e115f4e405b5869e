"""Fit the heads anew; see the package's docstring."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from models.build import packages
from models.build.wear import network
from models.build.wear.evaluation import Table, cross_validated, fit
from models.build.wear.photographs import labelled_faces
from models.build.wear.samples import Samples, Trunk, samples_of
from models.build.wear.women import probabilities_of_women

MODELS = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.build.wear")
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders of photographs")
    parser.add_argument("--cache", type=Path, help="a file for the means, made once and read afterwards")
    parser.add_argument("--write", action="store_true", help="replace heads.npz")
    arguments = parser.parse_args()
    samples, table = _samples(arguments.data, arguments.cache)
    figures = cross_validated(samples, table)
    heads = fit(samples, table)
    print(json.dumps({"figures": figures, "woman": heads.woman}))
    if arguments.write:
        np.savez(network.HEADS, weights=heads.weights, bias=heads.bias)
        print(f"Wrote {network.HEADS}; now run “python -m models.build”.")


def _samples(folders: list[Path], cache: Path | None) -> tuple[Samples, Table]:
    if cache is not None and cache.is_file():
        with np.load(cache) as stored:
            values = dict(stored)
    else:
        faces = list(labelled_faces(folders, MODELS))
        print(f"{len(faces)} faces of {len({face.person for face in faces})} people")
        trunk = Trunk(network.trunk(packages.sface(MODELS.parent / "build" / "packages")))
        samples = samples_of(faces, trunk)
        values = {
            **{f"samples_{name}": getattr(samples, name) for name in ("means", "labels", "face", "kind")},
            "folder": np.array([face.folder for face in faces]),
            "person": np.array([face.person for face in faces]),
            "labels": np.array([face.labels for face in faces]),
            "sure": np.array([face.sure for face in faces]),
            "woman": probabilities_of_women(faces, MODELS),
        }
        if cache is not None:
            np.savez(cache, **values)
    samples = Samples(*(values[f"samples_{name}"] for name in ("means", "labels", "face", "kind")))
    table = Table(*(values[name] for name in ("folder", "person", "labels", "sure", "woman")))
    return samples, table


if __name__ == "__main__":
    main()
