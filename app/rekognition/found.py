"""How many faces and labels an answer tells of, for the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.services.metrics.meter import Running

# Detected in the request's image; matches are of faces that were detected earlier.
_FACES: Final = ("FaceDetails", "FaceRecords", "UnindexedFaces", "CelebrityFaces", "UnrecognizedFaces")
_SEARCHED: Final = ("SearchedFaceBoundingBox", "SourceImageFace")
_TARGETS: Final = ("FaceMatches", "UnmatchedFaces")
_LABELS: Final = ("Labels", "ModerationLabels")


def note_found(running: Running, answer: Mapping[str, Any]) -> None:
    """Set the counts of the running operation from its answer."""
    faces = _entries(answer, _FACES) + sum(answer.get(name) is not None for name in _SEARCHED)
    if "SourceImageFace" in answer:
        faces += _entries(answer, _TARGETS)
    searched = answer.get("SearchedFace")
    if searched and "FaceDetail" in searched:
        faces += 1 + _entries(answer, ("UnsearchedFaces",))
    running.faces = faces
    running.labels = _entries(answer, _LABELS)


def _entries(answer: Mapping[str, Any], names: tuple[str, ...]) -> int:
    return sum(len(answer.get(name) or ()) for name in names)
