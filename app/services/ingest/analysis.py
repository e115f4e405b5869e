"""A photo's bytes to all that is kept of it: faces, vectors, small pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes
from app.domain.faces import DetectedFace
from app.imaging.thumbnails import encode_jpeg, face_crop, quarter_turned, thumbnail_jpeg
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter, Reason
from app.services.ingest.decoding import decode_for_faces, faces_of

PHOTO_SIDE: Final = 320
FACE_SIDE: Final = 176

# Faces whose worse mark of brightness and sharpness (0-100) lies in one band count as equally good.
_QUALITY_BAND: Final = 20.0

# Pixels uint8 (H, W, 3) and faces of them, to what each looks like.
Describe: TypeAlias = Callable[[NDArray[np.uint8], Sequence[DetectedFace]], list[FaceAttributes]]
# Faces of an image with its width and height, to those that may be indexed and the others, with why not.
Admit: TypeAlias = Callable[
    [Sequence[DetectedFace], int, int], tuple[list[DetectedFace], list[tuple[DetectedFace, Reason]]]
]


@dataclass(frozen=True)
class Unindexed:
    """A face that was found and not kept, with Rekognition's reasons."""

    face: DetectedFace
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Analysis:
    """`vectors` is float32 (faces, dimension), each of length 1; `crops` has a JPEG for each face.
    Width and height are those of the whole upright photo. `vectors` are of the model with the contract
    (digest); `others` has those of more models, by contract. `turned` as in SeenFaces. `looks`: what the
    faces look like, and `unindexed_looks` the others, where that was asked for."""

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
    turned: int | None = None
    quality: QualityFilter = QualityFilter.AUTO
    max_faces: int | None = None
    looks: tuple[FaceAttributes, ...] | None = None
    unindexed_looks: tuple[FaceAttributes, ...] | None = None

    def only(self, faces: Sequence[int]) -> Analysis:
        """With those of its faces alone (indices)."""
        kept = list(faces)
        return replace(
            self,
            faces=tuple(self.faces[at] for at in kept),
            vectors=self.vectors[kept],
            crops=tuple(self.crops[at] for at in kept),
            others={digest: vectors[kept] for digest, vectors in self.others.items()},
            looks=None if self.looks is None else tuple(self.looks[at] for at in kept),
        )

    def vectors_of(self, contract: str) -> NDArray[np.float32] | None:
        """None where the faces were not measured by that model."""
        return self.vectors if contract == self.contract else self.others.get(contract)


def analyse(
    engine: FaceEngine,
    data: bytes,
    max_faces: int | None = None,
    contracts: Sequence[str] = (),
    quality: QualityFilter = QualityFilter.AUTO,
    admit: Admit | None = None,
    describe: Describe | None = None,
) -> Analysis:
    """Decode once and do everything with those pixels; measure by the models of those contracts, the first
    of which counts, or by the default one. Raises ImageError, ModelError."""
    image = decode_for_faces(data)
    seen = faces_of(engine, image)
    own, *more = contracts or (engine.contract.digest,)
    admitted, refused = (seen.faces, []) if admit is None else admit(seen.faces, image.width, image.height)
    chosen = choose(engine, image.pixels, admitted, quality, max_faces, own)
    faces = chosen.faces
    unindexed = chosen.left_out + [Unindexed(face, (reason,)) for face, reason in refused]
    unindexed.sort(key=lambda each: -each.face.box.area)
    looks = unindexed_looks = None
    if describe is not None:
        described = describe(image.pixels, [*faces, *(each.face for each in unindexed)])
        looks, unindexed_looks = tuple(described[: len(faces)]), tuple(described[len(faces) :])
    others = {
        digest: engine.embed(image.pixels, [face.landmarks for face in faces], digest) for digest in more
    }
    return Analysis(
        width=image.width,
        height=image.height,
        format=image.format,
        taken_at=image.taken_at,
        faces=tuple(faces),
        vectors=chosen.vectors,
        contract=own,
        others=others,
        turned=seen.turned,
        thumbnail=thumbnail_jpeg(image.pixels, PHOTO_SIDE),
        crops=tuple(crop_jpeg(image.pixels, face) for face in faces),
        unindexed=tuple(unindexed),
        quality=quality,
        max_faces=max_faces,
        looks=looks,
        unindexed_looks=unindexed_looks,
    )


def crop_jpeg(pixels: NDArray[np.uint8], face: DetectedFace) -> bytes:
    """The square crop that grids show."""
    return encode_jpeg(quarter_turned(face_crop(pixels, face.box, FACE_SIDE), face.pose.roll))


@dataclass(frozen=True)
class Chosen:
    """Both large to small; `vectors` float32 (faces, dimension) of the faces that are kept."""

    faces: list[DetectedFace]
    vectors: NDArray[np.float32]
    left_out: list[Unindexed]


def choose(
    engine: FaceEngine,
    pixels: NDArray[np.uint8],
    faces: Sequence[DetectedFace],
    quality: QualityFilter,
    max_faces: int | None,
    contract: str,
) -> Chosen:
    """Measure faces, and leave out those that the filter does. Over `max_faces` the lowest quality goes
    first, then the smallest: those are not measured at all."""
    height, width = pixels.shape[:2]
    ordered = sorted(faces, key=lambda face: -face.box.area)
    reasons: dict[int, tuple[Reason, ...]] = {}
    for at, face in enumerate(ordered):
        reasons[at] = engine.bars.reasons(face, width, height, np.nan, quality)
    waiting = [at for at in range(len(ordered)) if not reasons[at]]
    if max_faces is not None and len(waiting) > max_faces:
        waiting.sort(key=lambda at: -_band(ordered[at]))
    kept: dict[int, NDArray[np.float32]] = {}
    while waiting and (max_faces is None or len(kept) < max_faces):
        count = len(waiting) if max_faces is None else max_faces - len(kept)
        part, waiting = waiting[:count], waiting[count:]
        vectors, recognisable = engine.measure(pixels, [ordered[at].landmarks for at in part], contract)
        for at, vector, chance in zip(part, vectors, recognisable.tolist(), strict=True):
            reasons[at] = engine.bars.reasons(ordered[at], width, height, chance, quality)
            if not reasons[at]:
                kept[at] = vector
    for at in waiting:
        reasons[at] = (Reason.EXCEEDS_MAX_FACES,)
    dimension = engine.embedder(contract).contract.dimension
    return Chosen(
        [ordered[at] for at in sorted(kept)],
        np.array([kept[at] for at in sorted(kept)], np.float32).reshape(-1, dimension),
        [Unindexed(face, reasons[at]) for at, face in enumerate(ordered) if at not in kept],
    )


def _band(face: DetectedFace) -> int:
    return int(min(face.quality.brightness, face.quality.sharpness) // _QUALITY_BAND)
