"""Emotions and smile as a face shows them: two networks that look at the picture, and the muscles that the
dense landmarks tell of.

The networks give seven classes each; their probabilities are multiplied with weights. Rekognition's nine
types are those seven, with neutral called CALM, and CONFUSED and UNKNOWN: no model here can tell confusion,
so it is absent, and UNKNOWN takes what is left where the networks disagree or nothing stands out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import Emotion
from app.domain.errors import ModelError
from app.inference.crops import upright_square
from app.inference.manifest import Model
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import FaceView

EMOTIONS: Final = (
    Emotion.CALM,
    Emotion.HAPPY,
    Emotion.SAD,
    Emotion.ANGRY,
    Emotion.FEAR,
    Emotion.DISGUSTED,
    Emotion.SURPRISED,
)
"""In the order of face-api's classes."""

# The other network's classes are angry, disgust, fear, happy, sad, surprise, neutral.
_GREY_ORDER: Final = (6, 3, 4, 0, 2, 1, 5)

COLOUR_CROPS: Final = ((0.9, False), (1.1, True))
GREY_CROPS: Final = ((0.95, True),)
"""Scales, and whether mirrored."""

# Weights of red, green and blue in the grey that the network was trained with (ITU-R BT.601).
_GREY: Final = np.array([0.2989, 0.5870, 0.1140], np.float32)

# The points of the mesh that the network of muscles takes (MediaPipe, face_blendshapes_graph.cc).
MUSCLE_POINTS: Final = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67,
    70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146,
    148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181,
    185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293,
    295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361,
    362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398,
    400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)  # fmt: skip

HAPPY: Final = EMOTIONS.index(Emotion.HAPPY)
SMILE_MUSCLES: Final = (44, 45)
"""mouthSmileLeft and mouthSmileRight."""

LIMIT: Final = 4.0
LEAST: Final = 1e-4
"""A smaller probability is this one: what a network finds impossible must not decide alone."""

_BATCH: Final = 8


@dataclass(frozen=True, slots=True)
class Expressions:
    """emotions: confidence 0-100, they add up to 100. smile: probability 0-1."""

    emotions: dict[Emotion, float]
    smile: float


@dataclass(frozen=True, slots=True)
class Votes:
    """What the networks say of n faces. colour, grey: float64 (n, 7), logarithms of probabilities in the
    order of EMOTIONS. muscles: float64 (n, 52), 0-1, in the order of MediaPipe's blendshapes."""

    colour: NDArray[np.float64]
    grey: NDArray[np.float64]
    muscles: NDArray[np.float64]


class ExpressionReader:
    """Emotions and smiles of faces; a Reader[Expressions]."""

    def __init__(self, colour: Session, grey: Session, muscles: Session) -> None:
        """The sessions of Task.EXPRESSION, GREY_EXPRESSION and FACE_MUSCLES. Raises ModelError where the
        manifest lacks the weights."""
        self._colour, self._grey, self._muscles = colour, grey, muscles
        self._weights = Weights.of(colour.model)

    def read(self, views: Sequence[FaceView]) -> list[Expressions]:
        if not views:
            return []
        votes = self.votes(views)
        smiles = self._weights.smiles(votes)
        emotions = self._weights.emotions(votes)
        return [
            Expressions(named(confidences), float(smile))
            for confidences, smile in zip(emotions, smiles, strict=True)
        ]

    def votes(self, views: Sequence[FaceView]) -> Votes:
        """What each network says, before it is weighed."""
        found = [self._batch(views[start : start + _BATCH]) for start in range(0, len(views), _BATCH)]
        colour, grey, muscles = (np.concatenate(each) for each in zip(*found, strict=True))
        return Votes(colour, grey, muscles)

    def _batch(self, views: Sequence[FaceView]) -> tuple[NDArray[np.float64], ...]:
        points = np.stack([_upright_points(view) for view in views])
        return (
            self._seen_in_colour(views),
            self._seen_in_grey(views),
            self._muscles.run(points)["shapes"].astype(np.float64),
        )

    def _seen_in_colour(self, views: Sequence[FaceView]) -> NDArray[np.float64]:
        spec = self._colour.model.input
        crops = _crops(views, COLOUR_CROPS, self._colour.model)
        logits = self._colour.run(tensor_of(crops, spec))["logits"].astype(np.float64)
        return _log_mean(_softmax(logits), len(views))

    def _seen_in_grey(self, views: Sequence[FaceView]) -> NDArray[np.float64]:
        crops = _crops(views, GREY_CROPS, self._grey.model).astype(np.float32) @ _GREY
        spec = self._grey.model.input
        tensor = (crops[:, None] - np.float32(spec.mean[0])) * np.float32(spec.scale[0])
        probabilities = self._grey.run(tensor)["probabilities"].astype(np.float64)
        return _log_mean(probabilities[:, _GREY_ORDER], len(views))


@dataclass(frozen=True, slots=True)
class Weights:
    """How the votes are weighed; from the manifest."""

    colour: float
    grey: float
    offsets: NDArray[np.float64]
    corners: float
    doubt: float
    smile_weights: NDArray[np.float64]
    smile_offset: float

    @classmethod
    def of(cls, model: Model) -> Weights:
        """Raises ModelError where the settings of the model lack a part."""
        try:
            emotion, smile = model.settings["emotion"], model.settings["smile"]
            return cls(
                float(emotion["colour"]),
                float(emotion["grey"]),
                np.asarray(emotion["offsets"], np.float64).reshape(len(EMOTIONS)),
                float(emotion["corners"]),
                float(emotion["doubt"]),
                np.asarray(smile["weights"], np.float64).reshape(3),
                float(smile["offset"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {model.id} do not say how to weigh the votes on emotions "
                f"({error}). Install the program again."
            ) from error

    def emotions(self, votes: Votes) -> NDArray[np.float64]:
        """Percent (n, 8): the seven of EMOTIONS and UNKNOWN, which takes what the surest lacks of `doubt`;
        each row adds up to 100."""
        logits = self.colour * votes.colour + self.grey * votes.grey + self.offsets
        logits[:, HAPPY] += self.corners * np.tanh(_corners(votes) / LIMIT)
        shares = _softmax(logits)
        unknown = np.clip(1.0 - shares.max(axis=1, keepdims=True) / self.doubt, 0.0, 1.0)
        return np.concatenate([shares * (1 - unknown), unknown], axis=1) * 100.0

    def smiles(self, votes: Votes) -> NDArray[np.float64]:
        """Probabilities (n,): of what the corners of the mouth do and what both networks call happy."""
        logits = smile_parts(votes) @ self.smile_weights + self.smile_offset
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))


def smile_parts(votes: Votes) -> NDArray[np.float64]:
    """(n, 3): the corners of the mouth, face-api's and the grey network's HAPPY as logits. Each is held
    between plus and minus one, for networks are surer than they are right."""
    happy = (_logit(np.exp(votes.colour[:, HAPPY])), _logit(np.exp(votes.grey[:, HAPPY])))
    return np.asarray(np.tanh(np.stack([_corners(votes), *happy], axis=1) / LIMIT))


def named(confidences: NDArray[np.float64]) -> dict[Emotion, float]:
    """Eight percentages by name, without UNKNOWN where it is nothing."""
    found = {emotion: float(value) for emotion, value in zip(EMOTIONS, confidences, strict=False)}
    if confidences[-1] > 0:
        found[Emotion.UNKNOWN] = float(confidences[-1])
    return found


def _upright_points(view: FaceView) -> NDArray[np.float32]:
    """float32 (146, 2) with the eyes level; the network puts scale and place right itself."""
    points = view.mesh[list(MUSCLE_POINTS), :2].astype(np.float64)
    across = view.mesh[263, :2] - view.mesh[33, :2]
    length = float(np.hypot(*across))
    if length < 1e-6:
        return np.zeros((len(MUSCLE_POINTS), 2), np.float32)
    cosine, sine = across / length
    turned = (points - points.mean(axis=0)) @ np.array([[cosine, -sine], [sine, cosine]])
    return np.asarray(turned / length, np.float32)


def _crops(views: Sequence[FaceView], kinds: Sequence[tuple[float, bool]], model: Model) -> NDArray[np.uint8]:
    if model.input.size is None:
        raise ModelError(f"The manifest gives no size for the model {model.id}. Install the program again.")
    side = model.input.size[0]
    return np.stack(
        [upright_square(view, side, scale, mirrored) for scale, mirrored in kinds for view in views]
    )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _log_mean(probabilities: NDArray[Any], views: int) -> NDArray[np.float64]:
    """Logarithm of the mean over the crops of each view; the crops are in rounds of all views."""
    mean = np.asarray(probabilities, np.float64).reshape(-1, views, probabilities.shape[1]).mean(axis=0)
    return np.asarray(np.log(np.maximum(mean, LEAST)))


def _corners(votes: Votes) -> NDArray[np.float64]:
    """How far the corners of the mouth are drawn up, as a logit (n,)."""
    return _logit(votes.muscles[:, SMILE_MUSCLES].mean(axis=1))


def _logit(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    bounded = np.clip(probabilities, LEAST, 1 - LEAST)
    return np.asarray(np.log(bounded / (1 - bounded)))
