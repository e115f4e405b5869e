"""The embedding contract and the similarity scale: what makes two vectors comparable."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class EmbeddingContract:
    """What a vector depends on. Vectors of different contracts are never compared."""

    model_id: str
    file_sha256: str
    dimension: int
    alignment: str
    preprocessing: str

    @cached_property
    def digest(self) -> str:
        """16 hex digits over all the fields."""
        canonical = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class SimilarityScale:
    """Cosine to similarity 0-100, piecewise linear between knots that rise in both.

    Knots are fitted on verification pairs (models/manifest.toml names the command):
    80 = one false match in 1,000 pairs of strangers, 90 = in 10,000, 99 = in 1,000,000.
    """

    cosines: tuple[float, ...]
    similarities: tuple[float, ...]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.cosines, self.cosines[1:], strict=False)) and all(
            a < b for a, b in zip(self.similarities, self.similarities[1:], strict=False)
        )
        if len(self.cosines) != len(self.similarities) or len(self.cosines) < 2 or not rising:
            raise ValueError("a similarity scale needs two or more knots that rise")

    def similarity(self, cosine: NDArray[np.float32] | float) -> NDArray[np.float64]:
        """Any shape of cosines (-1 to 1) to similarities (0-100)."""
        return np.asarray(np.interp(cosine, self.cosines, self.similarities), np.float64)

    def cosine(self, similarity: float) -> float:
        """The cosine that a similarity threshold (0-100) stands for."""
        return float(np.interp(similarity, self.similarities, self.cosines))


def false_match_rate(similarity: float) -> float:
    """Chance that two strangers reach this similarity: log-linear through 80 = 1e-3, 90 = 1e-4,
    99 = 1e-6; below 80 it falls to 1 at 0. The definition of the scale, the same for every model."""
    exponent = np.interp(similarity, [0.0, 80.0, 90.0, 99.0, 100.0], [0.0, -3.0, -4.0, -6.0, -6.5])
    return float(10.0**exponent)
