"""A comparison as CompareFaces answers it. No Qt."""

from __future__ import annotations

from typing import Any

from app.services import shapes
from app.services.compare import Comparison


def response_json(comparison: Comparison, threshold: float) -> dict[str, Any]:
    """FaceMatches from the threshold on, descending; the rest in UnmatchedFaces."""
    source = comparison.source.faces[comparison.source_index]
    faces = comparison.target.faces
    return {
        "SourceImageFace": {
            "BoundingBox": shapes.bounding_box(source.box),
            "Confidence": round(source.confidence, 4),
        },
        "FaceMatches": [
            {
                "Similarity": shapes.similarity(match.similarity),
                "Face": shapes.compared_face(faces[match.index]),
            }
            for match in comparison.matched(threshold)
        ],
        "UnmatchedFaces": [
            shapes.compared_face(faces[match.index]) for match in comparison.unmatched(threshold)
        ],
        "SourceImageOrientationCorrection": None,
        "TargetImageOrientationCorrection": None,
    }
