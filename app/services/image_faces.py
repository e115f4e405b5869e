"""The faces of one image that is searched with or compared; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    upright image. `faces` are large to small, `vectors` float32 (faces, dimension) in that order, of the
    model with the contract (digest).
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    vectors: NDArray[np.float32]
    contract: str


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """A face that can be measured by any model: its vector by the one with the contract (digest), and the
    face turned upright, uint8 (112, 112, 3), to measure it by another; None where that was not kept."""

    vector: NDArray[np.float32]
    contract: str
    aligned: NDArray[np.uint8] | None


ImageSource: TypeAlias = bytes | Path | NDArray[np.uint8] | ImageFaces


def look_at(engine: FaceEngine, source: ImageSource, contract: str | None = None) -> ImageFaces:
    """With vectors of that contract (digest), or the default model's; an image that was looked at for
    another one is only measured again.

    Raises ImageError where the image cannot be read, ModelError.
    """
    digest = engine.contract.digest if contract is None else contract
    if isinstance(source, ImageFaces):
        if source.contract == digest:
            return source
        again = engine.embed(source.pixels, [face.landmarks for face in source.faces], digest)
        return replace(source, vectors=again, contract=digest)
    if isinstance(source, np.ndarray):
        pixels, width, height = source, source.shape[1], source.shape[0]
    else:
        image = decode_for_faces(source)
        pixels, width, height = image.pixels, image.width, image.height
    faces = sorted(engine.detect(pixels), key=lambda face: -face.box.area)
    vectors = engine.embed(pixels, [face.landmarks for face in faces], digest)
    return ImageFaces(pixels, width, height, tuple(faces), vectors, digest)


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
