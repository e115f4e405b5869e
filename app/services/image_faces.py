"""The faces of one image that is searched with or compared; nothing is stored."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import InvalidParameter
from app.domain.faces import DetectedFace
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter, Reason, least_side_of_protocol
from app.services.ingest.decoding import SeenFaces, decode_for_faces, faces_of


@dataclass(frozen=True, eq=False)
class ImageFaces:
    """An image once looked at: hand it on instead of its source, and nothing is computed again.

    `pixels` are uint8 (H, W, 3), maybe smaller than the image; width and height are those of the whole
    upright image. `faces` are large to small, `vectors` float32 (faces, dimension) in that order, of the
    model with the contract (digest). `recognisable` float32 (faces,): the chance in percent that another
    photo of the person finds each, NaN where the model does not tell. `turned` as in SeenFaces.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    faces: tuple[DetectedFace, ...]
    vectors: NDArray[np.float32]
    contract: str
    recognisable: NDArray[np.float32]
    turned: int | None = None


@dataclass(frozen=True, eq=False)
class AlignedFace:
    """A face that can be measured by any model: its vector by the one with the contract (digest), and the
    face turned upright, uint8 (112, 112, 3), to measure it by another; None where that was not kept."""

    vector: NDArray[np.float32]
    contract: str
    aligned: NDArray[np.uint8] | None


ImageSource: TypeAlias = bytes | Path | NDArray[np.uint8] | ImageFaces


@dataclass(frozen=True, slots=True)
class ProtocolFaces:
    """Which of an image's faces Rekognition's protocol answers with: the `most` largest of those that it is
    said to see. The window has neither limit."""

    most: int = 100

    def of(
        self, faces: Sequence[DetectedFace], width: int, height: int
    ) -> tuple[list[DetectedFace], list[tuple[DetectedFace, Reason]]]:
        """Those, large to small, and the others with why. Width and height are those of the whole image."""
        least = least_side_of_protocol(width, height)
        ordered = sorted(faces, key=lambda face: -face.box.area)
        seen = [face for face in ordered if (face.box.area * width * height) ** 0.5 >= least]
        small = ordered[len(seen) :]
        others = [(face, Reason.EXCEEDS_MAX_FACES) for face in seen[self.most :]]
        return seen[: self.most], others + [(face, Reason.SMALL_BOUNDING_BOX) for face in small]


def look_at(
    engine: FaceEngine,
    source: ImageSource,
    contract: str | None = None,
    protocol: ProtocolFaces | None = None,
) -> ImageFaces:
    """With vectors of that contract (digest), or the default model's; an image that was looked at for
    another one is only measured again. `protocol`: only the faces that it answers with.

    Raises ImageError where the image cannot be read, ModelError.
    """
    digest = engine.contract.digest if contract is None else contract
    if isinstance(source, ImageFaces):
        if source.contract == digest:
            return source
        again, chances = engine.measure(source.pixels, [face.landmarks for face in source.faces], digest)
        return replace(source, vectors=again, contract=digest, recognisable=chances)
    if isinstance(source, np.ndarray):
        # Nobody knows any more what the file said of its orientation: its faces tell.
        found = engine.detect_any_way_up(source)
        seen = SeenFaces(found.faces, found.degrees)
        pixels, width, height = source, source.shape[1], source.shape[0]
    else:
        image = decode_for_faces(source)
        seen = faces_of(engine, image)
        pixels, width, height = image.pixels, image.width, image.height
    faces = sorted(seen.faces, key=lambda face: -face.box.area)
    if protocol is not None:
        faces, _ = protocol.of(faces, width, height)
    vectors, chances = engine.measure(pixels, [face.landmarks for face in faces], digest)
    return ImageFaces(pixels, width, height, tuple(faces), vectors, digest, chances, seen.turned)


def filtered(engine: FaceEngine, image: ImageFaces, quality: QualityFilter) -> dict[int, tuple[Reason, ...]]:
    """The faces (indices) that the filter leaves out, with its reasons."""
    height, width = image.pixels.shape[:2]
    reasons = {
        index: engine.bars.reasons(face, width, height, chance, quality)
        for index, (face, chance) in enumerate(zip(image.faces, image.recognisable.tolist(), strict=True))
    }
    return {index: each for index, each in reasons.items() if each}


def chosen_face(image: ImageFaces, index: int | None, left_out: Container[int] = ()) -> int:
    """The face to use: the largest that is not left out unless another is named; 0 where there is none.
    Raises InvalidParameter."""
    if index is None:
        return next((at for at in range(len(image.faces)) if at not in left_out), 0)
    if not 0 <= index < len(image.faces):
        count = len(image.faces)
        raise InvalidParameter(
            f"There is no face number {index + 1} in this image: it has {count}."
            if count
            else "There is no face in this image."
        )
    return index
