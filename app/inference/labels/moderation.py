"""What should not be shown to everyone: nudity and what suggests it, by two networks that must agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import ModerationLabel
from app.domain.errors import ModelError
from app.inference.resampling import resized
from app.inference.sessions import Session
from app.inference.tensors import tensor_of

EXPLICIT: Final = "Explicit Nudity"
NUDITY: Final = "Nudity"
SUGGESTIVE: Final = "Suggestive"
DRAWN: Final = "Illustrated Explicit Nudity"

DRAWING, HENTAI, NEUTRAL, PORN, SEXY = range(5)
"""The order of NSFW JS's answers."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Probabilities 0-1. unsafe: of Open NSFW; the five of NSFW JS add up to 1."""

    unsafe: float
    drawing: float
    hentai: float
    neutral: float
    porn: float
    sexy: float


class Moderator:
    """Thread-safe and deterministic; raises ModelError where a file is missing or altered."""

    def __init__(self, explicit: Session, suggestive: Session) -> None:
        self._explicit = explicit
        self._suggestive = suggestive
        settings = suggestive.model.settings
        try:
            self._curves = {name: _curve(settings[name]) for name in ("nudity", "drawn", "suggestive")}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {suggestive.model.id} are not complete: {error}."
            ) from None

    def opinions(self, pixels: NDArray[np.uint8]) -> Opinions:
        """Of uint8 (H, W, 3) RGB: the whole picture squeezed into a square, as both were trained."""
        return Opinions(self._unsafe(pixels), *self._five(pixels))

    def judge(self, pixels: NDArray[np.uint8]) -> tuple[ModerationLabel, ...]:
        """The labels of any confidence above 0, the surest first, each after its parent.

        Open NSFW takes most of the time and can only lower what NSFW JS says: it is asked where that alone
        would be a label.
        """
        five = self._five(pixels)
        if not labels_of(Opinions(1.0, *five), self._curves):
            return ()
        return labels_of(Opinions(self._unsafe(pixels), *five), self._curves)

    def _unsafe(self, pixels: NDArray[np.uint8]) -> float:
        return float(self._probabilities(self._explicit, pixels)[1])

    def _five(self, pixels: NDArray[np.uint8]) -> list[float]:
        return [float(value) for value in self._probabilities(self._suggestive, pixels)]

    @staticmethod
    def _probabilities(session: Session, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        size = session.model.input.size
        if size is None:
            raise ModelError(f"The model {session.model.id} needs a size of its input.")
        margin = float(session.model.settings.get("margin", 0.0))
        height, width = pixels.shape[:2]
        top, left = round(height * margin), round(width * margin)
        inner = pixels[top : height - top, left : width - left] if margin else pixels
        image = resized(np.ascontiguousarray(inner), size[1], size[0])
        told: NDArray[np.float32] = session.run(tensor_of(image[None], session.model.input))["probabilities"][
            0
        ]
        return told


def _curve(table: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    return [float(value) for value in table["probabilities"]], [
        float(value) for value in table["confidences"]
    ]


def labels_of(
    seen: Opinions, curves: Mapping[str, tuple[list[float], list[float]]]
) -> tuple[ModerationLabel, ...]:
    """The taxonomy's labels that two networks can tell.

    Nudity in a photo is the lower of what both say of it, so that the error of one is not enough: NSFW JS
    takes one close-up of a face in eight for nudity, Open NSFW one in a hundred. A drawing is for NSFW JS
    alone, Open NSFW never learnt any. Suggestive is its “sexy”, with what both take for nudity. Of nudity
    neither can tell whose or what kind it is: the labels below “Nudity” are never given.
    """
    told = {
        "nudity": min(seen.unsafe, seen.porn + seen.sexy + seen.hentai),
        "drawn": seen.hentai * (seen.hentai + seen.drawing),
        "suggestive": seen.sexy + min(seen.porn, seen.unsafe),
    }
    sure = {name: float(np.interp(value, *curves[name])) for name, value in told.items()}
    found = []
    explicit = max(sure["nudity"], sure["drawn"])
    if explicit > 0:
        found.append(ModerationLabel(EXPLICIT, "", 1, explicit))
    if sure["nudity"] > 0:
        found.append(ModerationLabel(NUDITY, EXPLICIT, 2, sure["nudity"]))
    if sure["drawn"] > 0:
        found.append(ModerationLabel(DRAWN, EXPLICIT, 2, sure["drawn"]))
    if sure["suggestive"] > 0:
        found.append(ModerationLabel(SUGGESTIVE, "", 1, sure["suggestive"]))
    return tuple(sorted(found, key=lambda label: (-label.confidence, label.level)))
