"""Everything that can be told of one image; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.attributes import FaceAttributes, PhotoDescription
from app.domain.faces import DetectedFace


@dataclass(frozen=True, eq=False)
class AnalysedFace:
    """`mesh` is float32 (478, 2), ratios of the upright image."""

    face: DetectedFace
    attributes: FaceAttributes
    mesh: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ImageAnalysis:
    """`pixels` are uint8 (H, W, 3), maybe smaller than the image; width and height are those of the whole
    upright image. Faces are large to small."""

    pixels: NDArray[np.uint8]
    width: int
    height: int
    format: str
    faces: tuple[AnalysedFace, ...]
    description: PhotoDescription
