"""Everything that can be told of one image; nothing is stored, no library is needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes, PhotoDescription
from app.domain.faces import DetectedFace
from app.inference.describer import FaceDescriber
from app.inference.engine import FaceEngine
from app.inference.labels.describer import (
    LABEL_CONFIDENCE,
    MODERATION_CONFIDENCE,
    PhotoDescriber,
    working_copy,
)
from app.inference.views import FaceView
from app.services.describing import lying
from app.services.describing.whole import WholePicture, look_at_whole
from app.services.ingest.decoding import decode_for_faces, faces_of
from app.services.metrics.meter import UNCOUNTED, Meter


@dataclass(frozen=True, eq=False)
class AnalysedFace:
    """`mesh` is float32 (478, 2), ratios of the upright image."""

    face: DetectedFace
    attributes: FaceAttributes
    mesh: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ImageAnalysis:
    """`pixels` are uint8 (H, W, 3), maybe smaller than the image; width and height are those of the whole
    upright image. Faces are large to small. `turned`: how many degrees counter-clockwise (0, 90, 180, 270)
    the content lies, as its faces tell (Rekognition's OrientationCorrection); None where the file states
    its orientation, which was applied."""

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    faces: tuple[AnalysedFace, ...]
    description: PhotoDescription
    turned: int | None = None

    def whole(self) -> WholePicture:
        """For what can be told besides: the qualities and colours of its parts."""
        return WholePicture(self.description, self.turned, working_copy(self.pixels))


@dataclass(frozen=True, eq=False)
class _LookedAt:
    """As in ImageAnalysis."""

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    faces: tuple[DetectedFace, ...]
    turned: int | None


class ImageAnalyser:
    """Thread-safe. Each method raises ImageError where the image cannot be read, ModelError."""

    def __init__(
        self,
        engine: FaceEngine,
        faces: FaceDescriber,
        photos: PhotoDescriber,
        meter: Meter = UNCOUNTED,
    ) -> None:
        self._engine = engine
        self._meter = meter
        self._faces = faces
        self._photos = photos

    def analyse(self, source: bytes | Path | NDArray[np.uint8]) -> ImageAnalysis:
        """Faces and the whole picture. Pixels are uint8 (H, W, 3) RGB, upright. It is counted as what it
        would have taken: DetectFaces with all attributes, and DetectLabels."""
        with self._meter.operation("DetectFaces") as detecting:
            looked = self._looked_at(source)
            views = self._faces.views(looked.pixels, looked.faces)
            described = self._faces.read(views)
            detecting.faces = len(looked.faces)
        with self._meter.operation("DetectLabels") as labelling:
            description = lying.described(self._photos, looked.pixels, looked.turned)
            labelling.labels = len(description.labels)
        return ImageAnalysis(
            pixels=looked.pixels,
            width=looked.width,
            height=looked.height,
            format=looked.format,
            faces=tuple(
                AnalysedFace(face, attributes, ratios(view))
                for face, attributes, view in zip(looked.faces, described, views, strict=True)
            ),
            description=description,
            turned=looked.turned,
        )

    def describe(
        self,
        source: bytes | Path,
        label_confidence: float = LABEL_CONFIDENCE,
        moderation_confidence: float = MODERATION_CONFIDENCE,
    ) -> PhotoDescription:
        """The whole picture alone, from those confidences (0-100) on."""
        image = decode_for_faces(source)
        return look_at_whole(
            self._engine, self._photos, image, label_confidence, moderation_confidence
        ).description

    def _looked_at(self, source: bytes | Path | NDArray[np.uint8]) -> _LookedAt:
        if isinstance(source, np.ndarray):
            height, width = source.shape[:2]
            any_way_up = self._engine.detect_any_way_up(source)
            return _LookedAt(source, width, height, "", tuple(any_way_up.faces), any_way_up.degrees)
        image = decode_for_faces(source)
        seen = faces_of(self._engine, image)
        return _LookedAt(
            image.pixels, image.width, image.height, image.format, tuple(seen.faces), seen.turned
        )


def ratios(view: FaceView) -> NDArray[np.float32]:
    """The mesh as float32 (478, 2), ratios of the upright image."""
    height, width = view.pixels.shape[:2]
    return (view.mesh[:, :2] / np.array([width, height], np.float32)).astype(np.float32)
