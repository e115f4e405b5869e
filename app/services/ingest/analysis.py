"""A photo's bytes to all that is kept of it: faces, vectors, small pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.faces import DetectedFace
from app.imaging.thumbnails import encode_jpeg, face_crop, thumbnail_jpeg
from app.inference.engine import FaceEngine
from app.services.ingest.decoding import decode_for_faces

PHOTO_SIDE: Final = 320
FACE_SIDE: Final = 176

EXCEEDS_MAX_FACES: Final = "EXCEEDS_MAX_FACES"
# Faces whose worse mark of brightness and sharpness (0-100) lies in one band count as equally good.
_QUALITY_BAND: Final = 20.0


@dataclass(frozen=True)
class Unindexed:
    """A face that was found and not kept, with Rekognition's reasons."""

    face: DetectedFace
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """`vectors` is float32 (faces, dimension), each of length 1; `crops` has a JPEG for each face.
    Width and height are those of the whole upright photo. `vectors` are of the model with the contract
    (digest); `others` has those of more models, by contract."""

    width: int
    height: int
    format: str
    taken_at: datetime | None
    faces: tuple[DetectedFace, ...]
    vectors: NDArray[np.float32]
    thumbnail: bytes
    crops: tuple[bytes, ...]
    unindexed: tuple[Unindexed, ...] = ()
    contract: str = ""
    others: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def vectors_of(self, contract: str) -> NDArray[np.float32] | None:
        """None where the faces were not measured by that model."""
        return self.vectors if contract == self.contract else self.others.get(contract)


def analyse(
    engine: FaceEngine, data: bytes, max_faces: int | None = None, contracts: Sequence[str] = ()
) -> Analysis:
    """Decode once and do everything with those pixels; measure by the models of those contracts, the first
    of which counts, or by the default one. Raises ImageError, ModelError."""
    image = decode_for_faces(data)
    faces, left_out = strongest(engine.detect(image.pixels), max_faces)
    measured = [
        (digest, engine.embed(image.pixels, [face.landmarks for face in faces], digest))
        for digest in (contracts or (engine.contract.digest,))
    ]
    return Analysis(
        width=image.width,
        height=image.height,
        format=image.format,
        taken_at=image.taken_at,
        faces=tuple(faces),
        vectors=measured[0][1],
        contract=measured[0][0],
        others=dict(measured[1:]),
        thumbnail=thumbnail_jpeg(image.pixels, PHOTO_SIDE),
        crops=tuple(crop_jpeg(image.pixels, face) for face in faces),
        unindexed=tuple(Unindexed(face, (EXCEEDS_MAX_FACES,)) for face in left_out),
    )


def crop_jpeg(pixels: NDArray[np.uint8], face: DetectedFace) -> bytes:
    """The square crop that grids show."""
    return encode_jpeg(face_crop(pixels, face.box, FACE_SIDE))


def strongest(
    faces: Sequence[DetectedFace], max_faces: int | None
) -> tuple[list[DetectedFace], list[DetectedFace]]:
    """(kept, left out), both large to small. Over `max_faces` the lowest quality goes first, then the
    smallest."""
    ordered = sorted(faces, key=lambda face: -face.box.area)
    if max_faces is None or len(ordered) <= max_faces:
        return ordered, []
    ranked = sorted(ordered, key=lambda face: (-_band(face), -face.box.area))
    kept = {id(face) for face in ranked[:max_faces]}
    return (
        [face for face in ordered if id(face) in kept],
        [face for face in ordered if id(face) not in kept],
    )


def _band(face: DetectedFace) -> int:
    return int(min(face.quality.brightness, face.quality.sharpness) // _QUALITY_BAND)
