"""Compare one face of an image with all faces of another; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.embedding import false_match_rate
from app.domain.errors import NoFace
from app.domain.geometry import Landmarks
from app.inference.engine import FaceEngine
from app.services.image_faces import ImageFaces, ImageSource, chosen_face, look_at

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
    moving that takes no new comparison. `source` and `target` can be compared again."""

    source: ImageFaces
    target: ImageFaces
    source_index: int
    matches: list[TargetMatch]

    def matched(self, threshold: float) -> list[TargetMatch]:
        return [match for match in self.matches if match.similarity >= threshold]

    def unmatched(self, threshold: float) -> list[TargetMatch]:
        return [match for match in self.matches if match.similarity < threshold]


class CompareService:
    """Thread-safe."""

    def __init__(self, engine: FaceEngine) -> None:
        self._engine = engine

    def look_at(self, source: ImageSource) -> ImageFaces:
        """Find the faces of an image once, for several comparisons. Raises ImageError."""
        return look_at(self._engine, source)

    def compare(self, source: ImageSource, target: ImageSource, source_face: int | None = None) -> Comparison:
        """The largest face of the source, or the one of that index, with the faces of the target.

        Raises NoFace where either image has none, InvalidParameter, ImageError.
        """
        seen = look_at(self._engine, source)
        index = chosen_face(seen, source_face)
        if not seen.faces:
            raise NoFace("There is no face in the source image. Choose one in which a face can be seen.")
        other = look_at(self._engine, target)
        if not other.faces:
            raise NoFace("There is no face in the target image. Choose one in which a face can be seen.")
        cosines = np.einsum("ij,j->i", other.vectors[:MOST_TARGETS], seen.vectors[index], dtype=np.float64)
        cosines = np.clip(cosines, -1, 1).astype(np.float32)
        similarities = self._engine.scale.similarity(cosines)
        order = np.argsort(-cosines, kind="stable")
        matches = [TargetMatch(int(at), float(similarities[at]), float(cosines[at])) for at in order]
        return Comparison(seen, other, index, matches)

    def aligned(self, image: ImageFaces, index: int, size: int = 112) -> NDArray[np.uint8]:
        """The face as the model sees it, turned upright: uint8 (size, size, 3)."""
        landmarks: Landmarks = image.faces[chosen_face(image, index)].landmarks
        return self._engine.aligned_crop(image.pixels, landmarks, size)


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
