"""Age and gender as a face suggests them: the votes of three networks, weighed and calibrated together.

The networks err differently: face-api's is true on children and old people and coarse between, FaceRes
draws everyone towards thirty but keeps their order, and that of gender alone is the best on dark and small
faces. Two of them see the face upright and mirrored, and their votes are averaged. The weights and the
widths of the ranges stand in the manifest, in the settings of the model of Task.AGE_AND_GENDER; `python -m
tests.benchmarks.calibrate_appearance` fits them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.crops import upright_square
from app.inference.manifest import InputSpec, Model
from app.inference.sessions import Session
from app.inference.tensors import tensor_of
from app.inference.views import FaceView

# dlib's template of five points (davisking/dlib, get_face_chip_details: outer and inner corner of both eyes,
# base of the nose) for a chip without padding, and the points of the mesh that lie there.
TEMPLATE: Final[NDArray[np.float64]] = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
TEMPLATE_POINTS: Final = (263, 362, 33, 133, 2)
PADDING: Final = 0.2
"""Of the chip, in lengths of the template: that of the networks' training."""

FACE_API_CROPS: Final = ((0.9, False), (1.1, True))
"""Scales, and whether mirrored: one view of each kind is nearly as good as all four."""

FACERES_SCALE: Final = 1.0
FACERES_SIDE: Final = 160
"""Trained at 224 pixels; at 160 it is as true, truer of small faces, and costs half as much. At 128 it
loses a percent of the genders."""

YOUNGEST: Final = 0.5
OLDEST: Final = 95.0

_BATCH: Final = 4
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Appearance:
    """An estimate of how a face looks, not of who the person is.

    age: years. age_low, age_high: whole years; the true age lies between them for four of five people.
    woman: probability 0-1 that the face looks like a woman's.
    """

    age: float
    age_low: int
    age_high: int
    woman: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns votes into answers; from the manifest."""

    age_weights: NDArray[np.float64]
    age_offset: float
    middle: float
    width: float
    middle_weights: NDArray[np.float64]
    middle_offset: float
    range_ages: NDArray[np.float64]
    range_below: NDArray[np.float64]
    range_above: NDArray[np.float64]
    woman_weights: NDArray[np.float64]
    woman_offset: float
    woman_limit: float
    certainty_ages: NDArray[np.float64]
    certainty: NDArray[np.float64]

    @classmethod
    def of(cls, model: Model) -> Calibration:
        """Raises ModelError where the settings of the model lack a part."""
        try:
            age, woman = model.settings["age"], model.settings["woman"]
            return cls(
                age_weights=_array(age["weights"]),
                age_offset=float(age["offset"]),
                middle=float(age["middle"]),
                width=float(age["width"]),
                middle_weights=_array(age["middle_weights"]),
                middle_offset=float(age["middle_offset"]),
                range_ages=_array(age["range_ages"]),
                range_below=_array(age["range_below"]),
                range_above=_array(age["range_above"]),
                woman_weights=_array(woman["weights"]),
                woman_offset=float(woman["offset"]),
                woman_limit=float(woman["limit"]),
                certainty_ages=_array(woman["certainty_ages"]),
                certainty=_array(woman["certainty"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The settings of the model {model.id} do not say how to weigh the votes on age and gender "
                f"({error}). Fit them with “python -m tests.benchmarks.calibrate_appearance”."
            ) from error

    def ages(self, votes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Years (n,) from the votes (n, 2), years of face-api and FaceRes: a weighted sum, with other weights
        the nearer FaceRes is to the middle, where it is the truer."""
        near = nearness(votes, self.middle, self.width)
        years = votes @ self.age_weights + self.age_offset
        years = years + near * (votes @ self.middle_weights + self.middle_offset)
        return np.asarray(np.clip(years, YOUNGEST, OLDEST))

    def women(self, votes: NDArray[np.float64], ages: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities (n,) from the votes (n, 3), logits: each is held between plus and minus the limit,
        for networks are surer than they are right; less certain for the young."""
        bounded = np.tanh(votes / self.woman_limit)
        logits = bounded @ self.woman_weights + self.woman_offset
        logits = logits * np.interp(ages, self.certainty_ages, self.certainty)
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))

    def ranges(self, ages: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Whole years (n,) below and above."""
        low = ages - np.interp(ages, self.range_ages, self.range_below)
        high = ages + np.interp(ages, self.range_ages, self.range_above)
        return np.maximum(0, np.floor(low)).astype(np.int64), np.ceil(high).astype(np.int64)


class AppearanceReader:
    """Age and gender of faces; a Reader[Appearance]."""

    def __init__(self, gender: Session, face_api: Session, faceres: Session) -> None:
        """The sessions of Task.GENDER, AGE_AND_GENDER and SECOND_AGE_AND_GENDER. Raises ModelError where the
        manifest lacks the calibration."""
        self._gender, self._face_api, self._faceres = gender, face_api, faceres
        self._calibration = Calibration.of(face_api.model)

    def read(self, views: Sequence[FaceView]) -> list[Appearance]:
        if not views:
            return []
        age_votes, woman_votes = self.votes(views)
        ages = self._calibration.ages(age_votes)
        women = self._calibration.women(woman_votes, ages)
        lows, highs = self._calibration.ranges(ages)
        return [
            Appearance(float(age), int(low), int(high), float(woman))
            for age, low, high, woman in zip(ages, lows, highs, women, strict=True)
        ]

    def votes(self, views: Sequence[FaceView]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Ages (n, 2) in years, of face-api and FaceRes, and logits of a woman (n, 3), of the network of
        gender alone, face-api and FaceRes."""
        found = [self._batch(views[start : start + _BATCH]) for start in range(0, len(views), _BATCH)]
        ages, women = zip(*found, strict=True)
        return np.concatenate(ages), np.concatenate(women)

    def _batch(self, views: Sequence[FaceView]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        face_api = self._face_api_votes(views)
        faceres = self._faceres_votes(views)
        ages = np.stack([face_api[0], faceres[0]], axis=1)
        return ages, np.stack([self._gender_votes(views), face_api[1], faceres[1]], axis=1)

    def _gender_votes(self, views: Sequence[FaceView]) -> NDArray[np.float64]:
        spec = self._gender.model.input
        side = _side(spec)
        places = (PADDING + TEMPLATE) / (1 + 2 * PADDING) * side
        chips = np.stack([view.chip(TEMPLATE_POINTS, places, side) for view in views])
        both = np.concatenate([chips, chips[:, :, ::-1]])
        probabilities = self._gender.run(tensor_of(both, spec))["probabilities"].astype(np.float64)
        bounded = np.maximum(probabilities, _LEAST)
        return _per_view(np.log(bounded[:, 0] / bounded[:, 1]), len(views))

    def _face_api_votes(self, views: Sequence[FaceView]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        spec = self._face_api.model.input
        crops = [
            upright_square(view, _side(spec), scale, mirrored)
            for scale, mirrored in FACE_API_CROPS
            for view in views
        ]
        answer = self._face_api.run(tensor_of(np.stack(crops), spec))
        logits = answer["gender"].astype(np.float64)
        return _per_view(answer["age"][:, 0], len(views)), _per_view(logits[:, 1] - logits[:, 0], len(views))

    def _faceres_votes(self, views: Sequence[FaceView]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        crops = np.stack([upright_square(view, FACERES_SIDE, FACERES_SCALE) for view in views])
        answer = self._faceres.run(tensor_of(crops, self._faceres.model.input))
        years = np.arange(answer["ages"].shape[1], dtype=np.float64)
        return answer["ages"] @ years, -answer["man"][:, 0].astype(np.float64)


def nearness(votes: NDArray[np.float64], middle: float, width: float) -> NDArray[np.float64]:
    """How near FaceRes's votes, the second column, are to the middle: (n,), 1 there, 0.6 a width away."""
    return np.asarray(np.exp(-0.5 * ((votes[:, 1] - middle) / width) ** 2))


def _per_view(values: NDArray[Any], views: int) -> NDArray[np.float64]:
    """Means over the crops of each view; the crops are in rounds of all views."""
    return np.asarray(np.asarray(values, np.float64).reshape(-1, views).mean(axis=0))


def _side(spec: InputSpec) -> int:
    if spec.size is None:
        raise ModelError(
            "The manifest gives no size for a model of age or gender. Install the program again."
        )
    return spec.size[0]


def _array(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, np.float64)
    if array.ndim != 1:
        raise ValueError("a list of numbers is needed")
    return array
