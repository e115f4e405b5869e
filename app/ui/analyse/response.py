"""The picture as Rekognition's operations are asked of it and answer. No Qt."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

from app.domain.celebrities import CelebrityResult
from app.services import shapes
from app.services.calls import Call, Calls
from app.services.celebrities import shapes as celebrity_shapes
from app.ui.analyse.state import Analysed

MIN_LABEL, MOST_LABELS, MIN_MODERATION = 55.0, 1000, 50.0
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
        asked |= {
            "MaxLabels": MOST_LABELS,
            "MinConfidence": MIN_LABEL,
            "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"],
        }
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
        faces = analysis.faces[:MOST_FACES]
        return shapes.detect_faces((each.face, each.attributes) for each in faces) | turned
    if operation is Operation.LABELS:
        return shapes.detect_labels(analysis.description, MIN_LABEL, MOST_LABELS) | turned
    if operation is Operation.MODERATION:
        return shapes.moderation(analysis.description, MIN_MODERATION)
    return None if celebrities is None else celebrity_shapes.recognized(_described(celebrities, analysed))


def _described(result: CelebrityResult, analysed: Analysed) -> CelebrityResult:
    """With what the faces look like: the page has worked that out for itself."""
    looks = [each.attributes for each in analysed.analysis.faces]
    return replace(
        result,
        faces=tuple(replace(each, attributes=looks[each.index]) for each in result.faces),
        unrecognized=tuple(replace(each, attributes=looks[each.index]) for each in result.unrecognized),
        turned=analysed.analysis.turned,
    )


def _notes(operation: Operation, analysed: Analysed, celebrities: CelebrityResult | None) -> list[str]:
    notes = []
    if operation is Operation.FACES and analysed.count > MOST_FACES:
        notes.append(f"Rekognition answers with the {MOST_FACES} largest of the {analysed.count:,} faces.")
    if operation is Operation.CELEBRITIES and analysed.count > MOST_CELEBRITIES:
        notes.append(f"Only the {MOST_CELEBRITIES} largest of the {analysed.count:,} faces are asked for.")
    if operation is Operation.CELEBRITIES and celebrities is not None and celebrities.waiting:
        notes.append(f"Still being measured, and not asked: {', '.join(celebrities.waiting)}.")
    return notes
