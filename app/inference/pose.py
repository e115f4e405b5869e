"""Head pose from five landmarks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Pose

# Eyes, nose tip, mouth corners of a frontal face; x to the viewer's right, y down, z away from the
# viewer; unit: the distance of the eyes. Fitted so that the pose of five detected landmarks is nearest to
# that of a 468-point mesh on 555 real faces (docs/adr/0014-pose-and-quality.md): yaw differs by 3.0
# degrees in the mean, pitch by 4.5, roll by 2.9. The corners of the mouth come out almost together, for
# a smile moves them apart and should not turn the head.
MODEL: Final[NDArray[np.float64]] = np.array(
    [[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.369, -0.692], [-0.037, 0.721, -0.218], [0.037, 0.721, -0.218]]
)
_INVERSE: Final[NDArray[np.float64]] = np.linalg.pinv(MODEL - MODEL.mean(axis=0))


def pose_of(points: NDArray[np.floating]) -> Pose:
    """Pose of five (x, y) landmarks in pixels (of square pixels), by a scaled orthographic fit.

    The projection that brings the model nearest to the points is found by least squares, and its two
    rows are replaced by the nearest orthonormal pair (the first step of DeMenthon and Davis, "Model-based
    object pose in 25 lines of code", IJCV 1995). Landmarks that coincide have the pose 0, 0, 0.
    """
    observed = np.asarray(points, np.float64)
    projection = (observed - observed.mean(axis=0)).T @ _INVERSE.T
    u, singular, vt = np.linalg.svd(projection, full_matrices=False)
    if singular[0] < 1e-9:
        return Pose(0.0, 0.0, 0.0)
    right, down = u @ vt
    # Where the face looks: against the model's z axis. The camera's third row is right x down.
    looks_x, looks_y, looks_z = -right[2], -down[2], -float(np.cross(right, down)[2])
    return Pose(
        roll=float(np.degrees(np.arctan2(down[0], right[0]))),
        yaw=float(np.degrees(np.arctan2(looks_x, -looks_z))),
        pitch=float(np.degrees(np.arcsin(np.clip(-looks_y, -1.0, 1.0)))),
    )
