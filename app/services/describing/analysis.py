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
from app.services.describing import lying
from app.services.describing.whole import look_at_whole
from app.services.ingest.decoding import decode_for_faces, faces_of


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


class ImageAnalyser:
    """Thread-safe. Each method raises ImageError where the image cannot be read, ModelError."""

    def __init__(self, engine: FaceEngine, faces: FaceDescriber, photos: PhotoDescriber) -> None:
        self._engine = engine
        self._faces = faces
        self._photos = photos

    def analyse(self, source: bytes | Path | NDArray[np.uint8]) -> ImageAnalysis:
        """Faces and the whole picture. Pixels are uint8 (H, W, 3) RGB, upright."""
        turned: int | None
        if isinstance(source, np.ndarray):
            pixels, width, height, kind = source, source.shape[1], source.shape[0], ""
            any_way_up = self._engine.detect_any_way_up(source)
            found, turned = any_way_up.faces, any_way_up.degrees
        else:
            image = decode_for_faces(source)
            pixels, width, height, kind = image.pixels, image.width, image.height, image.format
            seen = faces_of(self._engine, image)
            found, turned = seen.faces, seen.turned
        views = self._faces.views(pixels, found)
        described = self._faces.read(views)
        return ImageAnalysis(
            pixels=pixels,
            width=width,
            height=height,
            format=kind,
            faces=tuple(
                AnalysedFace(face, attributes, ratios(view))
                for face, attributes, view in zip(found, described, views, strict=True)
            ),
            description=lying.described(self._photos, pixels, turned),
            turned=turned,
        )

    def describe(self, source: bytes | Path) -> PhotoDescription:
        """The whole picture alone."""
        return look_at_whole(self._engine, self._photos, decode_for_faces(source)).description


def ratios(view: FaceView) -> NDArray[np.float32]:
    """The mesh as float32 (478, 2), ratios of the upright image."""
    height, width = view.pixels.shape[:2]
    return (view.mesh[:, :2] / np.array([width, height], np.float32)).astype(np.float32)
