"""How well a model keeps people apart: two photographs of one person against photographs of two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# ITU-R BT.601: the weight of red, green and blue in brightness.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Separation:
    """Cosines: the lowest of one person's pairs, the highest of two people's, and the mean of those."""

    same: float
    others: float
    mean: float

    @property
    def gap(self) -> float:
        """Above 0 where every pair of one person is closer than every pair of two people."""
        return self.same - self.others


@dataclass(frozen=True, eq=False)
class LabelledFaces:
    """`crops` are aligned, uint8 (n, 112, 112, 3); `people` and `photos` int64 (n,) say who is on which
    picture."""

    crops: NDArray[np.uint8]
    people: NDArray[np.int64]
    photos: NDArray[np.int64]

    def pairs(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Upper triangles (n, n): pairs of one person on two pictures, and pairs of two people."""
        upper = np.triu(np.ones((len(self.people),) * 2, bool), 1)
        same = self.people[:, None] == self.people[None]
        apart = self.photos[:, None] != self.photos[None]
        return upper & same & apart, upper & ~same

    def taking(self, rows: NDArray[np.int64]) -> LabelledFaces:
        return LabelledFaces(self.crops[rows], self.people[rows], self.photos[rows])


def separation(faces: LabelledFaces, vectors: NDArray[np.float32]) -> tuple[Separation, NDArray[np.float64]]:
    """Also the cosines of two people's pairs. `vectors` (n, dimension), of any length.

    Raises:
        ValueError: there is no pair of one kind.
    """
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    cosines = np.asarray(unit @ unit.T, np.float64)
    same, other = (cosines[which] for which in faces.pairs())
    if not len(same) or not len(other):
        raise ValueError("pairs of one person and of two people are needed")
    return Separation(float(same.min()), float(other.max()), float(other.mean())), other


def grey(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Without colour: what knows people by it alone, such as a net that was never trained, is found out."""
    brightness = np.rint(crops @ _LUMA).astype(np.uint8)
    return np.repeat(brightness[..., None], 3, axis=-1)
