"""What the whole picture looks like: ImageNet's 1,000 classes from EfficientNet-Lite0."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ModelError
from app.inference.resampling import resized
from app.inference.sessions import Session
from app.inference.tensors import tensor_of

STEP = 32


class SceneReader:
    """Probabilities of the classes. Thread-safe and deterministic; raises ModelError where its file is
    missing or altered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        size = session.model.input.size
        if size is None:
            raise ModelError(f"The model {session.model.id} needs a size of its input.")
        self._area = size[0] * size[1]

    def read(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 (1000,), adding up to 1, for uint8 (H, W, 3) RGB."""
        height, width = input_size(pixels.shape[0], pixels.shape[1], self._area)
        image = resized(pixels, width, height)
        logits = self._session.run(tensor_of(image[None], self._session.model.input))["logits"][0]
        odds: NDArray[np.float32] = np.exp(logits - logits.max())
        odds /= odds.sum()
        return odds


def input_size(height: int, width: int, area: int) -> tuple[int, int]:
    """The whole picture at the area the network was trained at, its shape kept as nearly as sides of whole
    cells allow: nothing is cut off, nothing stretched by more than an eighth or so. A picture longer than
    three times its width is stretched."""
    shape = min(max(height / width, 1 / 3), 3.0)
    rows = max(1, round(math.sqrt(area * shape) / STEP))
    columns = max(1, round(area / (rows * STEP) / STEP))
    return rows * STEP, columns * STEP
