"""What every face of a photo looks like: the dense landmarks and the models that read them, put together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes, Trait
from app.domain.faces import DetectedFace
from app.inference.appearance import Appearance, AppearanceReader
from app.inference.expression import ExpressionReader, Expressions
from app.inference.eyes import Eyes, EyesReader
from app.inference.manifest import Model, Task, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.mesh_facts import eye_direction, mouth_open, thirty_landmarks
from app.inference.mesh_pose import mesh_pose
from app.inference.sessions import ProviderChoice, Session
from app.inference.views import FaceView
from app.inference.wear import Wear, WearReader

# Raised when an answer changes though no model file does.
FORMAT: Final = 4

TASKS: Final = (
    Task.FACE_MESH,
    Task.EYES_OPEN,
    Task.GENDER,
    Task.AGE_AND_GENDER,
    Task.SECOND_AGE_AND_GENDER,
    Task.EXPRESSION,
    Task.GREY_EXPRESSION,
    Task.FACE_MUSCLES,
    Task.EYEWEAR,
)
# Labelled faces that each trait was measured on (docs/adr/0060, 0062, 0063, 0064, 0075). No answer is surer
# than so many allow: (n + 1) / (n + 2), Laplace's rule of succession for n that were all told right.
MEASURED_ON: Final = {
    Trait.SMILE: 261,
    Trait.EYEGLASSES: 493,
    Trait.SUNGLASSES: 495,
    Trait.BEARD: 470,
    Trait.MUSTACHE: 462,
    Trait.EYES_OPEN: 499,
    Trait.MOUTH_OPEN: 40,
    Trait.FACE_OCCLUDED: 578,
}
# Sunglasses of this probability hide the eyes: nothing is told of them.
HIDING: Final = 0.8


class FaceDescriber(Protocol):
    """Pixels are uint8 (H, W, 3) RGB, upright; faces are of these pixels. Deterministic, and may be called
    from several threads at once; the models open at the first call, which raises ModelError where a file is
    missing or altered."""

    @property
    def made_by(self) -> str:
        """What the answers depend on: a digest of the models' files and of how they are read."""

    def views(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceView]:
        """Each face with its dense landmarks, in their order."""

    def read(self, views: Sequence[FaceView]) -> list[FaceAttributes]:
        """The attributes of each face, in their order."""

    def describe(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]:
        """Both, for those whose dense landmarks nobody asks for."""


class OnnxFaceDescriber:
    """The describer over the ONNX models of a folder; a FaceDescriber."""

    def __init__(self, models_dir: Path, provider: str = "cpu", threads: int = 1) -> None:
        """Read the manifest; the models open when first used.

        Args:
            models_dir: a folder with manifest.toml, as from find_models_dir().
            provider: "cpu", "cuda", "directml" or "coreml"; see `providers` for what came of it.
            threads: onnxruntime's threads for one call.
        Raises:
            ModelError: the manifest is missing, wrong, or lacks one of the models or what it says of one.
        """
        manifest = load_manifest(models_dir)
        sessions = {task: Session(manifest, manifest.default(task), provider, threads) for task in TASKS}
        self._sessions = tuple(sessions.values())
        self._mesh = FaceMesh(sessions[Task.FACE_MESH])
        self._eyes = EyesReader(sessions[Task.EYES_OPEN])
        self._appearance = AppearanceReader(
            sessions[Task.GENDER], sessions[Task.AGE_AND_GENDER], sessions[Task.SECOND_AGE_AND_GENDER]
        )
        self._expression = ExpressionReader(
            sessions[Task.EXPRESSION], sessions[Task.GREY_EXPRESSION], sessions[Task.FACE_MUSCLES]
        )
        self._wear = WearReader(sessions[Task.EYEWEAR])
        self.made_by = _digest([session.model for session in self._sessions])

    @property
    def providers(self) -> tuple[ProviderChoice, ...]:
        """What runs the models, and why where it is not what was asked for (final after the first call)."""
        return tuple(session.provider for session in self._sessions)

    def views(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceView]:
        return [FaceView(pixels, mesh.points, mesh.patch) for mesh in self._mesh.fit(pixels, faces)]

    def describe(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]:
        return self.read(self.views(pixels, faces))

    def read(self, views: Sequence[FaceView]) -> list[FaceAttributes]:
        looks = self._appearance.read(views)
        expressions = self._expression.read(views)
        eyes = self._eyes.read(views)
        wear = self._wear.read(views, [look.woman for look in looks])
        return [_attributes(*parts) for parts in zip(views, looks, expressions, eyes, wear, strict=True)]


def _attributes(
    view: FaceView, look: Appearance, expression: Expressions, eyes: Eyes, wear: Wear
) -> FaceAttributes:
    traits = {
        Trait.SMILE: expression.smile,
        Trait.EYEGLASSES: wear.eyeglasses,
        Trait.SUNGLASSES: wear.sunglasses,
        Trait.BEARD: wear.beard,
        Trait.MUSTACHE: wear.mustache,
        Trait.EYES_OPEN: eyes.both,
        Trait.MOUTH_OPEN: mouth_open(view.mesh),
        Trait.FACE_OCCLUDED: wear.covered,
    }
    hidden = wear.sunglasses > HIDING
    if hidden:
        del traits[Trait.EYES_OPEN]
    return FaceAttributes(
        age=look.age,
        age_low=look.age_low,
        age_high=look.age_high,
        woman=look.woman,
        traits={trait: _bounded(trait, probability) for trait, probability in traits.items()},
        emotions=expression.emotions,
        eye_direction=None if hidden else eye_direction(view.mesh, eyes),
        landmarks=thirty_landmarks(view),
        pose=mesh_pose(view.mesh),
    )


def _bounded(trait: Trait, probability: float) -> float:
    least = 1 / (MEASURED_ON[trait] + 2)
    return min(max(probability, least), 1 - least)


def _digest(models: Sequence[Model]) -> str:
    """Of the files and of what the manifest says of how they are read."""
    told = [[model.id, model.sha256, model.input.described(), dict(model.settings)] for model in models]
    return hashlib.sha256(json.dumps([FORMAT, told], sort_keys=True).encode()).hexdigest()[:16]
