"""What the geometry of a face's dense landmarks tells: Rekognition's thirty landmarks, whether the mouth is
open, where the eyes look."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import EyeDirection, LandmarkName
from app.inference.eyes import CORNERS, Eyes
from app.inference.mesh_pose import head_fit
from app.inference.views import FaceView

# Points of the mesh for Rekognition's thirty. Left and right are the viewer's.
MESH_INDEX: Final[dict[LandmarkName, int]] = {
    LandmarkName.EYE_LEFT: 468,
    LandmarkName.EYE_RIGHT: 473,
    LandmarkName.MOUTH_LEFT: 61,
    LandmarkName.MOUTH_RIGHT: 291,
    LandmarkName.NOSE: 4,
    LandmarkName.LEFT_EYE_BROW_LEFT: 70,
    LandmarkName.LEFT_EYE_BROW_RIGHT: 107,
    LandmarkName.LEFT_EYE_BROW_UP: 105,
    LandmarkName.RIGHT_EYE_BROW_LEFT: 336,
    LandmarkName.RIGHT_EYE_BROW_RIGHT: 300,
    LandmarkName.RIGHT_EYE_BROW_UP: 334,
    LandmarkName.LEFT_EYE_LEFT: 33,
    LandmarkName.LEFT_EYE_RIGHT: 133,
    LandmarkName.LEFT_EYE_UP: 159,
    LandmarkName.LEFT_EYE_DOWN: 145,
    LandmarkName.RIGHT_EYE_LEFT: 362,
    LandmarkName.RIGHT_EYE_RIGHT: 263,
    LandmarkName.RIGHT_EYE_UP: 386,
    LandmarkName.RIGHT_EYE_DOWN: 374,
    LandmarkName.NOSE_LEFT: 98,
    LandmarkName.NOSE_RIGHT: 327,
    LandmarkName.MOUTH_UP: 0,
    LandmarkName.MOUTH_DOWN: 17,
    LandmarkName.LEFT_PUPIL: 468,
    LandmarkName.RIGHT_PUPIL: 473,
    LandmarkName.UPPER_JAWLINE_LEFT: 234,
    LandmarkName.MID_JAWLINE_LEFT: 172,
    LandmarkName.CHIN_BOTTOM: 152,
    LandmarkName.MID_JAWLINE_RIGHT: 397,
    LandmarkName.UPPER_JAWLINE_RIGHT: 454,
}
_INDICES: Final = np.array([MESH_INDEX[name] for name in LandmarkName], np.intp)
_PUPILS: Final = tuple(
    (place, 0 if "eft" in name.value else 1)
    for place, name in enumerate(LandmarkName)
    if MESH_INDEX[name] in (468, 473)
)

IRISES: Final = (468, 473)
# The middle of the lids' edges.
_LIDS: Final = ((159, 145), (386, 374))
# A pupil lies between the corners, at least this share of the eye's width from each.
_WHITE: Final = 0.15

# Inner edges of the lips, and the corners between them.
_LIPS: Final = ((13, 14), (82, 87), (312, 317))
_LIP_CORNERS: Final = (78, 308)
# The lips' gap in widths of the mouth where a mouth is as likely open as not, and how fast that changes.
# Set by eye on 40 photographed mouths near it: closed ones have 0 to 0.06, bare teeth from 0.07 to 0.1 on.
MOUTH_GAP: Final = 0.075
MOUTH_STEEPNESS: Final = 60.0

# Where the middle of the eyeball lies from the middle of the eye's corners, in centimetres of the reference
# face (outwards, up, forwards): where people who look into the camera have it, however their heads are
# turned; fitted on 68 such faces of group photographs, the height on 193 portraits too. And from there to
# the iris: the radius of the globe to it, 11 mm for an eye 30 mm wide, on a face whose eyes are 26 mm wide.
_EYEBALL: Final = np.array([0.155, 0.13, -0.6])
_GLOBE: Final = 0.95
# No eye turns further than this from the camera while its iris can be seen.
_FURTHEST: Final = 0.85
# Pixels of an eye's width from which on its iris is placed as well as it can be.
_SHARP_EYE: Final = 16.0


def thirty_landmarks(view: FaceView) -> NDArray[np.float32]:
    """float32 (30, 2) in the order of LandmarkName, ratios of the picture. The pupils lie within the lids."""
    height, width = view.pixels.shape[:2]
    points = view.mesh[_INDICES, :2].copy()
    for place, eye in _PUPILS:
        points[place] = _pupil(view.mesh, eye)
    return (points / np.array([width, height], np.float32)).astype(np.float32)


def _pupil(mesh: NDArray[np.float32], eye: int) -> NDArray[np.float64]:
    """The iris's middle, held within the eye: the network leaves it anywhere when the lids hide it."""
    start, end = (mesh[point, :2].astype(np.float64) for point in CORNERS[eye])
    upper, lower = (mesh[point, :2].astype(np.float64) for point in _LIDS[eye])
    along = end - start
    width = float(np.hypot(*along))
    if width <= 0:
        return start
    axes = np.array([along, [-along[1], along[0]]]) / width
    iris, up, down = ((place - start) @ axes.T for place in (mesh[IRISES[eye], :2], upper, lower))
    across = np.clip(iris[0], _WHITE * width, (1 - _WHITE) * width)
    high, low = sorted((up[1], down[1]))
    return start + np.array([across, np.clip(iris[1], high, low)]) @ axes


def mouth_gap(mesh: NDArray[np.floating]) -> float:
    """How far the lips are apart, in widths of the mouth, in space."""
    apart = [float(np.linalg.norm(mesh[upper] - mesh[lower])) for upper, lower in _LIPS]
    width = float(np.linalg.norm(mesh[_LIP_CORNERS[0]] - mesh[_LIP_CORNERS[1]]))
    return sum(apart) / len(apart) / width if width > 0 else 0.0


def mouth_open(mesh: NDArray[np.floating]) -> float:
    """Probability 0-1 that the lips are apart, laughing with bare teeth included."""
    return float(1 / (1 + np.exp(-MOUTH_STEEPNESS * (mouth_gap(mesh) - MOUTH_GAP))))


def eye_direction(mesh: NDArray[np.floating], eyes: Eyes) -> EyeDirection | None:
    """Where the eyes look, from the camera's point of view; None where both are closed.

    The iris lies on the eyeball, whose middle moves with the head; how far the iris is from that middle in
    the picture is the direction. An eye counts as much as it is open and its width is seen.
    """
    fit = head_fit(mesh)
    chances = np.array([eyes.left, eyes.right])
    if fit.scale <= 0 or chances.max() < 0.5:
        return None
    looks, seen = [], []
    for eye, (outer, inner) in enumerate(CORNERS):
        middle = (mesh[outer] + mesh[inner]) / 2
        from_middle = (mesh[IRISES[eye]] - middle)[:2] * (1, -1) / fit.scale
        ball = fit.rotation @ (_EYEBALL * (1 if eye == 1 else -1, 1, 1))
        looks.append((from_middle - ball[:2]) / _GLOBE)
        seen.append(float(np.hypot(*(mesh[outer, :2] - mesh[inner, :2]))))
    widths = np.array(seen)
    # An eye that is more closed than open tells nothing.
    weights = np.maximum(chances - 0.5, 0) * widths
    look = weights @ np.array(looks) / weights.sum()
    look *= min(1.0, _FURTHEST / max(float(np.hypot(*look)), 1e-9))
    ahead = float(np.sqrt(1 - look @ look))
    confidence = 100 * float(weights @ chances / weights.sum()) * min(1.0, float(widths.max()) / _SHARP_EYE)
    return EyeDirection(
        yaw=float(np.degrees(np.arctan2(look[0], ahead))),
        pitch=float(np.degrees(np.arcsin(look[1]))),
        confidence=confidence,
    )
