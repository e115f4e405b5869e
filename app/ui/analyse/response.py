"""The picture as Rekognition's operations would answer for it, with their requests and the equal commands.
No Qt."""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import Any

from app.domain.celebrities import CelebrityResult
from app.services import shapes
from app.services.celebrities import shapes as celebrity_shapes
from app.ui.analyse.state import Analysed

MIN_LABEL, MOST_LABELS, MIN_MODERATION = 55.0, 1000, 50.0


class Operation(StrEnum):
    FACES = "DetectFaces"
    LABELS = "DetectLabels"
    MODERATION = "DetectModerationLabels"
    CELEBRITIES = "RecognizeCelebrities"


_COMMANDS = {
    Operation.FACES: "detect {} --attributes --json",
    Operation.LABELS: "labels {} --json",
    Operation.MODERATION: "moderate {} --json",
    Operation.CELEBRITIES: "celebrities recognize {} --json",
}


def request_json(operation: Operation, analysed: Analysed) -> dict[str, Any]:
    """Bytes stand for the file's content."""
    request: dict[str, Any] = {"Image": {"Bytes": f"<base64 of {analysed.name}>"}}
    if operation is Operation.FACES:
        request["Attributes"] = ["ALL"]
    elif operation is Operation.LABELS:
        request |= {
            "MaxLabels": MOST_LABELS,
            "MinConfidence": MIN_LABEL,
            "Features": ["GENERAL_LABELS", "IMAGE_PROPERTIES"],
        }
    elif operation is Operation.MODERATION:
        request["MinConfidence"] = MIN_MODERATION
    return request


def response_json(
    operation: Operation, analysed: Analysed, celebrities: CelebrityResult | None
) -> dict[str, Any]:
    """`celebrities` is None until they were asked for: then nobody is recognised yet."""
    analysis = analysed.analysis
    if operation is Operation.FACES:
        answer = shapes.detect_faces((each.face, each.attributes) for each in analysis.faces)
        return answer | {"OrientationCorrection": shapes.orientation(analysis.turned)}
    if operation is Operation.LABELS:
        answer = shapes.detect_labels(analysis.description, MIN_LABEL, MOST_LABELS)
        return answer | {"OrientationCorrection": shapes.orientation(analysis.turned)}
    if operation is Operation.MODERATION:
        return shapes.moderation(analysis.description, MIN_MODERATION)
    return {} if celebrities is None else celebrity_shapes.recognized(celebrities)


def command(operation: Operation, analysed: Analysed) -> str:
    """What does the same on the command line."""
    target = shlex.quote(str(analysed.path)) if analysed.path is not None else "PICTURE"
    return f"likeness {_COMMANDS[operation].format(target)}"
