"""Eyeglasses, sunglasses, beard, mustache and whether the face is covered, from the means of a face network's
maps (docs/adr/0064, 0075)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import FaceView

# Where these points of the mesh come to lie in the crop of 96 pixels: corners of the eyes, tip of the nose,
# corners of the mouth. The means of 395 frontal faces on ArcFace's template, made symmetric, moved up by 24
# of its 112 pixels, so that the chin is inside and the forehead is not, and scaled.
POINTS: Final = (33, 133, 362, 263, 4, 61, 291)
PLACES: Final[NDArray[np.float64]] = np.array(
    [[25.0, 24.5], [38.8, 25.3], [56.2, 25.3], [70.0, 24.5], [47.5, 41.3], [33.4, 56.8], [61.6, 56.8]]
)
SIZE: Final = 96
# Faces in one run of the network: more do not fit the cache.
BATCH: Final = 4
# The probability of a woman counts as no surer than this either way: a wrong guess must not decide alone.
SUREST: Final = 0.95


@dataclass(frozen=True, slots=True)
class Wear:
    """Probabilities 0-1; 0.5 is where yes is as likely as no if half of all faces had it.

    eyeglasses: glasses of any kind, sunglasses included. sunglasses: glasses that hide the eyes. covered: a
    mask, a scarf, a hand or a thing hides the mouth, the nose or an eye; glasses and hair do not count.
    """

    eyeglasses: float
    sunglasses: float
    beard: float
    mustache: float
    covered: float


ANSWERS: Final = 5


class WearReader:
    """A Reader of Wear that is also told how likely each face is a woman's."""

    def __init__(self, session: Session) -> None:
        """Raises ModelError if the manifest does not say what being a woman's face counts."""
        self._session = session
        try:
            table = session.model.settings["woman"]
            self._woman = (float(table["beard"]), float(table["mustache"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The entry of the model {session.model.id} lacks the weights of a woman's face ({error})."
            ) from error

    def read(self, views: Sequence[FaceView], women: Sequence[float]) -> list[Wear]:
        """What each face wears.

        Args:
            views: the faces.
            women: probability 0-1 of each that it looks like a woman's; 0.5 where it is not known.
        Raises:
            ModelError: the model's file is missing, altered or gives another count of answers.
        """
        if len(views) != len(women):
            raise ValueError(f"{len(views)} faces, {len(women)} probabilities of a woman")
        answers: list[Wear] = []
        for start in range(0, len(views), BATCH):
            part = views[start : start + BATCH]
            chips = np.stack([crop_of(view) for view in part])
            logits = self._session.run(tensor_of(chips, self._session.model.input)).get("logits")
            if logits is None or logits.shape != (len(part), ANSWERS):
                raise ModelError(f"The model {self._session.model.id} does not give five “logits” a face.")
            for row, woman in zip(logits.astype(np.float64), women[start : start + BATCH], strict=True):
                answers.append(_wear(row, manliness(woman), self._woman))
        return answers


def crop_of(view: FaceView) -> NDArray[np.uint8]:
    """What the network looks at: uint8 (SIDE, SIDE, 3)."""
    return view.chip(POINTS, PLACES, SIZE)


def manliness(woman: float) -> float:
    """Log odds of a man against a woman, bounded by SUREST."""
    bounded = min(max(woman, 1 - SUREST), SUREST)
    return float(np.log((1 - bounded) / bounded))


def _wear(logits: NDArray[np.float64], man: float, weights: tuple[float, float]) -> Wear:
    logits = logits + np.array([0.0, 0.0, weights[0] * man, weights[1] * man, 0.0])
    eyeglasses, sunglasses, beard, mustache, covered = (1 / (1 + np.exp(-logits))).tolist()
    # Who wears sunglasses wears glasses.
    return Wear(max(eyeglasses, sunglasses), sunglasses, beard, mustache, covered)
