"""Faces as a detector network gives them, before they are a DetectedFace: arrays, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Candidates:
    """n possible faces. boxes float32 (n, 4) as left, top, right, bottom; scores (n,) 0-1;
    points (n, 5, 2) as x, y. Pixels of whatever picture the maker names."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    points: NDArray[np.float32]

    @classmethod
    def none(cls) -> Candidates:
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32))

    @classmethod
    def joined(cls, parts: list[Candidates]) -> Candidates:
        if not parts:
            return cls.none()
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.points for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.scores)

    def taken(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Candidates:
        return Candidates(self.boxes[index], self.scores[index], self.points[index])

    def scaled(self, x: float, y: float) -> Candidates:
        """The same faces in a picture `x` times as wide and `y` times as high."""
        pair = np.array([x, y], np.float32)
        return Candidates(self.boxes * np.tile(pair, 2), self.scores, self.points * pair)

    def moved(self, x: float, y: float) -> Candidates:
        pair = np.array([x, y], np.float32)
        return Candidates(self.boxes + np.tile(pair, 2), self.scores, self.points + pair)

    @property
    def sides(self) -> NDArray[np.float32]:
        """Geometric mean of width and height, (n,)."""
        extent = np.maximum(self.boxes[:, 2:] - self.boxes[:, :2], 0)
        sides: NDArray[np.float32] = np.sqrt(extent[:, 0] * extent[:, 1])
        return sides


def overlaps(ones: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of each of (n, 4) boxes with each of (m, 4): (n, m)."""
    width = np.minimum(ones[:, None, 2], others[:, 2]) - np.maximum(ones[:, None, 0], others[:, 0])
    height = np.minimum(ones[:, None, 3], others[:, 3]) - np.maximum(ones[:, None, 1], others[:, 1])
    common = np.maximum(width, 0) * np.maximum(height, 0)
    union = _areas(ones)[:, None] + _areas(others) - common
    result: NDArray[np.float32] = common / np.maximum(union, np.float32(1e-9))
    return result


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return areas
