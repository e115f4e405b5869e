"""Faces of a picture: found, indexed, compared with those of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.faces import DetectedFace
from app.inference.quality_filter import QualityFilter, Reason
from app.rekognition.operations.handler import Handler, Json
from app.rekognition.operations.images import Picture, picture
from app.services import shapes
from app.services.compare import Comparison
from app.services.face_shapes import face_detail
from app.services.image_faces import ImageFaces, ProtocolFaces, look_at
from app.services.workbench import Workbench

SIMILARITY: Final = 80.0
PROTOCOL: Final = ProtocolFaces(most=100)

# The names that a request has for FaceDetail's members.
_MEMBERS: Final = {
    "AGE_RANGE": "AgeRange",
    "BEARD": "Beard",
    "EMOTIONS": "Emotions",
    "EYE_DIRECTION": "EyeDirection",
    "EYEGLASSES": "Eyeglasses",
    "EYES_OPEN": "EyesOpen",
    "FACE_OCCLUDED": "FaceOccluded",
    "GENDER": "Gender",
    "MOUTH_OPEN": "MouthOpen",
    "MUSTACHE": "Mustache",
    "SMILE": "Smile",
    "SUNGLASSES": "Sunglasses",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Attributes that were asked for. `only`: members of FaceDetail; None for all, with thirty landmarks."""

    only: frozenset[str] | None = frozenset()

    @classmethod
    def of(cls, names: Sequence[str] | None) -> Wanted:
        """DEFAULT adds nothing: it is always there."""
        if names and "ALL" in names:
            return cls(None)
        return cls(frozenset(_MEMBERS[name] for name in names or () if name in _MEMBERS))

    @property
    def any(self) -> bool:
        """Whether the attributes' models have to run."""
        return self.only is None or bool(self.only)


def quality_of(request: Json, default: QualityFilter) -> QualityFilter:
    return QualityFilter(request.get("QualityFilter", default.value))


def detect_faces(bench: Workbench, request: Json) -> Json:
    wanted = Wanted.of(request.get("Attributes"))
    return bench.turns.run(_detected, bench, picture(bench, request["Image"]), wanted)


def _detected(bench: Workbench, shown: Picture, wanted: Wanted) -> Json:
    image = shown.decoded()
    found = bench.detect.detect_decoded(image, PROTOCOL)
    looks = bench.describe.looks(image.pixels, found.faces) if wanted.any else [None] * len(found.faces)
    return {
        "FaceDetails": [
            face_detail(face, look, wanted.only) for face, look in zip(found.faces, looks, strict=True)
        ],
        "OrientationCorrection": shapes.orientation(found.turned),
    }


def index_faces(bench: Workbench, request: Json) -> Json:
    # A collection that is not there is said before anything is wrong with the picture.
    pk = bench.collections.pk(request["CollectionId"])
    shown = picture(bench, request["Image"])
    wanted = Wanted.of(request.get("DetectionAttributes"))

    def admit(
        faces: Sequence[DetectedFace], width: int, height: int
    ) -> tuple[list[DetectedFace], list[tuple[DetectedFace, Reason]]]:
        shown.check_sides(width, height)
        return PROTOCOL.of(faces, width, height)

    with bench.turns.turn():
        result = bench.ingest.index_image(
            request["CollectionId"],
            shown.data,
            request.get("ExternalImageId"),
            request.get("MaxFaces"),
            quality_of(request, QualityFilter.AUTO),
            place=shown.place,
            admit=admit,
            describe=bench.describe.looks if wanted.any else None,
        )
    return shapes.indexed(result, bench.search.model_id(pk), wanted.only)


def compare_faces(bench: Workbench, request: Json) -> Json:
    source, target = picture(bench, request["SourceImage"]), picture(bench, request["TargetImage"])
    quality = quality_of(request, QualityFilter.NONE)
    compared = bench.turns.run(_compared, bench, source, target, quality)
    return shapes.comparison(compared, request.get("SimilarityThreshold", SIMILARITY))


def _compared(bench: Workbench, source: Picture, target: Picture, quality: QualityFilter) -> Comparison:
    # Without a filter only the largest face can be the one that is compared.
    most = ProtocolFaces(most=1) if quality is QualityFilter.NONE else PROTOCOL
    return bench.compare.compare(_seen(bench, source, most), _seen(bench, target, PROTOCOL), quality=quality)


def _seen(bench: Workbench, shown: Picture, protocol: ProtocolFaces) -> ImageFaces:
    seen = look_at(bench.engine, shown.data, protocol=protocol)
    shown.check_sides(seen.width, seen.height)
    return seen


HANDLERS: Final[Mapping[str, Handler]] = {
    "DetectFaces": detect_faces,
    "IndexFaces": index_faces,
    "CompareFaces": compare_faces,
}
