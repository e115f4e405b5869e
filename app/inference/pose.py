"""Head pose from five landmarks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Pose

# Eyes, nose tip, mouth corners of a mean adult face; x to the viewer's right, y down, z away from the
# viewer; unit: the distance of the eyes.
MODEL: Final[NDArray[np.float64]] = np.array(
    [[-0.5, -0.42, 0.0], [0.5, -0.42, 0.0], [0.0, 0.16, -0.46], [-0.38, 0.60, -0.06], [0.38, 0.60, -0.06]]
)


def pose_of(points: NDArray[np.floating]) -> Pose:
    """Pose of five (x, y) landmarks in pixels (square ones), by a scaled orthographic fit.

    The projection that brings the model nearest to the points is found by least squares and its two
    rows are replaced by the nearest orthonormal pair (DeMenthon and Davis, "Model-based object pose
    in 25 lines of code", IJCV 1995, without the perspective steps).
    """
    model = MODEL - MODEL.mean(axis=0)
    observed = np.asarray(points, np.float64)
    observed = observed - observed.mean(axis=0)
    projection = observed.T @ np.linalg.pinv(model).T
    u, singular, vt = np.linalg.svd(projection, full_matrices=False)
    if singular[0] < 1e-9:
        return Pose(0.0, 0.0, 0.0)
    rows = u @ vt
    forward = np.cross(rows[0], rows[1])
    roll = np.degrees(np.arctan2(rows[1, 0], rows[0, 0]))
    # forward[..] are the third row's entries: where the model's axes point in depth.
    yaw = np.degrees(
        np.arcsin(
            np.clip(-rows[0, 2] * np.cos(np.radians(roll)) - rows[1, 2] * np.sin(np.radians(roll)), -1, 1)
        )
    )
    pitch = np.degrees(np.arctan2(forward[1], forward[2]))
    return Pose(float(roll), float(yaw), float(pitch))
