"""The picture as Rekognition's operations are asked of it and answer. No Qt."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

from app.domain.celebrities import CelebrityResult
from app.services import shapes
from app.services.calls import Call, Calls, too_small
from app.services.celebrities import shapes as celebrity_shapes
from app.services.describing import AnalysedFace
from app.services.image_faces import ProtocolFaces
from app.services.search import Reason
from app.ui.analyse.state import LABELS, MIN_MODERATION, Analysed

MOST_FACES, MOST_CELEBRITIES = 100, 64


class Operation(StrEnum):
    FACES = "DetectFaces"
    LABELS = "DetectLabels"
    MODERATION = "DetectModerationLabels"
    CELEBRITIES = "RecognizeCelebrities"


def calls(
    operations: tuple[Operation, ...], analysed: Analysed, celebrities: CelebrityResult | None
) -> Calls:
    """One of each; `celebrities` is None until they were asked for."""
    return Calls(
        tuple(
            Call(
                operation.value,
                request(operation, analysed),
                answer(operation, analysed, celebrities),
                tuple(_notes(operation, analysed, celebrities)),
            )
            for operation in operations
        )
    )


def request(operation: Operation, analysed: Analysed) -> dict[str, Any]:
    asked: dict[str, Any] = {"Image": analysed.file}
    if operation is Operation.FACES:
        asked["Attributes"] = ["ALL"]
    elif operation is Operation.LABELS:
        asked |= LABELS
    elif operation is Operation.MODERATION:
        asked["MinConfidence"] = MIN_MODERATION
    return asked


def answer(
    operation: Operation, analysed: Analysed, celebrities: CelebrityResult | None
) -> dict[str, Any] | None:
    """None where it is not known yet."""
    analysis = analysed.analysis
    turned = {"OrientationCorrection": shapes.orientation(analysis.turned)}
    if operation is Operation.FACES:
        seen, _ = _seen(analysed, MOST_FACES)
        return shapes.detect_faces((each.face, each.attributes) for each in seen) | turned
    if operation is Operation.LABELS:
        return analysed.told.labels
    if operation is Operation.MODERATION:
        return analysed.told.moderation
    return None if celebrities is None else celebrity_shapes.recognized(_described(celebrities, analysed))


def _seen(analysed: Analysed, most: int) -> tuple[list[AnalysedFace], int]:
    """The faces that Rekognition answers with, large to small, and how many are too small for it."""
    analysis = analysed.analysis
    faces = {id(each.face): each for each in analysis.faces}
    seen, others = ProtocolFaces(most).of(
        [each.face for each in analysis.faces], analysis.width, analysis.height
    )
    small = sum(reason is Reason.SMALL_BOUNDING_BOX for _, reason in others)
    return [faces[id(face)] for face in seen], small


def _described(result: CelebrityResult, analysed: Analysed) -> CelebrityResult:
    """With what the faces look like: the page has worked that out for itself."""
    looks = [each.attributes for each in analysed.analysis.faces]
    seen, _ = _seen(analysed, MOST_CELEBRITIES)
    boxes = {each.face.box for each in seen}
    return replace(
        result,
        faces=tuple(
            replace(each, attributes=looks[each.index]) for each in result.faces if each.face.box in boxes
        ),
        unrecognized=tuple(
            replace(each, attributes=looks[each.index])
            for each in result.unrecognized
            if each.face.box in boxes
        ),
        turned=analysed.analysis.turned,
    )


def _notes(operation: Operation, analysed: Analysed, celebrities: CelebrityResult | None) -> list[str]:
    notes = []
    most = {Operation.FACES: MOST_FACES, Operation.CELEBRITIES: MOST_CELEBRITIES}.get(operation)
    if most is not None:
        seen, small = _seen(analysed, most)
        if small:
            notes.append(too_small(small))
        if analysed.count - small > len(seen):
            notes.append(f"Rekognition answers with the {most} largest of the {analysed.count:,} faces.")
    if operation is Operation.CELEBRITIES and celebrities is not None and celebrities.waiting:
        notes.append(f"Still being measured, and not asked: {', '.join(celebrities.waiting)}.")
    return notes
