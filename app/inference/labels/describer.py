"""What a photo shows: labels with boxes, moderation and colours, put together."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import Label, PhotoDescription
from app.domain.errors import InvalidParameter
from app.inference.labels.colors import dominant_colors
from app.inference.labels.moderation import Moderator
from app.inference.labels.objects import ObjectDetector
from app.inference.labels.persons import NearFaces
from app.inference.labels.reading import LabelReader, load_rules
from app.inference.labels.scenes import SceneReader
from app.inference.labels.taxonomy import TAXONOMY_NAME, load_taxonomy
from app.inference.manifest import Task, load_manifest
from app.inference.resampling import resized
from app.inference.retinaface import RetinaFace
from app.inference.sessions import ProviderChoice, Session

# Raised when an answer changes though no model file, setting or label does.
FORMAT: Final = 1

LABEL_CONFIDENCE: Final = 55.0
"""Rekognition's MinConfidence of DetectLabels."""

MODERATION_CONFIDENCE: Final = 50.0
"""Rekognition's MinConfidence of DetectModerationLabels."""

NOT_ASKED: Final = 101.0
"""A confidence that nothing has: what is asked for from there on is not looked for at all."""

COLORS: Final = 12

PLAIN_PERSON: Final = 75.0
"""Confidence of a person below which a near face is looked for."""

WORKING_SIDE: Final = 640
"""Pixels of the longer side of what all models are shown a smaller copy of: a large photo is shrunk once."""


class PhotoDescriber(Protocol):
    """Pixels are uint8 (H, W, 3) RGB, upright, the whole photo. Deterministic, and may be called from several
    threads at once; the models open at the first call, which raises ModelError where a file is missing or
    altered."""

    @property
    def made_by(self) -> str:
        """What the answers depend on: a digest of the models' files, their settings and the labels."""

    def describe(
        self,
        pixels: NDArray[np.uint8],
        label_confidence: float = LABEL_CONFIDENCE,
        moderation_confidence: float = MODERATION_CONFIDENCE,
    ) -> PhotoDescription:
        """Labels and moderation of at least those confidences (0-100, or NOT_ASKED), at most twelve
        colours."""


class OnnxPhotoDescriber:
    """The describer over the ONNX models of a folder; a PhotoDescriber."""

    def __init__(self, models_dir: Path, provider: str = "cpu", threads: int = 1) -> None:
        """Read the manifest and the labels; the models open when first used.

        Args:
            models_dir: a folder with manifest.toml and labels.toml, as from find_models_dir().
            provider: "cpu", "cuda", "directml" or "coreml"; see `providers` for what came of it.
            threads: onnxruntime's threads for one call.
        Raises:
            ModelError: one of the two is missing, wrong, or lacks what is needed.
        """
        manifest = load_manifest(models_dir)
        tasks = (Task.OBJECTS, Task.FACE_DETECTION, Task.IMAGE_FEATURES, Task.EXPLICIT, Task.SUGGESTIVE)
        self._sessions = tuple(Session(manifest, manifest.default(task), provider, threads) for task in tasks)
        objects, faces, scenes, explicit, suggestive = self._sessions
        taxonomy = load_taxonomy(models_dir)
        self._things = ObjectDetector(objects)
        self._faces = NearFaces(RetinaFace(faces))
        self._scenes = SceneReader(scenes)
        self._moderator = Moderator(explicit, suggestive)
        self._reader = LabelReader(taxonomy, load_rules(models_dir, taxonomy))
        self.made_by = self._digest(models_dir)

    @property
    def providers(self) -> tuple[ProviderChoice, ...]:
        """What runs the models, and why where it is not what was asked for (final after the first call)."""
        return tuple(session.provider for session in self._sessions)

    def describe(
        self,
        pixels: NDArray[np.uint8],
        label_confidence: float = LABEL_CONFIDENCE,
        moderation_confidence: float = MODERATION_CONFIDENCE,
    ) -> PhotoDescription:
        """What is in the photo, from the given confidences (0-100) up.

        Raises:
            InvalidParameter: the pixels are not uint8 (H, W, 3), or there are none.
            ModelError: a model's file is missing or altered.
        """
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise InvalidParameter(
                f"A photo is needed as uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}."
            )
        pixels = working_copy(pixels)
        labels = () if label_confidence >= NOT_ASKED else self._labels(pixels, label_confidence)
        judged = () if moderation_confidence >= NOT_ASKED else self._moderator.judge(pixels)
        return PhotoDescription(
            labels=labels,
            moderation=tuple(label for label in judged if label.confidence >= moderation_confidence),
            colors=dominant_colors(pixels, COLORS),
        )

    def _labels(self, pixels: NDArray[np.uint8], least: float) -> tuple[Label, ...]:
        things = self._things.find(pixels)
        person = max((thing.confidence for thing in things if thing.kind == 0), default=0.0)
        face = self._faces.confidence(pixels) if person < PLAIN_PERSON else 0.0
        return self._reader.read(things, self._scenes.read(pixels), least, face)

    def _digest(self, models_dir: Path) -> str:
        digest = hashlib.sha256(f"photo describer {FORMAT}\n".encode())
        for session in self._sessions:
            model = session.model
            settings = json.dumps(dict(model.settings), sort_keys=True)
            digest.update(f"{model.id} {model.sha256} {model.input.described()} {settings}\n".encode())
        digest.update((models_dir / TAXONOMY_NAME).read_bytes())
        return digest.hexdigest()[:16]


def working_copy(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the models are shown of the photo."""
    height, width = pixels.shape[:2]
    factor = WORKING_SIDE / max(height, width)
    if factor >= 1:
        return pixels
    return resized(pixels, max(1, round(width * factor)), max(1, round(height * factor)))
