"""What every face of a photo looks like: the dense landmarks and the models that read them, put together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes
from app.domain.faces import DetectedFace
from app.inference.manifest import Task, load_manifest
from app.inference.mesh import FaceMesh
from app.inference.sessions import Session
from app.inference.views import FaceView

# Raised when an answer changes though no model file does.
FORMAT: Final = 1


class FaceDescriber(Protocol):
    """Pixels are uint8 (H, W, 3) RGB, upright; faces are of these pixels. Deterministic, and may be called
    from several threads at once; the models open at the first call, which raises ModelError where a file is
    missing or altered."""

    @property
    def made_by(self) -> str:
        """What the answers depend on: a digest of the models' files and of how they are read."""

    def view(self, pixels: NDArray[np.uint8], face: DetectedFace) -> FaceView:
        """The face with its dense landmarks."""

    def describe(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceAttributes]:
        """The attributes of each face, in their order."""


class OnnxFaceDescriber:
    """The describer over the ONNX models of a folder; a FaceDescriber."""

    def __init__(self, models_dir: Path, provider: str = "cpu", threads: int = 1) -> None:
        """Read the manifest. Raises ModelError where it is missing, wrong or lacks one of the models."""
        manifest = load_manifest(models_dir)
        self._mesh = FaceMesh(Session(manifest, manifest.default(Task.FACE_MESH), provider, threads))

    def view(self, pixels: NDArray[np.uint8], face: DetectedFace) -> FaceView:
        return self.views(pixels, [face])[0]

    def views(self, pixels: NDArray[np.uint8], faces: Sequence[DetectedFace]) -> list[FaceView]:
        """As view, for all faces of a photo at once."""
        return [FaceView(pixels, mesh.points) for mesh in self._mesh.fit(pixels, faces)]
