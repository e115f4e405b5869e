"""Things of 80 kinds and where they are: NanoDet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
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

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

INSIDE = 0.85
"""Share of a box within a surer one of its kind from which it is doubted: mostly a part of the same thing."""

DOUBT = 0.7
"""What is left of the confidence then: a child before its father is still found where it is plain."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing of the `kind`th class; box: ratios (left, top, width, height); confidence: 0-100."""

    kind: int
    confidence: float
    box: Box


class ObjectDetector:
    """Finds things. Thread-safe and deterministic; raises ModelError where its file is missing or altered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        settings = session.model.settings
        try:
            self._area = int(settings["area"])
            self._second_area = int(settings["second_area"])
            self._sure = float(settings["sure"])
            self._least = float(settings["least_score"])
            self._plain = float(settings["plain_person_score"])
            self._overlap = float(settings["overlap"])
            self._curve = _curve(settings["confidence"])
            self._person_curve = _curve(settings["person_confidence"])
            self._group_curve = _curve(settings["group_confidence"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {session.model.id} are not complete: {error}."
            ) from None

    def find(self, pixels: NDArray[np.uint8]) -> list[Thing]:
        """The things in uint8 (H, W, 3) RGB, the surest first.

        What fills the picture is seen only from farther away: where nothing sure was found, it is looked at
        once more, smaller.
        """
        things = self._find(pixels, self._area)
        large = pixels.shape[0] * pixels.shape[1] > 2 * self._second_area
        if large and all(thing.confidence < self._sure for thing in things):
            things += self._find(pixels, self._second_area)
        return self._merged(things)

    def _find(self, pixels: NDArray[np.uint8], area: int) -> list[Thing]:
        height, width = pixels.shape[:2]
        # Never enlarged: what is near then looks like nothing the network knows.
        factor = min(1.0, math.sqrt(area / (height * width)))
        size = [max(STEP, round(side * factor / STEP) * STEP) for side in (height, width)]
        image = resized(pixels, size[1], size[0])
        answer = self._session.run(tensor_of(image[None], self._session.model.input))
        scores, distances = answer["scores"][0], answer["distances"][0]
        places, kinds = np.nonzero(scores >= self._least)
        boxes = decoded(distances[places], cells(size[0], size[1])[places])
        boxes = np.clip(boxes / np.array([size[1], size[0], size[1], size[0]], np.float32), 0, 1)
        found = scores[places, kinds]
        # Where one person is plain, the others of a group are believed sooner than a shape on its own.
        plain = bool((found[kinds == 0] >= self._plain).any())
        person = self._group_curve if plain else self._person_curve
        curves = [person if kind == 0 else self._curve for kind in kinds]
        return [
            Thing(int(kind), float(np.interp(score, *curve)), _box(box))
            for kind, score, curve, box in zip(kinds, found, curves, boxes, strict=True)
        ]

    def _merged(self, things: list[Thing]) -> list[Thing]:
        """Of things of one kind that overlap, the surest; what lies within another is doubted."""
        kept: list[Thing] = []
        for thing in sorted(things, key=_surest):
            rivals = [other.box for other in kept if other.kind == thing.kind]
            if any(shared(thing.box, box) > self._overlap * joined(thing.box, box) for box in rivals):
                continue
            size = thing.box[2] * thing.box[3]
            if any(shared(thing.box, box) >= INSIDE * size for box in rivals):
                thing = replace(thing, confidence=thing.confidence * DOUBT)
            kept.append(thing)
        return sorted(kept, key=_surest)


def _curve(table: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    return [float(value) for value in table["scores"]], [float(value) for value in table["confidences"]]


def _surest(thing: Thing) -> tuple[float, int, Box]:
    return -thing.confidence, thing.kind, thing.box


def _box(corners: NDArray[np.floating]) -> Box:
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


def shared(one: Box, other: Box) -> float:
    """Area that two boxes have in common."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)


def joined(one: Box, other: Box) -> float:
    """Area that two boxes cover together."""
    return one[2] * one[3] + other[2] * other[3] - shared(one, other)
