"""Face alignment: five landmarks onto the template that face embedding models are trained with."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.resampling import warp

# The reference points of ArcFace (Deng et al., CVPR 2019, and its published code) for 112 x 112
# pixels: eyes, nose tip, mouth corners; left and right are the viewer's.
ARCFACE_TEMPLATE: Final[NDArray[np.float64]] = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
TEMPLATE_SIZE: Final = 112


def similarity_transform(source: NDArray[np.floating], target: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rotation, scale and shift that bring (n, 2) points nearest to others in the least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns"
    (PAMI 1991), written for the plane, where it has a closed form; mirrorings are left out.

    Returns:
        (2, 3) matrix: target is about matrix[:, :2] @ source + matrix[:, 2].
    Raises:
        ValueError: all source points coincide.
    """
    a = np.asarray(source, np.float64)
    b = np.asarray(target, np.float64)
    centre_a, centre_b = a.mean(axis=0), b.mean(axis=0)
    a, b = a - centre_a, b - centre_b
    spread = float((a * a).sum())
    if spread <= 1e-12:
        raise ValueError("the landmarks coincide")
    cosine = float((a * b).sum()) / spread
    sine = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, centre_b - linear @ centre_a])


def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (2, 3) map that undoes a (2, 3) affine map."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


class FaceAligner:
    """Cuts faces out so that their landmarks lie on the template."""

    name: Final = "arcface-112-v2"

    def crop(
        self, pixels: NDArray[np.uint8], points: NDArray[np.floating], size: int = TEMPLATE_SIZE
    ) -> NDArray[np.uint8]:
        """uint8 (size, size, 3) from uint8 (H, W, 3) and five (x, y) in pixels; black outside."""
        template = ARCFACE_TEMPLATE * (size / TEMPLATE_SIZE)
        try:
            matrix = inverse(similarity_transform(points, template))
        except (ValueError, np.linalg.LinAlgError):
            return np.zeros((size, size, 3), np.uint8)
        return warp(pixels, matrix, size)
