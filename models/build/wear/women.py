"""How likely each face is a woman's, as the program itself tells it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.inference.appearance import AppearanceReader
from app.inference.manifest import Task, load_manifest
from app.inference.sessions import Session
from models.build.wear.photographs import LabelledFace


def probabilities_of_women(faces: Sequence[LabelledFace], models: Path) -> NDArray[np.float64]:
    """(n,) from the shipped models of appearance."""
    manifest = load_manifest(models)
    tasks = (Task.GENDER, Task.AGE_AND_GENDER, Task.SECOND_AGE_AND_GENDER)
    reader = AppearanceReader(*(Session(manifest, manifest.default(task), "cpu", 1) for task in tasks))
    return np.array([answer.woman for face in faces for answer in reader.read([face.view])])
