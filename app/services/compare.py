"""Compare one face of an image with all faces of another; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import false_match_rate
from app.domain.errors import NoFace
from app.domain.geometry import Landmarks
from app.inference.engine import FaceEngine
from app.inference.quality_filter import QualityFilter, Reason
from app.services.image_faces import ImageFaces, ImageSource, chosen_face, filtered, look_at
from app.services.metrics.meter import UNCOUNTED, Meter, counts

MOST_TARGETS: Final = 100
# Up to here the scale was counted on pairs of strangers; above it, it follows the tail of their curve.
_COUNTED_UP_TO: Final = 90.0


@dataclass(frozen=True, slots=True)
class TargetMatch:
    """A face of the target: its index, similarity 0-100 and cosine -1 to 1."""

    index: int
    similarity: float
    cosine: float


@dataclass(frozen=True)
class Comparison:
    """`matches` has every target face (the 100 largest), the most similar first, whatever a threshold:
    moving that takes no new comparison. `source` and `target` can be compared again. `filtered` are faces of
    the target (indices) that the quality filter left out, with its reasons: they match nothing."""

    source: ImageFaces
    target: ImageFaces
    source_index: int
    matches: list[TargetMatch]
    filtered: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)

    def matched(self, threshold: float) -> list[TargetMatch]:
        return [match for match in self.matches if match.similarity >= threshold]

    def unmatched(self, threshold: float) -> list[TargetMatch]:
        return [match for match in self.matches if match.similarity < threshold]


class CompareService:
    """Thread-safe."""

    def __init__(self, engine: FaceEngine, meter: Meter = UNCOUNTED) -> None:
        self._engine = engine
        self._meter = meter

    @counts("DetectFaces")
    def look_at(self, source: ImageSource) -> ImageFaces:
        """Find the faces of an image once, for several comparisons. Raises ImageError."""
        seen = look_at(self._engine, source)
        self._meter.detected(faces=len(seen.faces))
        return seen

    @counts("CompareFaces")
    def compare(
        self,
        source: ImageSource,
        target: ImageSource,
        source_face: int | None = None,
        quality: QualityFilter = QualityFilter.NONE,
    ) -> Comparison:
        """The largest face of the source that the filter lets through, or the one of that index, with the
        faces of the target that it lets through.

        Raises NoFace where either image has none, InvalidParameter, ImageError.
        """
        seen = look_at(self._engine, source)
        poor = filtered(self._engine, seen, quality)
        index = chosen_face(seen, source_face, poor)
        _require_face("source", seen, quality, poor if source_face is None else {})
        other = look_at(self._engine, target)
        left_out = filtered(self._engine, other, quality)
        _require_face("target", other, quality, left_out)
        compared = [at for at in range(len(other.faces)) if at not in left_out][:MOST_TARGETS]
        cosines = np.einsum("ij,j->i", other.vectors[compared], seen.vectors[index], dtype=np.float64)
        cosines = np.clip(cosines, -1, 1).astype(np.float32)
        similarities = self._engine.scale.similarity(cosines)
        order = np.argsort(-cosines, kind="stable")
        matches = [TargetMatch(compared[at], float(similarities[at]), float(cosines[at])) for at in order]
        return Comparison(seen, other, index, matches, left_out)

    def aligned(self, image: ImageFaces, index: int, size: int = 112) -> NDArray[np.uint8]:
        """The face as the model sees it, turned upright: uint8 (size, size, 3)."""
        landmarks: Landmarks = image.faces[chosen_face(image, index)].landmarks
        return self._engine.aligned_crop(image.pixels, landmarks, size)


def _require_face(
    what: str, image: ImageFaces, quality: QualityFilter, left_out: Mapping[int, tuple[Reason, ...]]
) -> None:
    if not image.faces:
        raise NoFace(f"There is no face in the {what} image. Choose one in which a face can be seen.")
    if len(left_out) == len(image.faces):
        raise NoFace(
            f"No face in the {what} image is good enough for the filter {quality.value} "
            f"({', '.join(left_out[0])}). Choose a better picture, or filter less."
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """`chance` like "1 in 1,000": of two strangers reaching the similarity. `extrapolated` where that is
    rarer than could be counted."""

    chance: str
    extrapolated: bool
    sentence: str


def explain(similarity: float) -> Explanation:
    """What a similarity (0-100) means, as the scale defines it."""
    pairs = _rounded(1 / false_match_rate(similarity))
    extrapolated = similarity > _COUNTED_UP_TO
    if pairs <= 1:
        sentence = "Any two strangers reach this"
    else:
        sentence = f"One false match in {pairs:,} pairs of strangers"
    return Explanation(
        f"1 in {pairs:,}", extrapolated, sentence + (" (extrapolated)" if extrapolated else "")
    )


def _rounded(value: float) -> int:
    """Two digits count."""
    digits = max(int(np.floor(np.log10(value))) - 1, 0)
    step = int(10**digits)
    return round(value / step) * step
