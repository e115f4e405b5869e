"""Things of 80 kinds and where they are: NanoDet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.resampling import resized
from app.inference.sessions import Session
from app.inference.tensors import tensor_of

STRIDES = (8, 16, 32)
CELLS = 11
"""Distances of 0 to 10 cells from a place to each side of its box, as a distribution."""

STEP = 32
"""Sides of the input are multiples of it."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing of the `kind`th class; box: ratios (left, top, width, height); confidence: 0-100."""

    kind: int
    confidence: float
    box: tuple[float, float, float, float]


class ObjectDetector:
    """Finds things. Thread-safe and deterministic; raises ModelError where its file is missing or altered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        settings = session.model.settings
        try:
            self._long_side = int(settings["long_side"])
            self._second_side = int(settings["second_side"])
            self._sure = float(settings["sure"])
            self._least = float(settings["least_score"])
            self._overlap = float(settings["overlap"])
            self._curve = _curve(settings["confidence"])
            self._person_curve = _curve(settings["person_confidence"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {session.model.id} are not complete: {error}."
            ) from None

    def find(self, pixels: NDArray[np.uint8]) -> list[Thing]:
        """The things in uint8 (H, W, 3) RGB, the surest first.

        What fills the picture is seen only from farther away: where nothing sure was found, it is looked at
        once more, smaller.
        """
        things = self._find(pixels, self._long_side)
        longest = max(pixels.shape[:2])
        if longest > self._second_side and all(thing.confidence < self._sure for thing in things):
            things = self._merged(things + self._find(pixels, self._second_side))
        return things

    def _find(self, pixels: NDArray[np.uint8], long_side: int) -> list[Thing]:
        height, width = pixels.shape[:2]
        # Never enlarged: what is near then looks like nothing the network knows.
        factor = min(1.0, long_side / max(height, width))
        size = [max(STEP, round(side * factor / STEP) * STEP) for side in (height, width)]
        image = resized(pixels, size[1], size[0])
        answer = self._session.run(tensor_of(image[None], self._session.model.input))
        scores, distances = answer["scores"][0], answer["distances"][0]
        places, kinds = np.nonzero(scores >= self._least)
        boxes = decoded(distances[places], cells(size[0], size[1])[places])
        boxes = np.clip(boxes / np.array([size[1], size[0], size[1], size[0]], np.float32), 0, 1)
        found = [
            Thing(int(kind), self._confidence(int(kind), float(score)), _box(box))
            for kind, score, box in zip(kinds, scores[places, kinds], boxes, strict=True)
        ]
        return self._merged(found)

    def _confidence(self, kind: int, score: float) -> float:
        return float(np.interp(score, *(self._person_curve if kind == 0 else self._curve)))

    def _merged(self, things: list[Thing]) -> list[Thing]:
        """Of things of one kind that overlap, the surest."""
        order = sorted(things, key=lambda thing: (-thing.confidence, thing.kind, thing.box))
        kept: list[Thing] = []
        for thing in order:
            rivals = [other for other in kept if other.kind == thing.kind]
            if all(overlap(thing.box, other.box) <= self._overlap for other in rivals):
                kept.append(thing)
        return kept


def _curve(table: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    return [float(value) for value in table["scores"]], [float(value) for value in table["confidences"]]


def _box(corners: NDArray[np.floating]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in corners)
    return left, top, right - left, bottom - top


def cells(height: int, width: int) -> NDArray[np.float32]:
    """float32 (n, 3): x and y of the middle of each cell, in pixels, and its stride; the network's order."""
    parts = []
    for stride in STRIDES:
        y, x = np.mgrid[: -(-height // stride), : -(-width // stride)]
        middle = (np.stack([x.ravel(), y.ravel()], axis=1) + 0.5) * stride
        parts.append(np.column_stack([middle, np.full(len(middle), stride)]))
    return np.concatenate(parts).astype(np.float32)


def decoded(distances: NDArray[np.float32], places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Corners (n, 4) in pixels: the mean of each side's distribution (Li et al., Generalized Focal Loss,
    NeurIPS 2020), from the middle of the place's cell.

    Args:
        distances: float32 (n, 44), logits of left, top, right, bottom.
        places: float32 (n, 3) of `cells`.
    """
    logits = distances.reshape(-1, 4, CELLS)
    weights = np.exp(logits - logits.max(axis=2, keepdims=True))
    mean = (weights @ np.arange(CELLS, dtype=np.float32)) / weights.sum(axis=2) * places[:, 2:]
    return np.concatenate([places[:, :2] - mean[:, :2], places[:, :2] + mean[:, 2:]], axis=1)


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes (left, top, width, height)."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
