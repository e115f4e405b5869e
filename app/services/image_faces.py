"""The faces of one image that is searched with or compared; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidParameter
from app.domain.faces import DetectedFace
from app.inference.engine import FaceEngine
from app.services.ingest.decoding import decode_for_faces


@dataclass(frozen=True, eq=False)
class ImageFaces:
    """An image once looked at: hand it on instead of its source, and nothing is computed again.

    `pixels` are uint8 (H, W, 3), maybe smaller than the image; width and height are those of the whole
    upright image. `faces` are large to small, `vectors` float32 (faces, dimension) in that order.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    vectors: NDArray[np.float32]


ImageSource: TypeAlias = bytes | Path | NDArray[np.uint8] | ImageFaces


def look_at(engine: FaceEngine, source: ImageSource) -> ImageFaces:
    """Raises ImageError where the image cannot be read, ModelError."""
    if isinstance(source, ImageFaces):
        return source
    if isinstance(source, np.ndarray):
        pixels, width, height = source, source.shape[1], source.shape[0]
    else:
        image = decode_for_faces(source)
        pixels, width, height = image.pixels, image.width, image.height
    faces = sorted(engine.detect(pixels), key=lambda face: -face.box.area)
    vectors = engine.embed(pixels, [face.landmarks for face in faces])
    return ImageFaces(pixels, width, height, tuple(faces), vectors)


def chosen_face(image: ImageFaces, index: int | None) -> int:
    """The face to use: the largest (0) unless another is named. Raises InvalidParameter."""
    if index is None:
        return 0
    if not 0 <= index < len(image.faces):
        count = len(image.faces)
        raise InvalidParameter(
            f"There is no face number {index + 1} in this image: it has {count}."
            if count
            else "There is no face in this image."
        )
    return index
