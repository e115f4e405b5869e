"""What a face looks like: estimates of appearance, each with how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Pose


class Trait(StrEnum):
    """What a face has or does, or not; Rekognition's names."""

    SMILE = "Smile"
    EYEGLASSES = "Eyeglasses"
    SUNGLASSES = "Sunglasses"
    BEARD = "Beard"
    MUSTACHE = "Mustache"
    EYES_OPEN = "EyesOpen"
    MOUTH_OPEN = "MouthOpen"
    FACE_OCCLUDED = "FaceOccluded"


class Emotion(StrEnum):
    """Rekognition's nine types. What no model here can tell is absent from a result, never invented."""

    HAPPY = "HAPPY"
    SAD = "SAD"
    ANGRY = "ANGRY"
    CONFUSED = "CONFUSED"
    DISGUSTED = "DISGUSTED"
    SURPRISED = "SURPRISED"
    CALM = "CALM"
    UNKNOWN = "UNKNOWN"
    FEAR = "FEAR"


class LandmarkName(StrEnum):
    """Rekognition's thirty, in the order of FaceAttributes.landmarks. Left and right are the viewer's."""

    EYE_LEFT = "eyeLeft"
    EYE_RIGHT = "eyeRight"
    MOUTH_LEFT = "mouthLeft"
    MOUTH_RIGHT = "mouthRight"
    NOSE = "nose"
    LEFT_EYE_BROW_LEFT = "leftEyeBrowLeft"
    LEFT_EYE_BROW_RIGHT = "leftEyeBrowRight"
    LEFT_EYE_BROW_UP = "leftEyeBrowUp"
    RIGHT_EYE_BROW_LEFT = "rightEyeBrowLeft"
    RIGHT_EYE_BROW_RIGHT = "rightEyeBrowRight"
    RIGHT_EYE_BROW_UP = "rightEyeBrowUp"
    LEFT_EYE_LEFT = "leftEyeLeft"
    LEFT_EYE_RIGHT = "leftEyeRight"
    LEFT_EYE_UP = "leftEyeUp"
    LEFT_EYE_DOWN = "leftEyeDown"
    RIGHT_EYE_LEFT = "rightEyeLeft"
    RIGHT_EYE_RIGHT = "rightEyeRight"
    RIGHT_EYE_UP = "rightEyeUp"
    RIGHT_EYE_DOWN = "rightEyeDown"
    NOSE_LEFT = "noseLeft"
    NOSE_RIGHT = "noseRight"
    MOUTH_UP = "mouthUp"
    MOUTH_DOWN = "mouthDown"
    LEFT_PUPIL = "leftPupil"
    RIGHT_PUPIL = "rightPupil"
    UPPER_JAWLINE_LEFT = "upperJawlineLeft"
    MID_JAWLINE_LEFT = "midJawlineLeft"
    CHIN_BOTTOM = "chinBottom"
    MID_JAWLINE_RIGHT = "midJawlineRight"
    UPPER_JAWLINE_RIGHT = "upperJawlineRight"


@dataclass(frozen=True, slots=True)
class EyeDirection:
    """Where the eyes look, from the camera's point of view: degrees, signs as Pose; confidence 0-100."""

    yaw: float
    pitch: float
    confidence: float


@dataclass(frozen=True, slots=True)
class FaceAttributes:
    """Estimates of one face.

    age: years, the likeliest; the true age lies in age_low to age_high (whole years) in most cases.
    woman: probability 0-1 that the face looks like a woman's.
    traits: probability 0-1 that the answer is yes, calibrated; a trait that cannot be told is absent.
    emotions: confidence 0-100 of each that can be told; they add up to about 100.
    eye_direction: None where the eyes are closed or cannot be seen.
    landmarks: float32 (30, 2) in the order of LandmarkName, ratios of the upright image.
    pose: as the dense landmarks have it, which is truer than that of five points.
    """

    age: float
    age_low: int
    age_high: int
    woman: float
    traits: Mapping[Trait, float]
    emotions: Mapping[Emotion, float]
    eye_direction: EyeDirection | None
    landmarks: NDArray[np.float32]
    pose: Pose


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing in the picture: ratios (left, top, width, height) of the upright image; confidence 0-100."""

    box: tuple[float, float, float, float]
    confidence: float


@dataclass(frozen=True, slots=True)
class Label:
    """A thing or a scene. `parents` are names, the nearest first; confidence 0-100."""

    name: str
    confidence: float
    instances: tuple[Instance, ...] = ()
    parents: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModerationLabel:
    """`level` is Rekognition's TaxonomyLevel: 1 has no parent. Confidence 0-100."""

    name: str
    parent: str
    level: int
    confidence: float


@dataclass(frozen=True, slots=True)
class DominantColor:
    """`share` is the percentage of the pixels. `name` is the nearest CSS name, `simplified` one of twelve."""

    red: int
    green: int
    blue: int
    name: str
    simplified: str
    share: float


@dataclass(frozen=True, slots=True)
class PhotoDescription:
    """What a whole photo shows. Labels and moderation are the surest first."""

    labels: tuple[Label, ...] = ()
    moderation: tuple[ModerationLabel, ...] = ()
    colors: tuple[DominantColor, ...] = field(default=())
