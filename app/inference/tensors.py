"""From uint8 RGB pictures to the tensor a model takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.inference.manifest import InputSpec


def tensor_of(images: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.float32]:
    """uint8 (n, H, W, 3) RGB to float32 in the layout, order and range of the spec."""
    order = (0, 1, 2) if spec.channels == "RGB" else (2, 1, 0)
    count, height, width = images.shape[:3]
    tensor = np.empty((count, 3, height, width), np.float32)
    for place, channel in enumerate(order):
        plane = tensor[:, place]
        np.copyto(plane, images[..., channel])
        if spec.mean[place]:
            plane -= np.float32(spec.mean[place])
        if spec.scale[place] != 1.0:
            plane *= np.float32(spec.scale[place])
    return tensor if spec.layout == "NCHW" else np.ascontiguousarray(tensor.transpose(0, 2, 3, 1))
