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
from app.inference.labels.describer import PhotoDescriber
from app.inference.views import FaceView
from app.services.ingest.decoding import decode_for_faces


@dataclass(frozen=True, eq=False)
class AnalysedFace:
    """`mesh` is float32 (478, 2), ratios of the upright image."""

    face: DetectedFace
    attributes: FaceAttributes
    mesh: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ImageAnalysis:
    """`pixels` are uint8 (H, W, 3), maybe smaller than the image; width and height are those of the whole
    upright image. Faces are large to small."""

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    faces: tuple[AnalysedFace, ...]
    description: PhotoDescription


class ImageAnalyser:
    """Thread-safe. Each method raises ImageError where the image cannot be read, ModelError."""

    def __init__(self, engine: FaceEngine, faces: FaceDescriber, photos: PhotoDescriber) -> None:
        self._engine = engine
        self._faces = faces
        self._photos = photos

    def analyse(self, source: bytes | Path | NDArray[np.uint8]) -> ImageAnalysis:
        """Faces and the whole picture. Pixels are uint8 (H, W, 3) RGB, upright."""
        if isinstance(source, np.ndarray):
            pixels, width, height, kind = source, source.shape[1], source.shape[0], ""
        else:
            image = decode_for_faces(source)
            pixels, width, height, kind = image.pixels, image.width, image.height, image.format
        found = self._engine.detect(pixels)
        described = self._faces.describe(pixels, found)
        views = [self._faces.view(pixels, face) for face in found]
        return ImageAnalysis(
            pixels=pixels,
            width=width,
            height=height,
            format=kind,
            faces=tuple(
                AnalysedFace(face, attributes, ratios(view))
                for face, attributes, view in zip(found, described, views, strict=True)
            ),
            description=self._photos.describe(pixels),
        )

    def describe(self, source: bytes | Path) -> PhotoDescription:
        """The whole picture alone."""
        return self._photos.describe(decode_for_faces(source).pixels)


def ratios(view: FaceView) -> NDArray[np.float32]:
    """The mesh as float32 (478, 2), ratios of the upright image."""
    height, width = view.pixels.shape[:2]
    return (view.mesh[:, :2] / np.array([width, height], np.float32)).astype(np.float32)
