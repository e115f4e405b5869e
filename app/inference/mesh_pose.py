"""Head pose from the dense landmarks: how the reference face must be turned to lie on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Pose

# Point of the mesh, weight, and x (to the viewer's right), y (up), z (towards the viewer) in centimetres on
# MediaPipe's reference face, which looks straight at the viewer. From its file
# geometry_pipeline_metadata_landmarks.binarypb (Apache-2.0): the points that move least with expression.
_REFERENCE: Final[NDArray[np.float64]] = np.array(
    [
        [4, 0.0709, 0.0000, -0.4632, 7.5866],
        [6, 0.0321, 0.0000, 2.4733, 5.7886],
        [10, 0.0084, 0.0000, 8.2618, 4.4815],
        [33, 0.0587, -4.4459, 2.6640, 3.1734],
        [54, 0.0077, -6.2793, 6.6154, 1.4259],
        [67, 0.0091, -3.5240, 8.0060, 3.7292],
        [117, 0.0098, -5.2587, 0.9458, 2.9743],
        [119, 0.0146, -3.3007, 0.8616, 3.8728],
        [121, 0.0186, -1.8207, 1.4680, 4.2241],
        [127, 0.0052, -7.7431, 2.3650, -2.0052],
        [129, 0.1206, -1.7858, -0.9783, 4.8505],
        [132, 0.0056, -7.2709, -2.8909, -2.2525],
        [133, 0.0533, -1.8564, 2.5852, 3.7579],
        [136, 0.0669, -5.0853, -7.1786, 0.7147],
        [143, 0.0148, -6.4076, 2.2360, 1.5608],
        [147, 0.0143, -6.2349, -1.9444, 1.6635],
        [198, 0.0255, -1.2468, 0.2303, 5.6810],
        [205, 0.0473, -3.8329, -1.5373, 4.1377],
        [263, 0.0587, 4.4459, 2.6640, 3.1734],
        [284, 0.0077, 6.2793, 6.6154, 1.4259],
        [297, 0.0091, 3.5240, 8.0060, 3.7292],
        [346, 0.0098, 5.2587, 0.9458, 2.9743],
        [348, 0.0146, 3.3007, 0.8616, 3.8728],
        [350, 0.0186, 1.8207, 1.4680, 4.2241],
        [356, 0.0052, 7.7431, 2.3650, -2.0052],
        [358, 0.1206, 1.7858, -0.9783, 4.8505],
        [361, 0.0056, 7.2709, -2.8909, -2.2525],
        [362, 0.0533, 1.8564, 2.5852, 3.7579],
        [365, 0.0669, 5.0853, -7.1786, 0.7147],
        [372, 0.0148, 6.4076, 2.2360, 1.5608],
        [376, 0.0143, 6.2349, -1.9444, 1.6635],
        [420, 0.0255, 1.2468, 0.2303, 5.6810],
        [425, 0.0473, 3.8329, -1.5373, 4.1377],
    ]
)
_POINTS: Final = _REFERENCE[:, 0].astype(np.intp)
_WEIGHTS: Final = _REFERENCE[:, 1:2] / _REFERENCE[:, 1].sum()
_PLACES: Final = _REFERENCE[:, 2:] - (_REFERENCE[:, 2:] * _WEIGHTS).sum(axis=0)
# From the mesh's axes (y down, z away from the viewer) to those of the reference.
_AXES: Final = np.array([1.0, -1.0, -1.0])


@dataclass(frozen=True, eq=False, slots=True)
class HeadFit:
    """How the reference face lies on a mesh. rotation: (3, 3), for x right, y up, z towards the viewer;
    scale: pixels to a centimetre of the reference face."""

    rotation: NDArray[np.float64]
    scale: float


def head_fit(mesh: NDArray[np.floating]) -> HeadFit:
    """The rotation and scale that bring the reference face nearest to a (478, 3) mesh in pixels.

    The weighted least squares (Umeyama, "Least-squares estimation of transformation parameters between two
    point patterns", PAMI 1991); unturned and of no size for points that coincide.
    """
    observed = np.asarray(mesh, np.float64)[_POINTS] * _AXES
    observed = observed - (observed * _WEIGHTS).sum(axis=0)
    covariance = (observed * _WEIGHTS).T @ _PLACES
    u, singular, vt = np.linalg.svd(covariance)
    if singular[1] < 1e-9:
        return HeadFit(np.eye(3), 0.0)
    handed = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    scale = float((singular * handed).sum() / (_PLACES * _PLACES * _WEIGHTS).sum())
    return HeadFit((u * handed) @ vt, scale)


def pose_of_rotation(rotation: NDArray[np.float64]) -> Pose:
    """The angles of a HeadFit's rotation; signs as Pose says."""
    right, looks = rotation[:, 0], rotation[:, 2]
    return Pose(
        roll=float(np.degrees(np.arctan2(-right[1], right[0]))),
        yaw=float(np.degrees(np.arctan2(looks[0], looks[2]))),
        pitch=float(np.degrees(np.arcsin(np.clip(looks[1], -1.0, 1.0)))),
    )


def mesh_pose(mesh: NDArray[np.floating]) -> Pose:
    """Head pose of a (478, 3) mesh in pixels of square pixels."""
    return pose_of_rotation(head_fit(mesh).rotation)
