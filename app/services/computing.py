"""What runs the models, what could, and which models those are: facts for a person to choose by."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.inference.engine import FaceEngine
from app.inference.manifest import Task, find_models_dir, load_manifest
from app.inference.sessions import ProviderChoice, choose_provider

NAMES: Final = {"cpu": "CPU", "cuda": "CUDA", "directml": "DirectML", "coreml": "CoreML"}
TELLS_APART: Final = "Tells faces apart"
_TASKS: Final = {
    Task.FACE_DETECTION: "Finds faces",
    Task.SMALL_FACE_DETECTION: "Finds small faces",
    Task.FACE_EMBEDDING: TELLS_APART,
    Task.FACE_MESH: "Finds 478 points of a face",
    Task.GENDER: "Estimates gender",
    Task.AGE_AND_GENDER: "Estimates age and gender",
    Task.SECOND_AGE_AND_GENDER: "Estimates age and gender",
    Task.EYES_OPEN: "Sees whether eyes are open",
    Task.FACE_MUSCLES: "Reads expressions",
    Task.EXPRESSION: "Reads expressions",
    Task.GREY_EXPRESSION: "Reads expressions",
    Task.IMAGE_FEATURES: "Names scenes and things",
    Task.EYEWEAR: "Sees glasses, beards, mustaches and covered faces",
    Task.OBJECTS: "Finds things in photos",
    Task.EXPLICIT: "Finds explicit photos",
    Task.SUGGESTIVE: "Finds suggestive photos",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A way to run the models. `reason` is a sentence that says why it cannot be had; else empty."""

    key: str
    name: str
    available: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class InUse:
    """What runs the models now. `asked` is what was chosen when the program started; `reason` is a
    sentence where something else runs them."""

    asked: str
    used: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelFact:
    """A shipped model: its id, what it does, its licence and where it was published."""

    id: str
    purpose: str
    licence: str
    source: str


def providers(available: Sequence[str] | None = None, platform: str = sys.platform) -> list[Provider]:
    """All that can be chosen. `available`: onnxruntime's names; those of this installation by default.
    `platform` as sys.platform has it."""
    found = []
    for key, name in NAMES.items():
        there = choose_provider(key, available).used == key
        found.append(Provider(key, name, there, "" if there else _reason(key, platform)))
    return found


def _reason(key: str, platform: str) -> str:
    """Why this computer, or this installation, cannot run models that way."""
    if key == "directml" and platform != "win32":
        return "DirectML is a part of Windows."
    if key == "coreml" and platform != "darwin":
        return "CoreML is a part of macOS."
    if key == "cuda" and platform == "darwin":
        return "There is no CUDA for macOS."
    if key == "cuda":
        return "CUDA needs an NVIDIA graphics card and onnxruntime-gpu, which is not installed."
    if key == "directml":
        return "DirectML needs onnxruntime-directml, which is not installed."
    return f"The installed onnxruntime was made without {NAMES[key]}."


def in_use(engine: FaceEngine) -> InUse | None:
    """None for an engine that does not say. Final once the models are open."""
    choices: Sequence[ProviderChoice] = getattr(engine, "providers", ())
    if not choices:
        return None
    # One model that fell back makes the others wait for it: that is what a person should hear of.
    worst = next((choice for choice in choices if choice.reason), choices[0])
    return InUse(worst.asked, worst.used, worst.reason)


def cores() -> int:
    """How many photos are worked on at once unless another number is chosen."""
    return os.cpu_count() or 1


def models() -> list[ModelFact]:
    """The models that ship with the program. Raises ModelError."""
    manifest = load_manifest(find_models_dir())
    return [
        ModelFact(model.id, _TASKS.get(model.task, str(model.task)), model.licence, model.source)
        for model in manifest.models.values()
    ]
