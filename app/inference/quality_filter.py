"""Which faces are too poor to be searched with, and why: Rekognition's QualityFilter.

The best measure of that is the embedding model's own. The vector of a face that it can make little of is
short before it is brought to length 1, and from that length follows the chance that another photo of the
person finds the face ("recognisable", in percent; the embedding model's entry in the manifest has the
scale). Beside it stand bars for what a person understands. All bars are in the detector's entry, and the
table that chose them is `python -m tests.benchmarks.quality` (docs/adr/0067).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.domain.faces import DetectedFace

# Rekognition sees no face under so many pixels in a picture of 1920 x 1080, in proportion above that.
_PROTOCOL_SIDE: Final = 40.0
_PROTOCOL_PICTURE: Final = 1920


class QualityFilter(StrEnum):
    """How much is left out. AUTO is what hardly any search finds; HIGH keeps what nearly every one does."""

    NONE = "NONE"
    AUTO = "AUTO"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


class Reason(StrEnum):
    """Why a face was not indexed or not searched; Rekognition's names."""

    EXCEEDS_MAX_FACES = "EXCEEDS_MAX_FACES"
    EXTREME_POSE = "EXTREME_POSE"
    LOW_BRIGHTNESS = "LOW_BRIGHTNESS"
    LOW_SHARPNESS = "LOW_SHARPNESS"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    SMALL_BOUNDING_BOX = "SMALL_BOUNDING_BOX"
    LOW_FACE_QUALITY = "LOW_FACE_QUALITY"
    FACE_NOT_LARGEST = "FACE_NOT_LARGEST"


@dataclass(frozen=True, slots=True)
class Bars:
    """What a face must have. side: pixels (geometric mean of the box's) in the picture looked at;
    brightness, sharpness, confidence, recognisable: 0-100; yaw, pitch: degrees either way."""

    side: float = 0.0
    brightness: float = 0.0
    sharpness: float = 0.0
    confidence: float = 0.0
    yaw: float = 180.0
    pitch: float = 180.0
    recognisable: float = 0.0

    def crossed(self, face: DetectedFace, width: int, height: int) -> list[Reason]:
        """The reasons that can be seen in the picture; `width` and `height` are its pixels."""
        side = (face.box.area * width * height) ** 0.5
        found = {
            Reason.EXTREME_POSE: abs(face.pose.yaw) > self.yaw or abs(face.pose.pitch) > self.pitch,
            Reason.LOW_BRIGHTNESS: face.quality.brightness < self.brightness,
            Reason.LOW_SHARPNESS: face.quality.sharpness < self.sharpness,
            Reason.LOW_CONFIDENCE: face.confidence < self.confidence,
            Reason.SMALL_BOUNDING_BOX: side < self.side,
        }
        return [reason for reason, crossed in found.items() if crossed]


class QualityBars:
    """The bars of every filter."""

    def __init__(self, bars: Mapping[QualityFilter, Bars], why: Bars | None = None) -> None:
        """`why` says what is the matter with a face that is not recognisable enough."""
        self._bars = {QualityFilter.NONE: Bars(), **bars}
        self._why = why or Bars()

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> QualityBars:
        """From a model's settings: `quality_filter` has a table for each filter but NONE, and `why`.

        Raises ModelError.
        """
        levels = [level for level in QualityFilter if level is not QualityFilter.NONE]
        try:
            tables = settings["quality_filter"]
            return cls({level: _bars(tables[level.value]) for level in levels}, _bars(tables["why"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The quality bars of the detector cannot be read ({error}).") from error

    def of_level(self, level: QualityFilter) -> Bars:
        return self._bars.get(level, Bars())

    def reasons(
        self, face: DetectedFace, width: int, height: int, recognisable: float, level: QualityFilter
    ) -> tuple[Reason, ...]:
        """Why the filter leaves the face out; empty where it does not.

        `recognisable` is 0-100, or NaN where the model does not tell: the other bars judge alone then. A
        face that is hardly recognisable has LOW_FACE_QUALITY beside what may be the matter with it.
        """
        bars = self.of_level(level)
        found = bars.crossed(face, width, height)
        if recognisable < bars.recognisable:
            why = self._why.crossed(face, width, height)
            found = [*found, *(each for each in why if each not in found), Reason.LOW_FACE_QUALITY]
        return tuple(found)


def _bars(table: Mapping[str, Any]) -> Bars:
    unknown = table.keys() - {field.name for field in fields(Bars)}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    return Bars(**{name: float(value) for name, value in table.items()})


@dataclass(frozen=True)
class RecognisableScale:
    """Lengths of a model's vectors to the chance in percent that a face is found; both rise."""

    lengths: Sequence[float]
    chances: Sequence[float]

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> RecognisableScale | None:
        """None where the model has no such scale. Raises ModelError."""
        table = settings.get("recognisable")
        if table is None:
            return None
        try:
            lengths, chances = ([float(value) for value in table[key]] for key in ("lengths", "chances"))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The scale of recognisable faces cannot be read ({error}).") from error
        if len(lengths) != len(chances) or len(lengths) < 2 or sorted(lengths) != lengths:
            raise ModelError("The scale of recognisable faces needs as many chances as rising lengths.")
        return cls(lengths, chances)

    def chance(self, lengths: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n,) lengths to (n,) chances, 0-100."""
        return np.interp(lengths, self.lengths, self.chances).astype(np.float32)


def least_side_of_protocol(width: int, height: int) -> float:
    """The side in pixels of the smallest face that Rekognition's protocol answers with, in a picture of
    that size. The window has no such limit."""
    return _PROTOCOL_SIDE * max(1.0, max(width, height) / _PROTOCOL_PICTURE)
