"""A comparison as CompareFaces is asked and answers. No Qt."""

from __future__ import annotations

from app.services import shapes
from app.services.calls import Calls, ImageFile
from app.services.compare import Comparison


def calls(comparison: Comparison, threshold: float, source: ImageFile, target: ImageFile) -> Calls:
    """At a threshold of 0-100. CompareFaces compares the largest face of the source."""
    request = {
        "SourceImage": source,
        "TargetImage": target,
        "SimilarityThreshold": threshold,
        "QualityFilter": "NONE",
    }
    notes = []
    if comparison.source_index:
        notes.append(
            "Another than the largest face of the source is compared here. CompareFaces takes the largest: "
            "to ask the same, cut the picture to the face."
        )
    return Calls.one("CompareFaces", request, shapes.comparison(comparison, threshold), notes)
