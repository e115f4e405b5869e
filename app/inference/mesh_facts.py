"""What the geometry of a face's dense landmarks tells: Rekognition's thirty landmarks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import LandmarkName
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


def thirty_landmarks(view: FaceView) -> NDArray[np.float32]:
    """float32 (30, 2) in the order of LandmarkName, ratios of the picture."""
    height, width = view.pixels.shape[:2]
    return (view.mesh[_INDICES, :2] / np.array([width, height], np.float32)).astype(np.float32)
