"""A comparison as CompareFaces is asked and answers. No Qt."""

from __future__ import annotations

from dataclasses import replace

from app.services import shapes
from app.services.calls import Calls, ImageFile, too_small
from app.services.compare import Comparison
from app.services.image_faces import ProtocolFaces
from app.services.search import Reason


def calls(comparison: Comparison, threshold: float, source: ImageFile, target: ImageFile) -> Calls:
    """At a threshold of 0-100. CompareFaces compares the largest face of the source."""
    request = {
        "SourceImage": source,
        "TargetImage": target,
        "SimilarityThreshold": threshold,
        "QualityFilter": "NONE",
    }
    notes = []
    shown, small = _seen(comparison)
    if small:
        notes.append(too_small(small))
    if comparison.source_index:
        notes.append(
            "Another than the largest face of the source is compared here. CompareFaces takes the largest: "
            "to ask the same, cut the picture to the face."
        )
    return Calls.one("CompareFaces", request, shapes.comparison(shown, threshold), notes)


def _seen(comparison: Comparison) -> tuple[Comparison, int]:
    """With the faces of the target that Rekognition answers with, and how many are too small for it."""
    target = comparison.target
    seen, others = ProtocolFaces().of(target.faces, target.width, target.height)
    answered = {id(face) for face in seen}
    matches = [match for match in comparison.matches if id(target.faces[match.index]) in answered]
    small = sum(reason is Reason.SMALL_BOUNDING_BOX for _, reason in others)
    return replace(comparison, matches=matches), small
