"""RetinaFace with a MobileNet-0.25 trunk: anchors and decoding.

Deng et al., "RetinaFace: Single-stage Dense Face Localisation in the Wild" (CVPR 2020); anchor sizes
and variances are those of the network's published training configuration.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.inference.candidates import Candidates
from app.inference.sessions import Session
from app.inference.tensors import tensor_of

ANCHORS: Final = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))
CENTRE_VARIANCE: Final = 0.1
SIZE_VARIANCE: Final = 0.2
# The coarsest stride: an input of whole cells has one anchor position for each.
MULTIPLE: Final = 32


@lru_cache(maxsize=64)
def anchors(height: int, width: int) -> NDArray[np.float32]:
    """(n, 3) of centre x, centre y, side in pixels for an input of that size, in the network's order."""
    parts = []
    for stride, sides in ANCHORS:
        y, x = np.mgrid[0 : -(-height // stride), 0 : -(-width // stride)]
        centres = (np.stack([x, y], axis=-1).reshape(-1, 1, 2) + 0.5) * stride
        rows = np.empty((len(centres), len(sides), 3), np.float32)
        rows[..., :2] = centres
        rows[..., 2] = sides
        parts.append(rows.reshape(-1, 3))
    result = np.concatenate(parts)
    result.setflags(write=False)
    return result


class RetinaFace:
    """One pass of the network over one picture."""

    multiple: Final = MULTIPLE

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(self, pixels: NDArray[np.uint8], threshold: float) -> Candidates:
        """All anchors at or over the threshold (0-1), boxes and points in pixels of the picture.

        `pixels` is uint8 (H, W, 3) RGB with sides that are multiples of 32.
        """
        return self.batch(pixels[None], threshold)[0]

    def batch(self, pictures: NDArray[np.uint8], threshold: float) -> list[Candidates]:
        """As candidates, for each of uint8 (n, H, W, 3)."""
        outputs = self._session.run(tensor_of(pictures, self._session.model.input))
        every = anchors(*pictures.shape[1:3])
        return [
            _decoded(every, *values, threshold)
            for values in zip(outputs["conf"], outputs["loc"], outputs["landmarks"], strict=True)
        ]


def _decoded(
    every: NDArray[np.float32],
    confidence: NDArray[np.float32],
    location: NDArray[np.float32],
    landmarks: NDArray[np.float32],
    threshold: float,
) -> Candidates:
    scores = confidence[:, 1]
    index = np.flatnonzero(scores >= threshold)
    centres, sides = every[index, :2], every[index, 2:]
    offsets = location[index]
    middle = centres + offsets[:, :2] * CENTRE_VARIANCE * sides
    half = sides * np.exp(offsets[:, 2:] * SIZE_VARIANCE) / 2
    points = centres[:, None] + landmarks[index].reshape(-1, 5, 2) * CENTRE_VARIANCE * sides[:, None]
    return Candidates(np.concatenate([middle - half, middle + half], axis=1), scores[index], points)
