"""The model manifest: which files there are, what each expects and gives, and that none was altered.

The same format describes a model of the user's own (an ArcFace-style ONNX of 112 x 112 pixels, any
dimension): a folder with a `manifest.toml` and the files it names.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from app.domain.embedding import EmbeddingContract, SimilarityScale
from app.domain.errors import ModelError

MANIFEST_NAME = "manifest.toml"
MANIFEST_VERSION = 1


class Task(StrEnum):
    """What a model is for."""

    FACE_DETECTION = "face-detection"
    SMALL_FACE_DETECTION = "small-face-detection"
    FACE_EMBEDDING = "face-embedding"
    FACE_MESH = "face-mesh"
    GENDER = "gender"
    AGE_AND_GENDER = "age-and-gender"
    SECOND_AGE_AND_GENDER = "second-age-and-gender"
    EXPRESSION = "expression"
    GREY_EXPRESSION = "grey-expression"
    FACE_MUSCLES = "face-muscles"
    EYES_OPEN = "eyes-open"
    IMAGE_FEATURES = "image-features"
    EYEWEAR = "eyewear"
    OBJECTS = "objects"
    EXPLICIT = "explicit"
    SUGGESTIVE = "suggestive"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """How pixels become the input tensor: (channel - mean) * scale, in `channels` order and `layout`.

    `mean` and `scale` are in the order of `channels`, for values of 0-255. `size` is (height, width), or
    None where any multiple of 32 goes.
    """

    channels: str
    layout: str
    mean: tuple[float, float, float]
    scale: tuple[float, float, float]
    size: tuple[int, int] | None

    def described(self) -> str:
        """One line for the embedding contract: a change of any part makes another contract."""
        mean = ",".join(f"{value:g}" for value in self.mean)
        scales = [f"{value:g}" for value in self.scale]
        scale = scales[0] if len(set(scales)) == 1 else f"({','.join(scales)})"
        size = "any" if self.size is None else f"{self.size[0]}x{self.size[1]}"
        return f"{self.channels} {self.layout} ({mean}) {scale} {size}"


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the manifest. `path` is the file, not yet read."""

    id: str
    task: Task
    path: Path
    sha256: str
    input: InputSpec
    licence: str
    source: str
    output: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def contract(self) -> EmbeddingContract:
        """What the vectors of this embedding model depend on.

        Raises:
            ModelError: this is no embedding model, or its entry lacks the dimension or alignment.
        """
        dimension, alignment = self.output.get("dimension"), self.output.get("alignment")
        if self.task is not Task.FACE_EMBEDDING or not isinstance(dimension, int) or not alignment:
            raise ModelError(
                f"The model {self.id} cannot embed faces: its entry in {MANIFEST_NAME} needs the task "
                f"“{Task.FACE_EMBEDDING}” and an output with dimension and alignment."
            )
        return EmbeddingContract(self.id, self.sha256, dimension, str(alignment), self.input.described())

    @property
    def scale(self) -> SimilarityScale:
        """Cosine to similarity, fitted for this model.

        Raises:
            ModelError: the entry has no knots, or they do not rise.
        """
        knots = self.settings.get("similarity")
        try:
            table = cast(Mapping[str, Any], knots)
            return SimilarityScale(
                tuple(float(value) for value in table["cosines"]),
                tuple(float(value) for value in table["similarities"]),
            )
        except (TypeError, KeyError, ValueError) as error:
            raise ModelError(
                f"The similarity scale of the model {self.id} cannot be read ({error}). "
                "Fit one with “python -m tests.benchmarks.calibrate”."
            ) from error


class Manifest:
    """The models of one folder. Reading it opens no model file; `verified` does, once for each."""

    def __init__(self, folder: Path, models: Mapping[str, Model], defaults: Mapping[Task, str]) -> None:
        self.folder = folder
        self.models = dict(models)
        self.defaults = dict(defaults)
        self._verified: set[str] = set()
        self._lock = threading.Lock()

    def model(self, model_id: str) -> Model:
        """Raises ModelError if there is none of that id."""
        try:
            return self.models[model_id]
        except KeyError:
            known = ", ".join(sorted(self.models)) or "none"
            raise ModelError(
                f"There is no model named {model_id} in {self.folder / MANIFEST_NAME}. It has: {known}."
            ) from None

    def default(self, task: Task) -> Model:
        """The model to use for a task where nothing else was chosen; ModelError if there is none."""
        if task not in self.defaults:
            raise ModelError(f"{self.folder / MANIFEST_NAME} names no default model for “{task}”.")
        return self.model(self.defaults[task])

    def verified(self, model: Model) -> Path:
        """The path of a model's file after its sha256 was checked (the first time only).

        Raises:
            ModelError: the file is missing, unreadable or altered.
        """
        with self._lock:
            if model.id not in self._verified:
                digest = _sha256(model)
                if digest != model.sha256:
                    raise ModelError(
                        f"The model file {model.path} is not the one that was shipped (its sha256 is "
                        f"{digest[:12]}…, expected {model.sha256[:12]}…). Install the program again."
                    )
                self._verified.add(model.id)
        return model.path


def _sha256(model: Model) -> str:
    digest = hashlib.sha256()
    try:
        with model.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        raise ModelError(f"The model file {model.path} is missing. Install the program again.") from None
    except OSError as error:
        raise ModelError(f"The model file {model.path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()


def load_manifest(folder: Path) -> Manifest:
    """Read `folder`/manifest.toml.

    Raises:
        ModelError: it is missing, is not TOML, is of a later version, or an entry lacks a field.
    """
    path = folder / MANIFEST_NAME
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"The list of models {path} is missing. Install the program again.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"The list of models {path} cannot be read: {error}.") from error
    version = document.get("version")
    if version != MANIFEST_VERSION:
        raise ModelError(
            f"The list of models {path} is of version {version}; this program reads {MANIFEST_VERSION}."
        )
    models: dict[str, Model] = {}
    for position, entry in enumerate(document.get("models", ()), start=1):
        try:
            model = _model(folder, entry)
        except (KeyError, TypeError, ValueError) as error:
            named = entry.get("id", f"number {position}") if isinstance(entry, dict) else f"number {position}"
            reason = f"“{error.args[0]}” is missing" if isinstance(error, KeyError) else str(error)
            raise ModelError(f"The model {named} in {path} is not described in full: {reason}.") from error
        if model.id in models:
            raise ModelError(f"{path} describes the model {model.id} twice.")
        models[model.id] = model
    try:
        defaults = {Task(task): str(name) for task, name in document.get("defaults", {}).items()}
    except ValueError as error:
        raise ModelError(f"The defaults in {path} name an unknown task: {error}.") from error
    return Manifest(folder, models, defaults)


def _model(folder: Path, entry: Mapping[str, Any]) -> Model:
    spec = entry["input"]
    mean = tuple(float(value) for value in spec["mean"])
    if len(mean) != 3:
        raise ValueError("the mean of the input needs three numbers")
    if spec["channels"] not in ("RGB", "BGR") or spec["layout"] not in ("NCHW", "NHWC"):
        raise ValueError("channels must be RGB or BGR, layout NCHW or NHWC")
    given = spec["scale"]
    scale = tuple(float(value) for value in (given if isinstance(given, list) else [given] * 3))
    if len(scale) != 3:
        raise ValueError("the scale of the input is one number or three")
    size = spec.get("size")
    name = str(entry["file"])
    if Path(name).name != name:
        raise ValueError(f"the file {name} must lie beside the manifest")
    return Model(
        id=str(entry["id"]),
        task=Task(entry["task"]),
        path=folder / name,
        sha256=str(entry["sha256"]),
        input=InputSpec(
            channels=str(spec["channels"]),
            layout=str(spec["layout"]),
            mean=mean,
            scale=scale,
            size=None if size is None else (int(size[0]), int(size[1])),
        ),
        licence=str(entry["licence"]),
        source=str(entry["source"]),
        output=entry.get("output", {}),
        settings=entry.get("settings", {}),
    )


def find_models_dir() -> Path:
    """The folder of the shipped models: in a built program, an installed wheel or a checkout.

    Raises:
        ModelError: none of the places has a manifest.
    """
    package = Path(__file__).resolve().parents[1]
    places = [package / "models", package.parent / "models"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:
        places.insert(0, Path(bundle) / "models")
    for place in places:
        if (place / MANIFEST_NAME).is_file():
            return place
    raise ModelError(
        "The folder of models was not found (looked in "
        + ", ".join(str(place) for place in places)
        + "). Install the program again."
    )
